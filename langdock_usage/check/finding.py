"""What a check found."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that needs a person: what is wrong, how much, and what to do next, on one line.

    `facts` are the same for programs: days and money as text, money exact.
    """

    kind: str
    text: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Checked:
    """The findings about a month of a workspace."""

    month: str
    org_id: str
    findings: list[Finding]


def usd(amount: Decimal) -> str:
    """An amount to read."""
    return f"{amount:,.2f} USD"
