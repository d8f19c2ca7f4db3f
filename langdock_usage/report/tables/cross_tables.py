"""Frames with a column for each model, or for each month."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from langdock_usage.charts.cache_charts import costliest_with_ratio
from langdock_usage.charts.chart_data import aligned_by_weekday, require
from langdock_usage.charts.top_and_others import by_cost, few, total_of
from langdock_usage.report.language.formatter import Formatter

KEYS = 15
COST = "total_cost_usd"


def cost_by_model(
    formatter: Formatter,
    frame: pd.DataFrame,
    models: Sequence[str] | None,
    top: int = 0,
    before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Cost of each period, month or API key, in all and by model: a column for each.

    The `models` are named, else the `top` costliest ones; of keys the costliest. All others stand
    together.
    """
    require(frame, ("model", COST), "report.by_model")
    if before is not None:
        require(before, ("first_day", COST), "report.by_model(…, before)")
    others = formatter.others
    costs = frame[COST].reset_index(drop=True)
    names = pd.Series(formatter.names(frame, "model"), dtype="str")
    if models is None:
        names = few(names, costs, top, others)
        order = by_cost(names, costs, others)
    else:
        names = names.where(names.isin(models), others)
        order = [model for model in (*models, others) if model in set(names)]
    down = _down(frame)
    require(frame, down, "report.by_model")
    places = list(frame[down].itertuples(index=False, name=None))
    rows: list[Any]
    if "api_key_name" in down:
        keys = few(pd.Series(formatter.names(frame, "api_key_name")), costs, KEYS, others)
        places = [(key,) for key in keys]
        rows = [(key,) for key in by_cost(keys, costs, others)]
    else:
        rows = list(dict.fromkeys(places))
    cells = _summed(zip(places, names, strict=True), costs)
    totals = _summed(((place, "") for place in places), costs)
    wide: dict[tuple[str, str], Any] = {
        (column, ""): [row[place] for row in rows] for place, column in enumerate(down)
    }
    wide[COST, ""] = [totals[row, ""] for row in rows]
    # a period without usage has no model, and the column of a model holds nothing of it
    used = [model for model in order if any(cells.get((row, model)) for row in rows)]
    for model in used or order[:1]:
        wide[COST, model] = [cells.get((row, model), 0) for row in rows]
    if before is not None and len(before):
        places_before = aligned_by_weekday(before["first_day"], rows[0][0])
        costs_before = dict(zip(places_before, before[COST], strict=True))
        same_day = [costs_before.get(f.day) if f == last else None for f, last in rows]
        wide["month_before_usd", ""] = same_day
    if "requests" in frame and "first_day" in down:
        requests = _summed(((place, "") for place in places), frame["requests"])
        wide["requests", ""] = [requests[row, ""] for row in rows]
    return _frame(wide)


def ratio_by_month(formatter: Formatter, frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Cache-hit ratio of the costliest keys or models: a column for each month."""
    key = "api_key_id" if name == "api_key_name" else name
    require(frame, (key, name, "month", COST, "cache_hit_ratio"), "report.by_month")
    known = costliest_with_ratio(frame, name, KEYS)
    names = formatter.names(known, name)
    rows = dict(zip(map(str, known[key]), names, strict=True))
    ratios = {
        (str(one), month): ratio
        for one, month, ratio in zip(
            known[key], known["month"], known["cache_hit_ratio"], strict=True
        )
    }
    wide: dict[tuple[str, str], Any] = {(name, ""): list(rows.values())}
    for month in sorted(set(known["month"])):
        heading = formatter.language.month(month, "MMM y")
        column = [ratios.get((row, month)) for row in rows]
        wide["cache_hit_ratio", heading] = pd.Series(column, dtype="float64")
    return _frame(wide)


def _down(frame: pd.DataFrame) -> list[str]:
    for columns in (["first_day", "last_day"], ["api_key_name"], ["month"]):
        if set(columns) <= set(frame.columns):
            return columns
    return ["team"]


def _summed(places: Any, values: "pd.Series[Any]") -> dict[Any, Any]:
    found: dict[Any, list[Any]] = {}
    for place, value in zip(places, values, strict=True):
        found.setdefault(place, []).append(value)
    return {place: total_of(some) for place, some in found.items()}


def _frame(columns: dict[tuple[str, str], Any]) -> pd.DataFrame:
    wide = pd.DataFrame({place: pd.Series(values) for place, values in enumerate(columns.values())})
    wide.columns = pd.MultiIndex.from_tuples(columns)
    return wide
