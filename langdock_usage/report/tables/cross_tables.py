"""Frames with a column for each model, or for each month."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from langdock_usage.charts.cache_charts import costliest_with_ratio
from langdock_usage.charts.drawing.chart_data import aligned_by_weekday, group_of, require
from langdock_usage.charts.drawing.top_and_others import by_cost, few, total_of
from langdock_usage.charts.saving_charts import least_savings
from langdock_usage.report.language.formatter import Formatter

KEYS = 15
COST = "total_cost_usd"

Place = tuple[Any, ...]
"""What stands in the first columns of a row."""
Wide = dict[tuple[str, str], Any]
"""Columns by their measure and their group."""


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
    down = _down(frame)
    require(frame, down, "report.by_model")
    costs = frame[COST].reset_index(drop=True)
    names, order = _models(formatter, frame, costs, models, top)
    places, rows = _places(formatter, frame, costs, down)
    wide: Wide = {(column, ""): [row[n] for row in rows] for n, column in enumerate(down)}
    wide |= _costs(costs, places, names, rows, order)
    if before is not None and len(before):
        wide["month_before_usd", ""] = _same_days(before, rows)
    if "requests" in frame and "first_day" in down:
        requests = _summed(places, frame["requests"])
        wide["requests", ""] = [requests[row] for row in rows]
    return _frame(wide)


def _models(
    formatter: Formatter,
    frame: pd.DataFrame,
    costs: "pd.Series[Any]",
    models: Sequence[str] | None,
    top: int,
) -> tuple[Iterable[str], list[str]]:
    """What stands for the model of each row, and these names in the order of their columns."""
    others = formatter.others
    names = pd.Series(formatter.names(frame, "model"), dtype="str")
    if models is None:
        names = few(names, costs, top, others)
        return names, by_cost(names, costs, others)
    names = names.where(names.isin(models), others)
    return names, [model for model in (*models, others) if model in set(names)]


def _places(
    formatter: Formatter, frame: pd.DataFrame, costs: "pd.Series[Any]", down: list[str]
) -> tuple[list[Place], list[Place]]:
    """The row of the table that each row of the frame belongs to, and these in their order."""
    if "api_key_name" not in down:
        places = list(_rows(frame, *down))
        return places, list(dict.fromkeys(places))
    others = formatter.others
    keys = few(pd.Series(formatter.names(frame, "api_key_name")), costs, KEYS, others)
    return [(key,) for key in keys], [(key,) for key in by_cost(keys, costs, others)]


def _costs(
    costs: Iterable[Any],
    places: Iterable[Place],
    names: Iterable[str],
    rows: Sequence[Place],
    order: list[str],
) -> Wide:
    """The cost of each row in all, and by model."""
    totals = _summed(places, costs)
    cells = _summed(zip(places, names, strict=True), costs)
    wide: Wide = {(COST, ""): [totals[row] for row in rows]}
    # a period without usage has no model, and the column of a model holds nothing of it
    used = [model for model in order if any(cells.get((row, model)) for row in rows)]
    for model in used or order[:1]:
        wide[COST, model] = [cells.get((row, model), 0) for row in rows]
    return wide


def _same_days(before: pd.DataFrame, rows: Sequence[Place]) -> list[Any]:
    """What the same weekday of the month before cost, where a row is a single day."""
    places = aligned_by_weekday(before["first_day"], rows[0][0])
    costs = dict(zip(places, before[COST], strict=True))
    return [costs.get(first.day) if first == last else None for first, last in rows]


def ratio_by_month(formatter: Formatter, frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Cache-hit ratio of the costliest keys or models: a column for each month."""
    key = "api_key_id" if name == "api_key_name" else name
    require(frame, (key, name, "month", COST, "cache_hit_ratio"), "report.by_month")
    known = costliest_with_ratio(frame, name, KEYS)
    names = formatter.names(known, name)
    rows = dict(zip(map(str, known[key]), names, strict=True))
    return _months_across(formatter, known, name, rows, "cache_hit_ratio", "float64")


def saving_by_month(formatter: Formatter, frame: pd.DataFrame) -> pd.DataFrame:
    """What caching saved at least by month, of the costliest keys, models or teams."""
    known = least_savings(frame, KEYS)
    name, _ = group_of(known)
    key = "api_key_id" if name == "api_key_name" else name
    rows = dict(zip(map(str, known[key]), formatter.names(known, name), strict=True))
    return _months_across(formatter, known, name, rows, "saving_usd", "object")


def _months_across(
    formatter: Formatter,
    known: pd.DataFrame,
    name: str,
    rows: dict[str, str],
    value: str,
    kind: str,
) -> pd.DataFrame:
    """A row for each of `rows` (its key and its name), a column for each month."""
    key = "api_key_id" if name == "api_key_name" else name
    places = zip(map(str, known[key]), known["month"], strict=True)
    cells = dict(zip(places, known[value], strict=True))
    wide: dict[tuple[str, str], Any] = {(name, ""): list(rows.values())}
    for month in sorted(set(known["month"])):
        heading = formatter.language.month(month, "MMM y")
        column = [cells.get((row, month)) for row in rows]
        wide[value, heading] = pd.Series(column, dtype=kind)
    return _frame(wide)


def _down(frame: pd.DataFrame) -> list[str]:
    for columns in (["first_day", "last_day"], ["api_key_name"], ["month"]):
        if set(columns) <= set(frame.columns):
            return columns
    return ["team"]


def _rows(frame: pd.DataFrame, *columns: str) -> Any:
    return frame[list(columns)].itertuples(index=False, name=None)


def _summed(places: Iterable[Any], values: Iterable[Any]) -> dict[Any, Any]:
    found: dict[Any, list[Any]] = {}
    for place, value in zip(places, values, strict=True):
        found.setdefault(place, []).append(value)
    return {place: total_of(some) for place, some in found.items()}


def _frame(columns: Wide) -> pd.DataFrame:
    wide = pd.DataFrame({place: pd.Series(values) for place, values in enumerate(columns.values())})
    wide.columns = pd.MultiIndex.from_tuples(columns)
    return wide
