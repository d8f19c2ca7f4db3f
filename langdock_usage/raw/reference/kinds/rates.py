"""Exchange rates that people state: days that no list has yet, or rates of another source.

    day,currency,usd_per_unit
    2026-11-02,EUR,1.1402

A rate that is loaded goes before the reference rate of the European Central Bank.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from langdock_usage.raw.reference.cells import day, decimal_number
from langdock_usage.raw.reference.reference_file import ReferenceFile


def currency(column: str, cell: str) -> str:
    """A code like `EUR`, in any case; not USD, in which everything is stated."""
    if not re.fullmatch(r"[A-Za-z]{3}", cell, re.ASCII) or cell.upper() == "USD":
        raise ValueError(f"{column}: {cell!r} is no other currency than USD; write it like EUR")
    return cell.upper()


def _rate(column: str, cell: str) -> Decimal:
    """Above 0."""
    rate = decimal_number(column, cell, "rate", "1.0842")
    if not rate:
        raise ValueError(f"{column}: {cell!r} is no rate; it is above 0")
    return rate


@dataclass(frozen=True, kw_only=True)
class StatedRate:
    """One line: what one unit of a currency is worth on a day."""

    day: Annotated[date, day]
    currency: Annotated[str, currency]
    usd_per_unit: Annotated[Decimal, _rate]


RATES = ReferenceFile(
    name="rates",
    purpose="State exchange rates, for `report --currency`.",
    line=StatedRate,
    table="loaded_rates",
    noun="rate",
    subject=("day", "currency"),
    unique=("day", "currency"),
    states=lambda line: f"what {line.currency} is worth on {line.day}",
    to_fill_in=("usd_per_unit",),
)
