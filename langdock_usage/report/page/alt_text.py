"""What each chart says, for those who do not see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from langdock_usage.charts.drawing.names import shorten
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import share

Values = dict[str, str]


@dataclass(frozen=True)
class AltText:
    """The text of a chart, from its kind and the rows that it draws; see `Style.alt_text`."""

    formatter: Formatter

    def __call__(self, kind: str, data: pd.DataFrame) -> str:
        """A sentence or two; `data` has names as they are shown."""
        writers: dict[str, Callable[[pd.DataFrame], Values]] = {
            "days": self._days,
            "calendar": self._days,
            "forecast": self._forecast,
            "months": self._months,
            "keys_and_models": self._grid,
            "cache": self._scatter,
            "cache_keys": self._ratios,
            "cache_models": self._ratios,
            "savings": self._savings,
            "bridge": self._bridge,
            "savings_months": self._savings_months,
            "savings_over_time": self._savings_over_time,
        }
        values = writers.get(kind, self._bars)(data)
        if kind == "cache" and not values:
            kind = "cache_good"
        if kind == "forecast" and "expected" not in values:
            kind = "forecast_over"
        return self.formatter.language.text(f"alt.{kind}", **values)

    def _days(self, data: pd.DataFrame) -> Values:
        costs: dict[Any, float] = data.groupby("day")["total_cost_usd"].sum().to_dict()
        high, low = max(costs, key=lambda day: costs[day]), min(costs, key=lambda day: costs[day])
        return {
            "day": self.formatter.language.day(high),
            "amount": self.formatter.money(costs[high]),
            "low_day": self.formatter.language.day(low),
            "low_amount": self.formatter.money(costs[low]),
        }

    def _forecast(self, data: pd.DataFrame) -> Values:
        known = data[data["running_usd"].notna()]
        if known.empty:
            return {"day": self.formatter.language.unknown, "amount": self.formatter.money(0)}
        last = known.iloc[-1]
        day = self.formatter.language.day(last["day"])
        values = {"day": day, "amount": self.formatter.money(last["running_usd"])}
        if len(known) < len(data):
            values["expected"] = self.formatter.money(data["expected_running_usd"].iloc[-1])
        return values

    def _bars(self, data: pd.DataFrame) -> Values:
        name, cost = data.columns[0], data["total_cost_usd"].iloc[0]
        part = share(cost, sum(data["total_cost_usd"]))
        return {
            "count": str(len(data)),
            "name": shorten(data[name].iloc[0]),
            "amount": self.formatter.money(cost),
            "share": self.formatter.language.percent(part),
        }

    def _grid(self, data: pd.DataFrame) -> Values:
        top = _largest(data, "total_cost_usd")
        return {
            "name": shorten(top["api_key_name"]),
            "model": shorten(top["model"]),
            "amount": self.formatter.money(top["total_cost_usd"]),
        }

    def _scatter(self, data: pd.DataFrame) -> Values:
        low = data[data["cache_hit_ratio"] < 0.5]
        if low.empty:
            return {}
        top = _largest(low, "total_cost_usd")
        return {
            "name": shorten(top["api_key_name"]),
            "amount": self.formatter.money(top["total_cost_usd"]),
            "ratio": self.formatter.language.percent(top["cache_hit_ratio"]),
        }

    def _ratios(self, data: pd.DataFrame) -> Values:
        name = "api_key_name" if "api_key_name" in data else "model"
        high = _largest(data, "cache_hit_ratio")
        low: Any = data.sort_values("cache_hit_ratio", kind="stable").iloc[0]
        return {
            "name": shorten(high[name]),
            "ratio": self.formatter.language.percent(high["cache_hit_ratio"]),
            "low_name": shorten(low[name]),
            "low_ratio": self.formatter.language.percent(low["cache_hit_ratio"]),
        }

    def _savings(self, data: pd.DataFrame) -> Values:
        high = _largest(data, "saving_low_usd")
        low: Any = data.sort_values("saving_high_usd", kind="stable").iloc[0]
        return {
            "count": str(len(data)),
            "name": shorten(high.iloc[0]),
            "amount": self.formatter.money(high["saving_low_usd"]),
            "low_name": shorten(low.iloc[0]),
            "low_amount": self.formatter.money(low["saving_high_usd"]),
        }

    def _bridge(self, data: pd.DataFrame) -> Values:
        costs, steps = data["amount"].iloc[[0, -1]], data[1:-1]
        by_size = steps.sort_values("change_usd", key=abs, ascending=False, kind="stable")
        largest = zip(by_size["effect"].head(3), by_size["amount"].head(3), strict=True)
        effects = ", ".join(f"{effect} {amount}" for effect, amount in largest)
        return {
            "before": costs.iloc[0],
            "after": costs.iloc[1],
            "effects": effects or self.formatter.difference(0),
        }

    def _savings_months(self, data: pd.DataFrame) -> Values:
        first, last = data.iloc[0], data.iloc[-1]
        return {
            "first": first["month"],
            "last": last["month"],
            "first_amount": first["range_label"],
            "amount": last["range_label"],
        }

    def _savings_over_time(self, data: pd.DataFrame) -> Values:
        high, low = _largest(data, "saving_usd"), _largest(-data[["saving_usd"]], "saving_usd")
        name = next(name for name in ("api_key_name", "team", "model") if name in data)
        return {
            "name": shorten(high[name]),
            "amount": self.formatter.money(high["saving_usd"]),
            "low_name": shorten(data.loc[low.name, name]),
            "low_amount": self.formatter.money(data.loc[low.name, "saving_usd"]),
        }

    def _months(self, data: pd.DataFrame) -> Values:
        costs: dict[Any, float] = data.groupby("month")["total_cost_usd"].sum().to_dict()
        top = max(costs, key=lambda one: costs[one])
        month = self.formatter.language.month
        return {
            "first": month(min(costs)),
            "last": month(max(costs)),
            "month": month(top),
            "amount": self.formatter.money(costs[top]),
        }


def _largest(data: pd.DataFrame, column: str) -> Any:
    return data.sort_values(column, ascending=False, kind="stable").iloc[0]
