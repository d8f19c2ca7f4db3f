"""Three or four sentences, written from the data: what moved, and who moved it."""

from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

import pandas as pd
from markupsafe import Markup

from langdock_usage.charts.chart_data import used
from langdock_usage.charts.names import shorten
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import Months, relative_change, share

SPIKE = Decimal("1.75")
"""A day that costs this many times an ordinary day is worth a sentence."""


@dataclass(frozen=True)
class Sentences:
    """Writes about a month, in the words and digits of a report."""

    months: Months
    formatter: Formatter

    def total(self) -> list[Markup]:
        """What the month cost, against the month before; or why the two are not compared."""
        this = self.months.this
        if not this.requests and not this.total_cost_usd:
            return [self._write("nothing", month=self._month(this.month)), *self._partial()]
        return [self._of_total(), *self._partial()]

    def moves(
        self, keys: pd.DataFrame, models: pd.DataFrame, now: pd.DataFrame, before: pd.DataFrame
    ) -> list[Markup]:
        """The API key and the model that moved most; `now` and `before` are by key and model."""
        last = self.months.comparable(self.months.this)
        if not (last and last.total_cost_usd and self.months.this.total_cost_usd):
            return []
        names = _names(keys, self.formatter)
        pairs = _moves_of_pairs(now, before)
        found = []
        for name, frame, place in (("key", keys, 0), ("model", models, 1)):
            column = "api_key_id" if name == "key" else "model"
            changes = dict(zip(map(_known, frame[column]), frame["change_usd"], strict=True))
            top = max(changes, key=lambda one: abs(changes[one]), default=None)
            its = [pair for pair in pairs.items() if pair[0][place] == top]
            found += self._move(name, changes.get(top, Decimal(0)), its, names)
        return found

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

    def _of_total(self) -> Markup:
        this = self.months.this
        before = self.months.comparable(this)
        money = self.formatter.money
        values = {"month": self._month(this.month), "amount": money(this.total_cost_usd)}
        if before is None:
            return self._write("not_compared" if self.months.before else "alone", **values)
        values["before"] = self._month(before.month)
        moved = relative_change(this.total_cost_usd, before.total_cost_usd)
        if moved is None:
            return self._write("more_than_nothing", **values)
        if not moved:
            return self._write("same", **values)
        values["difference"] = money(abs(this.total_cost_usd - before.total_cost_usd))
        values["ratio"] = self.formatter.language.percent(abs(moved))
        return self._write("more" if moved > 0 else "less", **values)

    def _partial(self) -> list[Markup]:
        """Why there is no comparison, where there is a month before."""
        before, this = self.months.before, self.months.this
        partial = [one for one in (before, this) if one and not one.is_complete]
        if before is None or not partial:
            return []
        values = {"days": partial[0].days_known, "all": partial[0].days_in_month}
        return [self._write("partial", month=self._month(partial[0].month), **values)]

    def _move(
        self, name: str, moved: Decimal, pairs: list[tuple[Any, Decimal]], names: dict[Any, str]
    ) -> list[Markup]:
        """What moved most, and the largest of its parts that moved the same way."""
        same_way = [pair for pair in pairs if pair[1] * moved > 0]
        if not same_way:
            return []
        (key, model), part = max(same_way, key=lambda pair: abs(pair[1]))
        others = [amount for pair, amount in pairs if pair != (key, model)]
        is_all = part == moved and not any(others)
        ending = "_offset" if abs(part) > abs(moved) else "_all" if is_all else ""
        values = {
            "name": shorten(names.get(key, str(key))),
            "model": shorten(self.formatter.name(model)),
            "difference": self.formatter.difference(moved),
            "part": self.formatter.difference(part),
        }
        return [self._write(f"{name}{ending}", **values)]


def _names(keys: pd.DataFrame, formatter: Formatter) -> dict[Any, str]:
    names = formatter.names(keys, "api_key_name")
    return dict(zip(keys["api_key_id"], names, strict=True))


def _moves_of_pairs(now: pd.DataFrame, before: pd.DataFrame) -> dict[tuple[Any, Any], Decimal]:
    """By how much each API key moved with each model."""
    moves: dict[tuple[Any, Any], Decimal] = {}
    for frame, sign in ((now, 1), (before, -1)):
        rows = zip(frame["api_key_id"], frame["model"], frame["total_cost_usd"], strict=True)
        for key, model, cost in rows:
            pair = key, _known(model)
            moves[pair] = moves.get(pair, Decimal(0)) + sign * cost
    return moves


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value
