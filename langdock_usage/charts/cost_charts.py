"""Charts of what keys, models, teams, days and months cost. Pure."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.chart_data import (
    aligned_by_weekday,
    costliest,
    costs_of,
    height_of,
    names_of,
    require,
    single_days,
)
from langdock_usage.charts.drawing.look import finished
from langdock_usage.charts.drawing.style import (
    ACCENT,
    INK,
    OTHERS,
    PALETTE,
    PLAIN,
    Style,
    cost_axis,
    in_order,
    model_colour,
    named_axis,
    tip,
    with_places,
)
from langdock_usage.errors import InvalidRequest
from langdock_usage.rounding import not_nothing

PREVIOUS = "#767d86"  # what was before is grey, on bright pages and dark ones
TOP = 15
"""Keys, models and teams that have a bar each; all others share one."""


def cost_per_day(
    daily: pd.DataFrame,
    before: pd.DataFrame | None = None,
    style: Style = PLAIN,
    *,
    events: pd.DataFrame | None = None,
) -> alt.LayerChart:
    """Cost of each day of a month, stacked by model; the days of the month `before` as a line.

    Of `cost_per_period`, it draws the periods that are single days. The line is shifted by up to
    three days, so that each weekday stands above the same weekday. `events` (`first_day`,
    `last_day`, `text`) are marked above their days.

    >>> chart = charts.cost_per_day(usage.daily_cost("2026-10"), usage.daily_cost("2026-09"))
    """
    daily, before = single_days(daily), None if before is None else single_days(before)
    require(daily, ("day", "model", "total_cost_usd"))
    if len({(day.year, day.month) for day in daily["day"]}) > 1:
        raise InvalidRequest("This chart is of one month; charts.cost_explorer draws longer ones.")
    data, order = _by_series(daily, "day", style)
    described = data[["day", "total_cost_usd"]]
    data["day_of_month"] = [day.day for day in data["day"]]
    data["day"] = [style.day(day) for day in data["day"]]
    last = max((pd.Timestamp(day).days_in_month for day in daily["day"].head(1)), default=31)
    x = alt.X("day_of_month:O", title=None).scale(domain=list(range(1, last + 1)))
    bars = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=x.axis(labelAngle=0, labelOverlap=True, ticks=False),
            y=cost_axis(style),
            color=model_colour(order, style),
            order=alt.Order("series:Q"),
            tooltip=tip(style, "day", "model", "total_cost_usd"),
        )
    )
    layers = [bars]
    if before is not None and len(before) and len(daily):
        layers += _line_of_month_before(before, daily["day"].min(), x, style)
    if events is not None and len(events) and len(daily):
        layers += _marked_events(events, described, x, style)
    chart = finished(layers, 300, style, "days", described)
    if len(layers) > 1:
        chart.resolve = alt.Resolve(scale=alt.ScaleResolveMap(strokeDash="independent"))
    return chart


def _marked_events(
    events: pd.DataFrame, costs: pd.DataFrame, x: alt.X, style: Style
) -> list[alt.Chart]:
    """A bracket above the days of each event, and what it is about."""
    per_day = costs.groupby("day")["total_cost_usd"].sum()
    rows = []
    for event in events.to_dict("records"):
        its = per_day[(per_day.index >= event["first_day"]) & (per_day.index <= event["last_day"])]
        if len(its):
            first, last = its.index[0].day, its.index[-1].day
            is_right = first > per_day.index[0].days_in_month / 2
            rows.append((first, last, float(its.max()), event["text"], is_right))
    data = pd.DataFrame(
        rows, columns=["day_of_month", "last", "total_cost_usd", "text", "is_right"]
    )
    tips = [alt.Tooltip("text:N", title="")]
    base = alt.Chart(data).encode(y=cost_axis(style), tooltip=tips)
    bracket = base.mark_rule(color=INK, strokeWidth=2, yOffset=-5, y2Offset=-5)
    layers = [bracket.encode(x=x.bandPosition(0), x2=alt.X2("last:O", bandPosition=1))]
    sides: tuple[tuple[bool, str, Literal["left", "right"], float], ...] = (
        (False, "day_of_month:O", "left", 0),
        (True, "last:O", "right", 1),
    )
    for is_right, column, align, band in sides:
        its = data[data["is_right"] == is_right]
        if len(its):
            words = alt.Chart(its).mark_text(align=align, dy=-14, fontWeight="bold", limit=460)
            place = alt.X(column, title=None, bandPosition=band)
            words = words.encode(x=place, y=cost_axis(style), text=alt.Text("text:N"), tooltip=tips)
            layers.append(words.properties(name=f"events_{align}"))
    return layers


def _line_of_month_before(
    before: pd.DataFrame, this: pd.Timestamp, x: alt.X, style: Style
) -> list[alt.Chart]:
    per_day = before.groupby("day", as_index=False).agg({"total_cost_usd": "sum"})
    line = costs_of(per_day, style).assign(what=style.label("month_before"))
    line["day_of_month"] = aligned_by_weekday(per_day["day"], this)
    line["day"] = [style.day(day) for day in per_day["day"]]
    line = line[line["day_of_month"].between(1, this.days_in_month)]
    if line.empty:
        return []
    path = alt.Chart(line).encode(
        x=x, y=cost_axis(style), tooltip=tip(style, "day", "total_cost_usd")
    )
    halo = path.mark_line(strokeWidth=4, interpolate="monotone", color="#ffffff", opacity=0.6)
    dash = alt.StrokeDash("what:N", title=None, legend=alt.Legend(symbolType="stroke"))
    dashes = path.mark_line(strokeWidth=1.5, interpolate="monotone", color=PREVIOUS).encode(
        strokeDash=dash.scale(range=[[4, 3]])
    )
    return [halo, dashes]


def cost_per_key(keys: pd.DataFrame, style: Style = PLAIN, top: int = TOP) -> alt.LayerChart:
    """Cost of each API key as a bar: the `top` costliest, and all others as one.

    >>> chart = charts.cost_per_key(usage.cost_per_key("2026-10"))
    >>> chart = charts.cost_per_key(usage.compare("2026-09", "2026-10"))
    """
    return _bars(costliest(keys, "api_key_name", top, style), "api_key_name", style, "keys")


def cost_per_model(models: pd.DataFrame, style: Style = PLAIN, top: int = TOP) -> alt.LayerChart:
    """Cost of each model as a bar in the colour of the model: the `top` costliest, and all others.

    >>> chart = charts.cost_per_model(usage.cost_per_model("2026-10"))
    """
    return _bars(costliest(models, "model", top, style), "model", style, "models")


def cost_per_team(teams: pd.DataFrame, style: Style = PLAIN, top: int = TOP) -> alt.LayerChart:
    """Cost of each team as a bar: the `top` costliest, and all others as one.

    >>> chart = charts.cost_per_team(usage.cost_per_team("2026-10"))
    """
    return _bars(costliest(teams, "team", top, style), "team", style, "teams")


def cost_per_month(monthly: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cost of each month, stacked by model.

    >>> chart = charts.cost_per_month(usage.monthly_cost(by="model"))
    """
    require(monthly, ("month", "model", "total_cost_usd"))
    data, order = _by_series(monthly, "month", style)
    described = data[["month", "total_cost_usd"]]
    data["gap"] = ""
    missing = _missing_months(data["month"])
    if missing:
        gaps = {"model": order[0], "total_cost_usd": 0.0, "series": 0}
        gaps |= {"gap": style.label("no_data"), "total_cost_usd_label": style.label("no_data")}
        data = pd.concat([data, pd.DataFrame([gaps | {"month": month} for month in missing])])
    data["month_label"] = [style.month(month) for month in data["month"]]
    data["month"] = data["month"].astype(str)
    months = list(dict.fromkeys(data.sort_values("month")["month_label"]))
    data = with_places(data, "month_label", months)
    bars = (
        alt.Chart(data)
        .mark_bar(size=alt.expr("min(64, 0.9 * bandwidth('x'))"))
        .encode(
            x=alt.X("month_label:O", title=None, sort=in_order("month_label")).axis(
                labelAngle=-40, ticks=False
            ),
            y=cost_axis(style),
            color=model_colour(order, style),
            order=alt.Order("series:Q"),
            tooltip=tip(style, "month", "model", "total_cost_usd"),
        )
    )
    layers = [bars]
    if missing:
        x = alt.X("month_label:O", title=None, sort=in_order("month_label"))
        words = alt.Chart(data[data["gap"] != ""]).mark_text(angle=270, align="left", dx=6)
        layers.append(words.encode(x=x, y=cost_axis(style), text=alt.Text("gap:N")))
    return finished(layers, 300, style, "months", described)


