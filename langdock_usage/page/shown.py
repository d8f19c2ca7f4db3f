"""How values of a month are shown: names, and money with the digits that this month needs."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from langdock_usage.language import Language, digits_for
from langdock_usage.monthly import Month

LONG_NAME = 60


class Shown:
    """Values of one month in one language, as text."""

    def __init__(self, month: Month, language: Language) -> None:
        self.language = language
        self.labels = language.texts("columns")
        self.total = Decimal(month.total["total_cost_usd"])
        self.digits = digits_for(self.total)

    def name(self, name: str | None) -> str:
        """A name as it is, or the word for an unknown one."""
        return self.language.unknown if name is None else name

    def short(self, name: str | None) -> str:
        """A name that fits into a sentence."""
        full = self.name(name)
        return full if len(full) <= LONG_NAME else f"{full[: LONG_NAME - 1]}\u2026"

    def money(self, amount: Any) -> str:
        """An amount with the digits of this month."""
        return self.language.money(amount, self.digits)

    def difference(self, amount: Any) -> str:
        """An amount more or less."""
        return self.language.difference(amount, self.digits)

    def rates(self, *rates: float | None) -> list[str]:
        """Small amounts with as many digits as the smallest of them needs, and no more than six."""
        digits = min(max((digits_for(rate) for rate in rates if rate), default=2), 6)
        return [self.language.money(rate, digits) for rate in rates]


def ratio(part: Any, whole: Any) -> Decimal | None:
    """A share; None where there is nothing to have a share of."""
    return Decimal(part) / Decimal(whole) if whole else None


def monthly_change(month: Month, row: Mapping[str, Any]) -> Decimal | None:
    """Of the cost of one of the month's totals against the month before; see Month.comparable."""
    before = month.comparable(row)
    return change(row["total_cost_usd"], before["total_cost_usd"]) if before else None


def change(now: Any, before: Any) -> Decimal | None:
    """Relative change; None where there was nothing before."""
    return (Decimal(now) - Decimal(before)) / Decimal(before) if before else None
