"""What months will have cost when they are over, as the rows of an answer."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from langdock_usage.analysis.forecast import LEAST_DAYS, SURE_DAYS
from langdock_usage.errors import TooLittleHistory
from langdock_usage.metrics.groups import COLUMNS, WITH_NAMES, By
from langdock_usage.metrics.incomplete import warn
from langdock_usage.text import counted

if TYPE_CHECKING:
    from langdock_usage.analysis.daily_costs import Floats
    from langdock_usage.metrics.questions.changes.costs_by_day import MonthSoFar

_CENT = Decimal("0.01")
_FIGURES = (
    "days_known",
    "cost_so_far_usd",
    "expected_usd",
    "low_usd",
    "high_usd",
    "usual_error_ratio",
)


def estimated_months(
    months: Iterable[MonthSoFar], level: float, by: By, *, exact: bool
) -> pd.DataFrame:
    """One row per workspace and group; warns where too little is known to say how sure they are."""
    for one in months:
        _warn_if_short(one)
    return pd.concat([_rows(one, level, by, exact=exact) for one in months], ignore_index=True)


def _rows(one: MonthSoFar, level: float, by: By, *, exact: bool) -> pd.DataFrame:
    """The answer about one workspace."""
    frame = one.groups.copy()
    more, width, errors = _estimates(one, level)
    frame["month"] = pd.Series(one.month.first, frame.index, dtype="datetime64[us]")
    frame["org_id"] = pd.Series(one.org_id, frame.index, dtype="str")
    frame["days_known"] = pd.Series(len(one.month) - one.unknown.size, frame.index, dtype="Int64")
    frame["cost_so_far_usd"] = _amounts(one.cost_so_far, more * 0, exact=exact)
    frame["expected_usd"] = _amounts(one.cost_so_far, more, exact=exact)
    frame["low_usd"] = _amounts(one.cost_so_far, more - width, exact=exact)
    frame["high_usd"] = _amounts(one.cost_so_far, more + width, exact=exact)
    frame["usual_error_ratio"] = errors
    frame = frame.sort_values(["expected_usd", "grouped_by"], ascending=[False, True])
    names = {"grouped_by": COLUMNS[by]} if by else {}
    names |= {"api_key_name": "api_key_name"} if by in WITH_NAMES else {}
    return frame.rename(columns=names)[["month", "org_id", *names.values(), *_FIGURES]]


def _estimates(one: MonthSoFar, level: float) -> tuple[Floats, Floats, Floats]:
    """For each group: what is expected to come, by how much that may miss, and the usual error."""
    nothing = np.zeros(len(one.cost_so_far))
    forecast = one.forecast
    if forecast is None:
        return nothing, nothing, nothing
    more = forecast.expected.sum(axis=0)
    if not one.has_band:
        return more, nothing + np.nan, nothing + np.nan
    return more, forecast.half_widths(level), forecast.usual_errors(one.month)


def _amounts(so_far: list[Decimal], more: Floats, *, exact: bool) -> pd.Series[Any]:
    """What was spent and what comes on top, which is never less than nothing."""
    sums = [
        None if np.isnan(addition) else _sum(spent, max(0.0, addition), exact=exact)
        for spent, addition in zip(so_far, more, strict=True)
    ]
    return pd.Series(sums, dtype="object" if exact else "float64")


def _sum(spent: Decimal, addition: float, *, exact: bool) -> Decimal | float:
    if not exact:
        return float(spent) + addition
    rounded = (spent + Decimal(addition)).quantize(_CENT)
    return max(spent, rounded) if addition else spent


def _warn_if_short(one: MonthSoFar) -> None:
    if one.forecast and not one.has_band:
        days = counted(one.days_before, "day")
        warn(
            f"{one.month.first:%Y-%m}: {days} known before it, {one.daily.known.sum()} in all. How "
            f"sure a forecast is can be said with {LEAST_DAYS} before, or {SURE_DAYS} in all.",
            TooLittleHistory,
        )
