"""What each chart says, for those who do not see it."""

from typing import Any

import pandas as pd

from langdock_usage.report.monthly import Month, Row, records
from langdock_usage.report.page.shown import Shown, ratio

# what each bar chart has a bar for
BARS = {"keys": "api_key_name", "models": "model", "teams": "team"}


def describe(name: str, month: Month, shown: Shown, frame: pd.DataFrame) -> str:
    """The text alternative of a chart over a frame that is not empty."""
    describer = {
        "days": _days,
        "keys": _bars,
        "models": _bars,
        "teams": _bars,
        "grid": _grid,
        "cache_scatter": _scatter,
        "cache_keys": _ratios,
        "cache_models": _ratios,
        "months": _months,
    }[name]
    return describer(name, month, shown, records(frame))


def _days(name: str, _month: Month, shown: Shown, rows: list[Row]) -> str:
    costs = _summed(rows, "day")
    high, low = max(costs, key=lambda day: costs[day]), min(costs, key=lambda day: costs[day])
    return shown.language.text(
        f"alt.{name}",
        day=shown.language.day(high),
        amount=shown.money(costs[high]),
        low_day=shown.language.day(low),
        low_amount=shown.money(costs[low]),
    )


def _bars(name: str, _month: Month, shown: Shown, rows: list[Row]) -> str:
    first = rows[0]
    return shown.language.text(
        f"alt.{name}",
        count=len(rows),
        name=shown.cut(first[BARS[name]]),
        amount=shown.money(first["total_cost_usd"]),
        share=shown.language.percent(ratio(first["total_cost_usd"], shown.total)),
    )


def _grid(name: str, _month: Month, shown: Shown, rows: list[Row]) -> str:
    named = [row for row in rows if row["key_rank"] is not None and row["model_rank"] is not None]
    top = max(named, key=lambda row: row["total_cost_usd"])
    return shown.language.text(
        f"alt.{name}",
        name=shown.cut(top["api_key_name"]),
        model=shown.cut(top["model"]),
        amount=shown.money(top["total_cost_usd"]),
    )


def _scatter(name: str, _month: Month, shown: Shown, rows: list[Row]) -> str:
    low = [row for row in rows if row["cache_hit_ratio"] < 0.5]
    if not low:
        return shown.language.text(f"alt.{name}_good")
    top = max(low, key=lambda row: row["total_cost_usd"])
    return shown.language.text(
        f"alt.{name}",
        name=shown.cut(top["api_key_name"]),
        amount=shown.money(top["total_cost_usd"]),
        ratio=shown.language.percent(top["cache_hit_ratio"]),
    )


def _ratios(name: str, month: Month, shown: Shown, rows: list[Row]) -> str:
    column = "api_key_name" if name == "cache_keys" else "model"
    now = [row for row in rows if row["month"] == month.first]
    high = max(now, key=lambda row: row["cache_hit_ratio"])
    low = min(now, key=lambda row: row["cache_hit_ratio"])
    return shown.language.text(
        f"alt.{name}",
        name=shown.cut(high[column]),
        ratio=shown.language.percent(high["cache_hit_ratio"]),
        low_name=shown.cut(low[column]),
        low_ratio=shown.language.percent(low["cache_hit_ratio"]),
    )


def _months(name: str, _month: Month, shown: Shown, rows: list[Row]) -> str:
    costs = _summed(rows, "month")
    top = max(costs, key=lambda month: costs[month])
    return shown.language.text(
        f"alt.{name}",
        first=shown.language.month(min(costs)),
        last=shown.language.month(max(costs)),
        month=shown.language.month(top),
        amount=shown.money(costs[top]),
    )


def _summed(rows: list[Row], by: str) -> dict[Any, Any]:
    costs: dict[Any, Any] = {}
    for row in rows:
        costs[row[by]] = costs.get(row[by], 0) + row["total_cost_usd"]
    return costs
