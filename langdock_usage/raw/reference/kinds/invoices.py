"""Invoices, as they came: to be tied to what the exports say.

    period_start,period_end,amount,currency,tax,surcharge_percent,number
    2026-10-01,2026-10-31,10745.31,EUR,2041.61,5,2026-1107

`amount` is net, `tax` an amount beside it; `surcharge_percent` is what the contract adds to the
cost that the exports state.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from langdock_usage.raw.reference.cells import day, decimal_number, text
from langdock_usage.raw.reference.reference_file import KnownUsage, ReferenceFile


def _currency(column: str, cell: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", cell, re.ASCII):
        raise ValueError(f"{column}: {cell!r} is no currency; write it like EUR or USD")
    return cell.upper()


def _amount(column: str, cell: str) -> Decimal:
    """A credit note has a negative one."""
    return decimal_number(column, cell, "amount", "1234.56", has_sign=True)


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """One line: one invoice."""

    period_start: Annotated[date, day]
    period_end: Annotated[date, day]
    amount: Annotated[Decimal, _amount]
    currency: Annotated[str, _currency]
    tax: Annotated[Decimal | None, _amount] = None
    surcharge_percent: Annotated[Decimal | None, _amount] = None
    number: Annotated[str, text]
    org_id: Annotated[str | None, text] = None


def _mistakes(invoices: Mapping[int, Invoice]) -> Iterator[tuple[int, str]]:
    for number, invoice in invoices.items():
        if invoice.period_end < invoice.period_start:
            yield number, f"period_end {invoice.period_end} is before period_start"


def _not_covered(usage: KnownUsage, invoices: Mapping[int, Invoice]) -> Iterator[tuple[int, str]]:
    """Invoices for days that no export is known of."""
    for number, invoice in invoices.items():
        missing = usage.missing_days(invoice.period_start, invoice.period_end, invoice.org_id)
        if missing:
            yield (
                number,
                f"of the invoice {invoice.number!r}, {missing[0]} is not in the database; bring "
                "its period in with `langdock-usage fetch` or `load` first",
            )


INVOICES = ReferenceFile(
    name="invoices",
    purpose="Tie invoices to what the exports say.",
    line=Invoice,
    table="loaded_invoices",
    noun="invoice",
    subject=("number",),
    unique=("number",),
    states=lambda line: f"the invoice {line.number!r}",
    to_fill_in=("amount", "currency", "tax", "surcharge_percent", "number"),
    check=_mistakes,
    refuse=_not_covered,
)
