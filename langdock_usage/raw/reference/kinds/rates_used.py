"""The exchange rates that reports have used: written by `report --currency`, not by people.

A rate that a report used once is used by every later one, whatever lists say by then. The file is a
reference file, so that `rebuild` has it again.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from langdock_usage.raw.reference.cells import day, text
from langdock_usage.raw.reference.kinds.rates import currency
from langdock_usage.raw.reference.reference_file import ReferenceFile


def _amount(_column: str, cell: str) -> Decimal:
    return Decimal(cell)


@dataclass(frozen=True, kw_only=True)
class UsedRate:
    """One line: on `day`, `usd` US dollars were worth `units` of a currency.

    Two amounts, because the European Central Bank states both against the euro: their quotient may
    have no end.
    """

    day: Annotated[date, day]
    currency: Annotated[str, currency]
    usd: Annotated[Decimal, _amount]
    units: Annotated[Decimal, _amount]
    rate_day: Annotated[date, day]
    source: Annotated[str, text]


RATES_USED = ReferenceFile(
    name="rates_used",
    purpose="The exchange rates that reports have used.",
    line=UsedRate,
    table="loaded_rates_used",
    noun="rate",
    subject=("day", "currency"),
    unique=("day", "currency"),
    states=lambda line: f"what {line.currency} was worth on {line.day}",
    to_fill_in=(),
)
