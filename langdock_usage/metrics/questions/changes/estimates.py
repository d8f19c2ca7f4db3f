"""What months will have cost when they are over, as the rows of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from langdock_usage.analysis.forecast import LEAST_DAYS, SURE_DAYS
from langdock_usage.errors import TooLittleHistory
from langdock_usage.metrics.groups import COLUMNS, WITH_NAMES, By
from langdock_usage.metrics.incomplete import warn
from langdock_usage.text import counted
from langdock_usage.windows import month_before

if TYPE_CHECKING:
    from langdock_usage.analysis.daily_costs import Floats
    from langdock_usage.metrics.questions.changes.costs_by_day import MonthSoFar

ESTIMATES = ("expected_usd", "low_usd", "high_usd")
_CENT = Decimal("0.01")
_RUNNING = ("running_usd", "expected_running_usd", "low_running_usd", "high_running_usd")
_TYPES_OF_DAYS = {"day": "datetime64[us]", "org_id": "str", "cost_usd": "float64"} | dict.fromkeys(
    (*_RUNNING, "running_before_usd"), "float64"
)


def estimated_months(months: Iterable[MonthSoFar], level: float, by: By) -> pd.DataFrame:
    """One row per workspace and group, the costliest first; money is Decimal, and not rounded."""
    return pd.concat([_rows(one, level, by) for one in months], ignore_index=True)


def presented(frame: pd.DataFrame, cost: str, *, exact: bool) -> pd.DataFrame:
    """Money as floats; or exact, and estimates to the cent, but not below the cost so far."""
    shown = frame.copy()
    money = [name for name in frame if str(name).endswith("_usd")]
    if not exact:
        return shown.astype(dict.fromkeys(money, "float64"))
    for name in ESTIMATES:
        pairs = zip(frame[cost], frame[name], strict=True)
        shown[name] = pd.Series(
            [estimate and _rounded(spent, estimate) for spent, estimate in pairs],
            frame.index,
            dtype="object",
        )
    return shown


def _rounded(spent: Decimal, estimate: Decimal) -> Decimal:
    return spent if estimate == spent else max(spent, estimate.quantize(_CENT))


def warn_if_short(months: Iterable[MonthSoFar]) -> None:
    """Warn where too little is known to say how sure a forecast is."""
    for one in months:
        if one.forecast and not one.has_band:
            days = counted(one.days_before, "day")
            warn(
                f"{one.month.first:%Y-%m}: {days} known before it, {one.daily.known.sum()} in all. "
                f"How sure a forecast is can be said with {LEAST_DAYS} before, or {SURE_DAYS} in "
                "all.",
                TooLittleHistory,
            )


def _rows(one: MonthSoFar, level: float, by: By) -> pd.DataFrame:
    """The rows of one workspace."""
    more, width, errors = _figures(one, level)
    names = {"grouped_by": COLUMNS[by]} if by else {}
    names |= {"api_key_name": "api_key_name"} if by in WITH_NAMES else {}
    count = len(one.groups)
    frame = pd.DataFrame(
        {
            "month": pd.Series([one.month.first] * count, dtype="datetime64[us]"),
            "org_id": pd.Series([one.org_id] * count, dtype="str"),
            **{name: one.groups[column] for column, name in names.items()},
            "days_known": pd.Series([len(one.month) - one.unknown.size] * count, dtype="Int64"),
            "cost_so_far_usd": pd.Series(one.cost_so_far, dtype="object"),
            "expected_usd": _sums(one.cost_so_far, more),
            "low_usd": _sums(one.cost_so_far, more - width),
            "high_usd": _sums(one.cost_so_far, more + width),
            "usual_error_ratio": pd.Series(errors, dtype="float64"),
        }
    )
    order = ["expected_usd", *(COLUMNS[by] for by in [by] if by)]
    return frame.sort_values(order, ascending=[False, *[True] * (len(order) - 1)], kind="stable")


def _figures(one: MonthSoFar, level: float) -> tuple[Floats, Floats, Floats]:
    """For each group: what is expected to come, by how much that may miss, and the usual error."""
    nothing = np.zeros(len(one.cost_so_far))
    forecast = one.forecast
    if forecast is None:
        return nothing, nothing, nothing
    more = forecast.expected.sum(axis=0)
    if not one.has_band:
        return more, nothing + np.nan, nothing + np.nan
    return more, forecast.half_widths(level), forecast.usual_errors(one.month)


def _sums(so_far: Sequence[Decimal], more: Floats) -> pd.Series[Any]:
    """What was spent and what comes on top, which is never less than nothing."""
    sums = [
        None if np.isnan(addition) else spent + Decimal(addition) if addition > 0 else spent
        for spent, addition in zip(so_far, more, strict=True)
    ]
    return pd.Series(sums, dtype="object")


def running_days(months: Iterable[MonthSoFar], level: float) -> pd.DataFrame:
    """One row per workspace and day of the month: costs added up, and where they are heading."""
    found = [_running(one, level) for one in months]
    if not found:
        return pd.DataFrame(columns=list(_TYPES_OF_DAYS)).astype(_TYPES_OF_DAYS)
    return pd.concat(found, ignore_index=True)


def _running(one: MonthSoFar, level: float) -> pd.DataFrame:
    costs = one.daily.costs[one.places, 0]
    known, unknown = np.nan_to_num(costs).cumsum(), np.isnan(costs)
    more, width = np.zeros(len(costs)), np.zeros(len(costs))
    if forecast := one.forecast:
        place = unknown.cumsum() - 1  # of the last unknown day so far
        sums = forecast.expected[:, 0].cumsum()
        widths = forecast.running_half_widths(level) if one.has_band else sums * np.nan
        more, width = (np.where(place < 0, 0, some[place]) for some in (sums, widths))
    days = [pd.Timestamp(day) for day in one.month.days()]
    return pd.DataFrame(
        {
            "day": pd.Series(days, dtype="datetime64[us]"),
            "org_id": pd.Series([one.org_id] * len(days), dtype="str"),
            "cost_usd": costs,
            "running_usd": costs.cumsum(),
            "expected_running_usd": known + more,
            "low_running_usd": known + np.maximum(0, more - width),
            "high_running_usd": known + more + width,
            "running_before_usd": _running_before(one),
        }
    )


def _running_before(one: MonthSoFar) -> Floats:
    """The costs of the month before added up, up to the same day of it."""
    before = month_before(one.month)
    first = (before.first - one.daily.first).days
    costs = np.full(max(len(one.month), len(before)), np.nan)
    for day in range(max(0, -first), len(before)):
        costs[day] = one.daily.costs[first + day, 0]
    running: Floats = costs.cumsum()[: len(one.month)]
    return running
