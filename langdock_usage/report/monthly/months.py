"""The months that a report looks back on, each with its totals."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from langdock_usage.errors import NoData
from langdock_usage.windows import month_before, month_of, parse_month


@dataclass(frozen=True)
class MonthTotal:
    """What a month cost in all, and how many of its days are known."""

    month: date
    days_known: int
    days_in_month: int
    requests: int
    total_cost_usd: Decimal
    cost_per_request_usd: float | None
    cost_per_million_tokens_usd: float | None
    cache_hit_ratio: float | None

    @property
    def is_complete(self) -> bool:
        """Is every day of it in the database?"""
        return self.days_known == self.days_in_month


class Months:
    """The months of `usage.monthly_cost(…, by=None, exact=True)`."""

    def __init__(self, month: str, frame: pd.DataFrame) -> None:
        """Raises NoData where this month is not among them."""
        self.first = parse_month(month).first
        self._months = {total.month: total for total in _totals(frame)}
        if self.first not in self._months:
            raise NoData(f"There is no data for {month}.")
        self.this = self._months[self.first]
        self.before = self._months.get(month_before(month_of(self.first)).first)

    @property
    def partial(self) -> set[date]:
        """First days of the months of which days are missing."""
        return {total.month for total in self._months.values() if not total.is_complete}

    @property
    def is_comparable(self) -> bool:
        """Are this month and the one before it both wholly in the database?"""
        return self.comparable(self.this) is not None

    def comparable(self, total: MonthTotal) -> MonthTotal | None:
        """The month before one of these, where both are wholly in the database."""
        before = self._months.get(month_before(month_of(total.month)).first)
        return before if before and before.is_complete and total.is_complete else None

    def change(self, total: MonthTotal) -> Decimal | None:
        """By how much one of these cost more than the month before, where that can be said."""
        before = self.comparable(total)
        return relative_change(total.total_cost_usd, before.total_cost_usd) if before else None

    def __iter__(self) -> Iterator[MonthTotal]:
        return iter(self._months.values())


def share(part: Any, whole: Any) -> Decimal | None:
    """A part of the whole; None where there is nothing to have a part of."""
    return Decimal(part) / Decimal(whole) if whole else None


def relative_change(now: Any, before: Any) -> Decimal | None:
    """None where there was nothing before."""
    return (Decimal(now) - Decimal(before)) / Decimal(before) if before else None


def _totals(frame: pd.DataFrame) -> Iterator[MonthTotal]:
    for row in frame.to_dict("records"):
        known: dict[Any, Any] = {key: None if pd.isna(v) else v for key, v in row.items()}
        yield MonthTotal(
            month=known["month"].date(),
            days_known=int(known["days_known"]),
            days_in_month=int(known["days_in_month"]),
            requests=int(known["requests"]),
            total_cost_usd=Decimal(known["total_cost_usd"]),
            cost_per_request_usd=known["cost_per_request_usd"],
            cost_per_million_tokens_usd=known["cost_per_million_tokens_usd"],
            cache_hit_ratio=known["cache_hit_ratio"],
        )
