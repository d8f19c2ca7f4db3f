"""Where a month is heading, to click on: bands, and the budgets one by one. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.chart_data import limited, require
from langdock_usage.charts.drawing.style import ACCENT, INK, PLAIN, named_axis
from langdock_usage.charts.interactive.selections import (
    chosen,
    clickable_rows,
    headline,
    part,
    stacked,
)
from langdock_usage.charts.outlook import budgets, forecast, subjects
from langdock_usage.errors import InvalidRequest

BAND = ("low_running_usd", "high_running_usd")
SHADES = ("#08306b", "#2171b5", "#6baed6")  # from the narrowest band to the widest
NO_BUDGET = "No budget is in force."


def forecast_explorer(days_by_level: Mapping[float, pd.DataFrame]) -> alt.LayerChart:
    """The cost of a month, day by day, with a band for each level: click one in the legend.

    Takes levels, and for each its `usage.forecast_days(month, level)`, of one workspace. The band
    holds the total of the month with that probability; the legend says from where to where.

    >>> levels = (0.5, 0.8, 0.95)
    >>> days = {level: usage.forecast_days("2026-10", level) for level in levels}
    >>> chart = charts.forecast_explorer(days)
    """
    if not days_by_level:
        raise InvalidRequest("This chart needs days by level: {0.8: usage.forecast_days(…, 0.8)}.")
    by_level = sorted(days_by_level.items())
    bands = {_label(days, level): _band(days) for level, days in by_level}
    chart = forecast(by_level[0][1].assign(**dict.fromkeys(BAND, float("nan"))))
    data = pd.concat([band.assign(level=level) for level, band in bands.items()])
    if data.empty:
        return chart
    picked = alt.selection_point(fields=["level"], bind="legend", name="levels")
    level = alt.Color("level:N", scale=alt.Scale(domain=list(bands), range=SHADES[: len(bands)]))
    base = alt.Chart(limited(data)).encode(
        x="day_of_month:Q",
        y="low_running_usd:Q",
        y2="high_running_usd:Q",
        color=level.legend(labelLimit=0, columns=1),
    )
    area, hatching = (
        mark.encode(opacity=alt.when(picked).then(alt.value(seen)).otherwise(alt.value(0)))
        for mark, seen in ((base.mark_area(), 0.25), (base.mark_rule(strokeWidth=1), 0.5))
    )
    whole: alt.LayerChart = chart + area.add_params(picked) + hatching
    return whole


def _band(days: pd.DataFrame) -> pd.DataFrame:
    """The days to come, and the last known one, at which the band begins."""
    require(days, ("day", "running_usd", *BAND))
    is_ahead = days["running_usd"].isna()
    begins = is_ahead.shift(-1, fill_value=False)
    band = days[(is_ahead | begins) & days["high_running_usd"].notna()]
    return band[list(BAND)].assign(day_of_month=band["day"].dt.day) if is_ahead.any() else band[:0]


def _label(days: pd.DataFrame, level: float) -> str:
    low, high = (days[name].iloc[-1] for name in BAND)
    return f"{level:.0%}: {PLAIN.money(low)} to {PLAIN.money(high)}"


def budget_explorer(frame: pd.DataFrame, days: pd.DataFrame) -> alt.VConcatChart:
    """Budgets, and what is spent of them: click one, and see its cost added up, day by day.

    `frame` is `usage.budgets(month)`, `days` is `usage.budget_days(month)`, of one workspace. Solid
    is what was spent, dashed what is expected, dotted the budget; the bar at the end is the band.

    >>> chart = charts.budget_explorer(usage.budgets("2026-10"), usage.budget_days("2026-10"))
    """
    require(days, ("day", "scope", "name", "budget_usd", *_RUNNING))
    overview = budgets(frame)
    picked = alt.selection_point(fields=["budget"], name="budgets")
    amounts = ("budget_usd", "cost_usd", "expected_usd")
    tips = [alt.Tooltip(f"{one}_label:N", title=one) for one in amounts]
    tips = [alt.Tooltip("budget:N"), *tips, alt.Tooltip("state:N")]
    rows = clickable_rows(named_axis("budget"), picked, tips)
    data = limited(days.assign(budget=subjects(days, PLAIN), day_of_month=days["day"].dt.day))
    data["is_default"] = data["budget"] == data["budget"].head(1).sum()
    is_first = ~data["budget"].duplicated()
    names = data.loc[is_first, ["budget", "is_default"]]
    if names.empty:
        names = pd.DataFrame([{"budget": NO_BUDGET, "is_default": True}])
    return stacked([overview + rows, headline(names, picked, "budget"), _running(data, picked)])


_RUNNING = ("running_usd", "expected_running_usd", *BAND)


def _running(data: pd.DataFrame, picked: alt.Parameter) -> alt.LayerChart:
    is_ahead = data["running_usd"].isna()
    is_ahead |= is_ahead.shift(-1, fill_value=False)
    base, ahead = (
        alt.Chart(rows)
        .transform_filter(chosen(picked))
        .encode(x=alt.X("day_of_month:Q", title=None).scale(domain=[1, 31], nice=False))
        for rows in (data, data[is_ahead])
    )
    y = alt.Y("running_usd:Q", title="USD").axis(format="$,~r", tickCount=5)
    band = {"y": "low_running_usd:Q", "y2": "high_running_usd:Q"}
    tips = [
        "day:T",
        *(alt.Tooltip(f"{one}:Q", format="$,.2f") for one in (*_RUNNING, "budget_usd")),
    ]
    layers = [
        ahead.mark_area(color=ACCENT, opacity=0.15).encode(**band),
        ahead.mark_rule(color=ACCENT, opacity=0.5).encode(**band),
        base.mark_line(color=INK, strokeDash=[1, 3]).encode(y="budget_usd:Q"),
        ahead.mark_line(color=ACCENT, strokeDash=[5, 4]).encode(y="expected_running_usd:Q"),
        base.mark_line(color=ACCENT, strokeWidth=3).encode(y=y),
        base.mark_point(size=60, opacity=0).encode(y="expected_running_usd:Q", tooltip=tips),
    ]
    return part(layers, 200, "by_day")
