"""A calendar of what days cost: a row for each month. Pure."""

from __future__ import annotations

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.chart_data import STEP, costs_of, require, single_days
from langdock_usage.charts.drawing.look import finished
from langdock_usage.charts.drawing.style import ACCENT, GRID, PLAIN, Style, in_order, tip
from langdock_usage.charts.heatmap import scale_of_costs


def cost_calendar(daily: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Heatmap of what each day cost: months down, days across; days without data stay empty.

    Of `cost_per_period`, it draws the periods that are single days.

    >>> chart = charts.cost_calendar(usage.cost_per_period(by=None))
    """
    known = single_days(daily)
    require(known, ("day", "total_cost_usd"))
    per_day = known.groupby("day", as_index=False).agg({"total_cost_usd": "sum"})
    data = pd.concat([per_day[["day"]], costs_of(per_day, style)], axis=1)
    described = data[["day", "total_cost_usd"]]
    highest = float(data["total_cost_usd"].max()) if len(data) else 0.0
    data["strength"] = (data["total_cost_usd"].clip(lower=0) / (highest or 1.0)) ** 0.5
    unknown = _in_rows(_days_between(data["day"]), style)
    data = _in_rows(data, style)
    unknown = unknown[~unknown["day"].isin(set(data["day"]))]
    unknown = unknown.assign(total_cost_usd_label=style.label("no_data"))
    y = alt.Y("month_label:N", title=None, sort=in_order("month_label"))
    x = alt.X("day_of_month:O", title=None).scale(domain=list(range(1, 32)), padding=0.08)
    places = {
        "x": x.axis(labelAngle=0, ticks=False, domain=False, orient="top", labelOverlap=True),
        "y": y.axis(ticks=False, domain=False).scale(padding=0.08),
        "tooltip": tip(style, "day", "total_cost_usd"),
    }
    cells = alt.Chart(data).mark_rect(color=ACCENT, cornerRadius=2)
    empty = alt.Chart(unknown).mark_rect(filled=False, stroke=GRID, strokeDash=[2, 2])
    layers = [cells.encode(**places, opacity=scale_of_costs(highest, style))]
    layers += [empty.encode(**places)] if len(unknown) else []
    height = max(data["month_label"].nunique(), 1) * STEP
    return finished(layers, height, style, "calendar", described)


def _days_between(days: pd.Series[pd.Timestamp]) -> pd.DataFrame:
    """Every day from the first to the last."""
    if days.empty:
        return pd.DataFrame({"day": days})
    return pd.DataFrame({"day": pd.date_range(days.min(), days.max())})


def _in_rows(data: pd.DataFrame, style: Style) -> pd.DataFrame:
    """The row and the column of each day, and the day as text."""
    months = [day.to_period("M") for day in data["day"]]
    return data.assign(
        day=[f"{style.weekday(day)} {style.day(day)}" for day in data["day"]],
        day_of_month=[day.day for day in data["day"]],
        month_label=[style.month(month.start_time) for month in months],
        month_label_place=[month.ordinal for month in months],
    )