def _missing_months(months: pd.Series[pd.Timestamp]) -> list[pd.Timestamp]:
    """The months between the first and the last of which nothing is known."""
    if months.empty:
        return []
    known = set(months)
    every = pd.date_range(months.min(), months.max(), freq="MS")
    return [month for month in every if month not in known]


def _bars(costs: pd.DataFrame, name: str, style: Style, kind: str) -> alt.LayerChart:
    data = costs_of(costs, style).assign(**{name: list(costs[name])})
    shown = zip(costs["shown_usd"], costs["total_cost_usd"], strict=True)
    data["total_cost_usd_label"] = [
        style.money(not_nothing(cents, cost, style.digits)) for cents, cost in shown
    ]
    data["colour"] = _colours(data[name], name, style)
    base = alt.Chart(with_places(data, name)).encode(
        y=named_axis(name),
        # room for a number beside the longest bar
        x=cost_axis(style, alt.X).scale(domainMax=float(data["total_cost_usd"].max()) * 1.2 or 1),
        tooltip=tip(style, name, "total_cost_usd"),
    )
    bars = base.mark_bar().encode(color=alt.Color("colour:N", scale=None))
    numbers = base.mark_text(align="left", dx=6).encode(text=alt.Text("total_cost_usd_label:N"))
    return finished([bars, numbers], height_of(data[name]), style, kind, costs)


