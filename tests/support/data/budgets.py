"""A kind of reference file that asks for all that a description can say: made up for tests."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from langdock_usage.errors import InvalidRequest
from langdock_usage.raw.reference.cells import text
from langdock_usage.raw.reference.reference_file import ReferenceFile
from langdock_usage.windows import parse_month


def amount(column: str, cell: str) -> Decimal:
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", cell, re.ASCII):
        raise ValueError(f"{column}: {cell!r} is not an amount")
    return Decimal(cell)


def month(column: str, cell: str) -> date:
    try:
        return parse_month(cell).first
    except InvalidRequest as error:
        raise ValueError(f"{column}: {str(error).rstrip('.')}") from None


def scope(column: str, cell: str) -> str:
    if cell not in ("workspace", "team"):
        raise ValueError(f"{column}: {cell!r} is neither 'workspace' nor 'team'")
    return cell


@dataclass(frozen=True, kw_only=True)
class Budget:
    scope: Annotated[str, scope]
    name: Annotated[str | None, text] = None
    amount_usd: Annotated[Decimal, amount]
    valid_from: Annotated[date | None, month] = None
    note: Annotated[str | None, text] = None


def check(budgets: Mapping[int, Budget]) -> Iterator[tuple[int, str]]:
    for number, budget in budgets.items():
        if (budget.scope == "workspace") != (budget.name is None):
            yield number, "name is for a team, and has to be there"


BUDGETS = ReferenceFile(
    name="limits",
    purpose="Say what may be spent.",
    line=Budget,
    table="loaded_test_budgets",
    noun="budget",
    subject=("scope", "name"),
    unique=("scope", "name", "valid_from"),
    states=lambda line: f"what {line.name or 'the workspace'} may spend",
    to_fill_in=("amount_usd",),
    check=check,
)
