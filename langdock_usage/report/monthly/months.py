"""The months that a report looks back on, each with its totals."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from langdock_usage.charts.drawing.top_and_others import add_up
from langdock_usage.errors import NoData
from langdock_usage.windows import Period, month_before, month_of, months_of, parse_month


@dataclass(frozen=True)
class MonthTotal:
    """What a month cost in all, and how many of its days are known.

    Of the month before a running one it may be the same days alone: then `days` says which.
    """

    month: date
    days_known: int
    days_in_month: int
    requests: int
    total_cost_usd: Decimal
    cost_per_request_usd: float | None
    cost_per_million_tokens_usd: float | None
    cache_hit_ratio: float | None
    days: Period | None = None

    @property
    def is_complete(self) -> bool:
        """Is every day of it in the database?"""
        return self.days_known == self.days_in_month


class Months:
    """The months of `usage.monthly_cost(…, by=None, exact=True)`.

    `this` is compared with `before`: the month before, or while this one is running, what
    `compare_with` says.
    """

    def __init__(self, month: str, frame: pd.DataFrame) -> None:
        """Raises NoData where this month is not among them."""
        self.first = parse_month(month).first
        self._months = {total.month: total for total in _totals(frame)}
        if self.first not in self._months:
            raise NoData(f"There is no data for {month}.")
        self.this = self._months[self.first]
        self.whole_before = self._months.get(month_before(month_of(self.first)).first)
        self.before = self.whole_before
        self.same_days: Period | None = None

    def compare_with(self, days: Period, keys: pd.DataFrame) -> None:
        """Compare the running month with the same days of the one before.

        `keys` is `usage.compare(days, month, exact=True)`: all keys of both.
        """
        if self.whole_before is None:
            return
        sums = add_up(keys)
        self.same_days = days
        self.before = MonthTotal(
            month=days.first,
            days_known=len(days),
            days_in_month=len(days),
            requests=int(sums.get("requests_before") or 0),
            total_cost_usd=Decimal(sums.get("cost_before_usd") or 0),
            cost_per_request_usd=sums.get("cost_per_request_before_usd"),
            cost_per_million_tokens_usd=None,
            cache_hit_ratio=sums.get("cache_hit_ratio_before"),
            days=days,
        )

    @property
    def partial(self) -> set[date]:
        """First days of the months of which days are missing."""
        return {total.month for total in self._months.values() if not total.is_complete}

    @property
    def unknown(self) -> list[date]:
        """First days of the months between the first and this one of which nothing is known."""
        every = months_of(Period(min(self._months), self.first))
        return [month.first for month in every if month.first not in self._months]

    @property
    def is_comparable(self) -> bool:
        """Are this month and what it is compared with both wholly in the database?"""
        return self.comparable(self.this) is not None

    def comparable(self, total: MonthTotal) -> MonthTotal | None:
        """The month before one of these, where both are wholly in the database."""
        if total is self.this and self.same_days:
            return self.before
        before = self.month_before(total)
        return before if before and before.is_complete and total.is_complete else None

    def month_before(self, total: MonthTotal) -> MonthTotal | None:
        """The month before one of these, if anything of it is known."""
        return self._months.get(month_before(month_of(total.month)).first)

    def change(self, total: MonthTotal) -> Decimal | None:
        """By how much one of these cost more than the month before, where that can be said."""
        before = self.comparable(total)
        return relative_change(total.total_cost_usd, before.total_cost_usd) if before else None

    def last_thirteen(self) -> list[date]:
        """First days of this month and of the twelve before it, from the first that is known on."""
        first = max(self.first.replace(year=self.first.year - 1), min(self._months))
        return [month.first for month in months_of(Period(first, month_of(self.first).last))]

    def knows(self, month: date) -> bool:
        """Whether anything of a month is known."""
        return month in self._months

    def year_ago(self, total: MonthTotal) -> MonthTotal | None:
        """The same month of the year before, if anything of it is known."""
        return self._months.get(total.month.replace(year=total.month.year - 1))

    def year_to_date(self, month: date) -> list[MonthTotal]:
        """The known months of the year of a month, up to it."""
        months = (self._months.get(month.replace(month=n)) for n in range(1, month.month + 1))
        return [total for total in months if total]

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