def _colours(names: pd.Series[str], name: str, style: Style) -> list[str]:
    if name == "model":
        models = style.models if style.models is not None else list(names)
        return [style.colour(model, models) for model in names]
    grey = {style.label("others"), style.label("unassigned")}
    return [OTHERS if one in grey else ACCENT for one in names]


def _by_series(frame: pd.DataFrame, by: str, style: Style) -> tuple[pd.DataFrame, list[str]]:
    """Cost by `by` and series: a named model, or all others. With the series in their order."""
    data = pd.DataFrame({by: list(frame[by]), "model": names_of(frame, "model", style)})
    data["total_cost_usd"] = frame["total_cost_usd"].astype(float).to_numpy()
    models = style.models
    if models is None:
        costs = data.groupby("model")["total_cost_usd"].sum().sort_values(ascending=False)
        models = list(costs.index[: len(PALETTE)])
    others = style.label("others")
    # a day or month without usage has no model, and is no reason for a colour more
    is_used = (data["total_cost_usd"] != 0) | data["model"].isin(models)
    data["model"] = data["model"].where(data["model"].isin(models), others)
    data["model"] = data["model"].where(is_used, models[0] if len(models) else others)
    data = data.groupby([by, "model"])["total_cost_usd"].sum().reset_index()
    order = [*models, others] if others in set(data["model"]) - set(models) else list(models)
    data["series"] = [order.index(model) for model in data["model"]]
    data["total_cost_usd_label"] = [style.money(cost) for cost in data["total_cost_usd"]]
    return data, order
