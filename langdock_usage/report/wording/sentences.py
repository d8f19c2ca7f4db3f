"""A few sentences, written from the data: what the month cost, and what is special in it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

import pandas as pd
from markupsafe import Markup

from langdock_usage.charts.drawing.chart_data import used
from langdock_usage.charts.drawing.names import shorten
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import Months, relative_change, share

SPIKE = Decimal("1.75")
"""A day that costs this many times an ordinary day is worth a sentence."""


@dataclass(frozen=True)
class Sentences:
    """Writes about a month, in the words and digits of a report."""

    months: Months
    formatter: Formatter

    def total(self, causes: Callable[[Decimal], Markup] | None = None) -> list[Markup]:
        """What the month cost, against the month before; or why the two are not compared.

        `causes` says why it changed by an amount.
        """
        this = self.months.this
        if not this.requests and not this.total_cost_usd:
            return [self._write("nothing", month=self._month(this.month)), *self._partial()]
        return [self._of_total(causes), *self._partial()]

    def spike(self, periods: pd.DataFrame) -> list[Markup]:
        """The costliest day, where it is far above an ordinary one."""
        single = periods[periods["first_day"] == periods["last_day"]]
        costs: dict[Any, Decimal] = {}
        for day, cost in zip(single["first_day"], single["total_cost_usd"], strict=True):
            costs[day.date()] = costs.get(day.date(), Decimal(0)) + cost
        if len(costs) < 7:
            return []
        ordinary = median(costs.values())
        day = max(costs, key=lambda day: costs[day])
        if not ordinary or costs[day] < SPIKE * ordinary:
            return []
        language = self.formatter.language
        values = {
            "day": language.day(day),
            "amount": self.formatter.money(costs[day]),
            "factor": language.decimal(costs[day] / ordinary),
        }
        return [self._write("day", **values)]

    def largest(self, keys: pd.DataFrame) -> list[Markup]:
        """The costliest API key, if there are several."""
        rows = used(keys).sort_values("cost_after_usd", ascending=False, kind="stable")
        total = self.months.this.total_cost_usd
        if len(rows) < 2 or not total:
            return []
        name = shorten(_names(keys, self.formatter)[rows["api_key_id"].iloc[0]])
        part = self.formatter.language.percent(share(rows["cost_after_usd"].iloc[0], total))
        return [self._write("largest", name=name, share=part)]

    def _write(self, name: str, /, **values: object) -> Markup:
        return self.formatter.language.markup(f"sentences.{name}", **values)

    def _month(self, first: Any) -> str:
        return self.formatter.language.month(first)

    def _of_total(self, causes: Callable[[Decimal], Markup] | None) -> Markup:
        this = self.months.this
        before = self.months.comparable(this)
        money = self.formatter.money
        amount = money(this.total_cost_usd)
        values: dict[str, object] = {"month": self._month(this.month), "amount": amount}
        if self.months.same_days:
            values["month"] = self.formatter.language.text("sentences.so_far", **values)
        if before is None:
            return self._write("not_compared" if self.months.before else "alone", **values)
        month = self.formatter.month(before.month, before.days)
        than = "than_days" if before.days else "than_month"
        values["before"] = self.formatter.language.text(f"sentences.{than}", month=month)
        moved = relative_change(this.total_cost_usd, before.total_cost_usd)
        if moved is None:
            return self._write("more_than_nothing", **values)
        if not moved:
            return self._write("same", **values)
        change = this.total_cost_usd - before.total_cost_usd
        values["difference"] = money(abs(change))
        values["ratio"] = self.formatter.language.percent(abs(moved))
        name = "more" if moved > 0 else "less"
        if causes is None:
            return self._write(name, **values)
        return self._write(f"{name}_because", **values, causes=causes(change))

    def _partial(self) -> list[Markup]:
        """Why there is no comparison, where there is a month before."""
        before, this = self.months.before, self.months.this
        if self.months.same_days:
            return []
        partial = [one for one in (before, this) if one and not one.is_complete]
        if before is None or not partial:
            return []
        values = {"days": partial[0].days_known, "all": partial[0].days_in_month}
        return [self._write("partial", month=self._month(partial[0].month), **values)]


def _names(keys: pd.DataFrame, formatter: Formatter) -> dict[Any, str]:
    names = formatter.names(keys, "api_key_name")
    return dict(zip(keys["api_key_id"], names, strict=True))
