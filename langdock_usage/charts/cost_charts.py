"""Charts of what keys, models, teams, days and months cost. Pure."""

from __future__ import annotations

import altair as alt
import pandas as pd

from langdock_usage.charts.chart_data import costs_of, height_of, key_names, require, texts
from langdock_usage.charts.look import finished
from langdock_usage.charts.style import (
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


def cost_per_day(
    daily: pd.DataFrame, before: pd.DataFrame | None = None, style: Style = PLAIN
) -> alt.LayerChart:
    """Cost of each day of a month, stacked by model; the days of the month `before` as a line.

    >>> chart = charts.cost_per_day(usage.daily_cost("2026-10"), usage.daily_cost("2026-09"))
    """
    require(daily, ("day", "model", "total_cost_usd"))
    if len({(day.year, day.month) for day in daily["day"]}) > 1:
        raise InvalidRequest("This chart is of one month; charts.cost_explorer draws longer ones.")
    data, order = _by_series(daily, "day", style)
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
    if before is None or before.empty:
        return finished([bars], height=300)
    line = costs_of(before, style).assign(day=list(before["day"]), what=style.label("month_before"))
    line["day_of_month"] = [day.day for day in line["day"]]
    line["day"] = [style.day(day) for day in line["day"]]
    path = alt.Chart(line[line["day_of_month"] <= last]).encode(
        x=x, y=cost_axis(style), tooltip=tip(style, "day", "total_cost_usd")
    )
    halo = path.mark_line(strokeWidth=4, interpolate="monotone", color="#ffffff", opacity=0.6)
    dash = alt.StrokeDash("what:N", title=None, legend=alt.Legend(symbolType="stroke"))
    dashes = path.mark_line(strokeWidth=1.5, interpolate="monotone", color=INK).encode(
        strokeDash=dash.scale(range=[[4, 3]])
    )
    layers: alt.LayerChart = finished([bars, halo, dashes], height=300).resolve_scale(
        strokeDash="independent"
    )
    return layers


def cost_per_key(keys: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cost of each API key as a bar, in the order of the frame.

    >>> chart = charts.cost_per_key(usage.cost_per_key("2026-10").head(15))
    """
    require(keys, ("api_key_id", "api_key_name", "total_cost_usd"))
    data = costs_of(keys, style).assign(api_key_name=key_names(keys))
    others = style.label("others")
    data["colour"] = [OTHERS if name == others else ACCENT for name in data["api_key_name"]]
    return _bars(data, "api_key_name", style)


def cost_per_model(models: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cost of each model as a bar, in the order of the frame, each in the colour of the model.

    >>> chart = charts.cost_per_model(usage.cost_per_model("2026-10"))
    """
    require(models, ("model", "total_cost_usd"))
    data = costs_of(models, style).assign(model=texts(models["model"]))
    named = style.models if style.models is not None else list(data["model"])
    data["colour"] = [style.colour(model, named) for model in data["model"]]
    return _bars(data, "model", style)


def cost_per_team(teams: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cost of each team as a bar, in the order of the frame.

    >>> chart = charts.cost_per_team(usage.cost_per_team("2026-10"))
    """
    require(teams, ("team", "total_cost_usd"))
    data = costs_of(teams, style).assign(team=texts(teams["team"]))
    others = style.label("others")
    data["colour"] = [OTHERS if name == others else ACCENT for name in data["team"]]
    return _bars(data, "team", style)


def cost_per_month(monthly: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cost of each month, stacked by model.

    >>> chart = charts.cost_per_month(usage.monthly_cost(by="model"))
    """
    require(monthly, ("month", "model", "total_cost_usd"))
    data, order = _by_series(monthly, "month", style)
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
    return finished([bars], height=300)


def _bars(data: pd.DataFrame, name: str, style: Style) -> alt.LayerChart:
    base = alt.Chart(with_places(data, name)).encode(
        y=named_axis(name),
        # room for a number beside the longest bar
        x=cost_axis(style, alt.X).scale(domainMax=float(data["total_cost_usd"].max()) * 1.2 or 1),
        tooltip=tip(style, name, "total_cost_usd"),
    )
    bars = base.mark_bar().encode(color=alt.Color("colour:N", scale=None))
    numbers = base.mark_text(align="left", dx=6).encode(text="total_cost_usd_label:N")
    return finished([bars, numbers], height_of(data[name]))


def _by_series(frame: pd.DataFrame, by: str, style: Style) -> tuple[pd.DataFrame, list[str]]:
    """Cost by `by` and series: a named model, or all others. With the series in their order."""
    data = pd.DataFrame({by: list(frame[by]), "model": texts(frame["model"])})
    data["total_cost_usd"] = frame["total_cost_usd"].astype(float).to_numpy()
    models = style.models
    if models is None:
        costs = data.groupby("model")["total_cost_usd"].sum().sort_values(ascending=False)
        models = list(costs.index[: len(PALETTE)])
    others = style.label("others")
    data["model"] = data["model"].where(data["model"].isin(models), others)
    data = data.groupby([by, "model"])["total_cost_usd"].sum().reset_index()
    order = [*models, others] if others in set(data["model"]) - set(models) else list(models)
    data["series"] = [order.index(model) for model in data["model"]]
    data["total_cost_usd_label"] = [style.money(cost) for cost in data["total_cost_usd"]]
    return data, order
