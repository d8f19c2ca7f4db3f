"""Charts to explore with: from a frame to an Altair chart that answers to clicks. Pure.

Each takes a frame as a question gives it, and can be changed further (`.properties`, layers). What
would be too much for a browser is drawn together, and the whole stays whole.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.chart_data import (
    OTHERS_NAME,
    by_day_key_and_model,
    colours,
    height_of,
    largest,
    limited,
    require,
    rows_of,
    texts,
)
from langdock_usage.charts.drawing.look import Chart, LayerChart, VConcatChart
from langdock_usage.charts.drawing.style import (
    ACCENT,
    GRID,
    INK,
    MORE,
    OTHERS,
    PALETTE,
    in_order,
    with_places,
)
from langdock_usage.charts.drawing.top_and_others import by_cost, few

TOP = 15
WIDTH = 640
USD = "$,.2f"


def cost_explorer(daily: pd.DataFrame) -> alt.VConcatChart:
    """Cost by day, key and model of `daily_cost`: every part filters the others.

    Brush over days; click models in the legend, or keys at their bars; a double click lets go. The
    figure on top is the cost of what is selected. A long period is drawn by week, or by month.

    >>> chart = charts.cost_explorer(usage.daily_cost("2026-10"))
    >>> sorted(param.name for param in chart.params)
    ['days', 'keys', 'models']
    """
    data = by_day_key_and_model(daily)
    models = by_cost(data["model"], data["total_cost_usd"], OTHERS_NAME)
    data = with_places(data, "model", models)
    days = alt.selection_interval(encodings=["x"], name="days")
    models_picked = alt.selection_point(fields=["model"], bind="legend", name="models")
    keys = alt.selection_point(fields=["api_key_name"], name="keys")
    base = alt.Chart(data).transform_filter(models_picked)
    coloured = base.encode(color=alt.Color("model:N").scale(domain=models, range=colours(models)))
    total = _total(base.transform_filter(days).transform_filter(keys))
    by_day = _stacked_days(coloured.transform_filter(keys)).add_params(days, models_picked)
    by_key = _stacked_keys(coloured.transform_filter(days), keys).add_params(keys)
    return VConcatChart(vconcat=[total, by_day, by_key])


_COST = "sum(total_cost_usd):Q"
_COST_TIP = alt.Tooltip(_COST, format=USD, title="total_cost_usd")


def _total(base: alt.Chart) -> alt.Chart:
    text = base.mark_text(align="left", fontSize=16, color=INK)
    encoded = text.encode(x=alt.value(0), text=alt.Text(_COST, format=USD))
    chart: alt.Chart = encoded.properties(width=WIDTH, height=20, name="total")
    return chart


def _stacked_days(base: alt.Chart) -> alt.Chart:
    encoded = base.mark_bar().encode(
        x=alt.X("day:T", title=None),
        x2="day_after:T",
        y=_money_axis(alt.Y, _COST),
        order=alt.Order("model_place:Q", sort="descending"),
        tooltip=["day:T", "model:N", _COST_TIP],
    )
    chart: alt.Chart = encoded.properties(width=WIDTH, height=200, name="by_day")
    return chart


def _stacked_keys(base: alt.Chart, picked: alt.Parameter) -> alt.Chart:
    encoded = base.mark_bar().encode(
        y=alt.Y("api_key_name:N", sort="-x", title=None),
        x=_money_axis(alt.X, _COST),
        order=alt.Order("model_place:Q"),
        opacity=alt.when(picked).then(alt.value(1)).otherwise(alt.value(0.25)),
        tooltip=["api_key_name:N", "model:N", _COST_TIP],
    )
    chart: alt.Chart = encoded.properties(width=WIDTH, name="by_key")
    return chart


def cost_over_months(monthly: pd.DataFrame) -> alt.Chart:
    """Cost of each month by key, model, team or cost centre, as `monthly_cost` gives it.

    Click in the legend to see one alone.

    >>> chart = charts.cost_over_months(usage.monthly_cost(by="team"))
    >>> sorted(chart.data["team"])
    ['Product', 'Product', 'unassigned']
    """
    name, data = rows_of(monthly, ["total_cost_usd"])
    data["month"] = monthly["month"].to_numpy()
    data[name] = few(data[name], data["total_cost_usd"], len(PALETTE), OTHERS_NAME)
    data = limited(data.groupby(["month", name], as_index=False).sum())
    order = by_cost(data[name], data["total_cost_usd"], OTHERS_NAME)
    data = with_places(data, name, order)
    picked = alt.selection_point(fields=[name], bind="legend", name="legend")
    chart: alt.Chart = (
        Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("yearmonth(month):O", title=None),
            y=_money_axis(alt.Y, "total_cost_usd:Q"),
            color=alt.Color(f"{name}:N").scale(domain=order, range=colours(order)),
            order=alt.Order(f"{name}_place:Q", sort="descending"),
            opacity=alt.when(picked).then(alt.value(1)).otherwise(alt.value(0.15)),
            tooltip=[
                alt.Tooltip("yearmonth(month):T", title="month"),
                f"{name}:N",
                alt.Tooltip("total_cost_usd:Q", format=USD),
            ],
        )
        .properties(width=WIDTH)
        .add_params(picked)
    )
    return chart


def changes(compared: pd.DataFrame, top: int = TOP) -> alt.Chart:
    """What grew and what shrank: the largest changes of `compare`, all others together.

    >>> chart = charts.changes(usage.compare("2026-09", "2026-10"))
    >>> list(chart.data["change_usd"])
    [6.5, 1.75]
    """
    columns = ["cost_before_usd", "cost_after_usd", "change_usd"]
    name, data = rows_of(compared, columns)
    data = with_places(largest(data, name, "change_usd", top), name)
    chart: alt.Chart = (
        Chart(data)
        .mark_bar()
        .encode(
            y=alt.Y(f"{name}:N", title=None, sort=in_order(name)),
            x=_money_axis(alt.X, "change_usd:Q"),
            color=alt.when(alt.datum.change_usd > 0)
            .then(alt.value(MORE))
            .otherwise(alt.value(ACCENT)),
            tooltip=[f"{name}:N", *(alt.Tooltip(f"{column}:Q", format=USD) for column in columns)],
        )
        .properties(width=WIDTH, height=height_of(data[name]))
    )
    return chart


def key_story(story: pd.DataFrame) -> alt.LayerChart:
    """An API key from its first to its last day, as `key_story` tells it.

    Days of which nothing is known are grey. Zoom with the wheel, move by dragging.

    >>> chart = charts.key_story(usage.key_story("Helpdesk"))
    >>> list(chart.data["total_cost_usd"])
    [4.5, 2.0]
    """
    require(story, ("first_day", "last_day", "api_key_name", "total_cost_usd", "requests"))
    data = pd.DataFrame(
        {
            "day": story["first_day"],
            "day_after": story["last_day"] + pd.Timedelta(days=1),
            "api_key_name": texts(story["api_key_name"]),
            "total_cost_usd": story["total_cost_usd"].astype(float),
            "requests": story["requests"].astype(float),
        }
    )
    data = limited(data[(data["requests"] != 0)].reset_index(drop=True))
    base = alt.Chart(data).encode(x=alt.X("day:T", title=None), x2="day_after:T")
    unknown = base.transform_filter("datum.requests === null").mark_rect(color=GRID)
    is_known = bool(data["requests"].notna().all())
    requests = alt.Tooltip("sum(requests):Q", format=",", title="requests")
    bars = (
        base.transform_filter("datum.requests !== null")
        .mark_bar()
        .encode(
            y=_money_axis(alt.Y, _COST),
            color="api_key_name:N",
            tooltip=["day:T", "api_key_name:N", _COST_TIP, requests],
        )
        .interactive(bind_y=False)
    )
    # an empty layer would make Vega complain
    layers = LayerChart(layer=[bars] if is_known else [unknown, bars])
    chart: alt.LayerChart = layers.properties(width=WIDTH)
    return chart


def cache_use(cache: pd.DataFrame, top: int = TOP) -> alt.Chart:
    """Where the input of each key, model or team came from, as `cache_efficiency` gives it.

    What is written to the cache and never read there costs more than no cache at all.

    >>> chart = charts.cache_use(usage.cache_efficiency("2026-10", by="model", model="gpt-5"))
    >>> chart.data[["input", "tokens"]]
                  input  tokens
    0   read from cache    60.0
    1  written to cache    20.0
    2           neither   120.0
    """
    known = cache[cache["input_tokens"].notna()]
    columns = ["total_cost_usd", "input_tokens", "cached_prompt_tokens", "cache_creation_tokens"]
    name, data = rows_of(known, columns)
    data = with_places(largest(data, name, "total_cost_usd", top), name)
    data = data.rename(
        columns={
            "cached_prompt_tokens": "read from cache",
            "cache_creation_tokens": "written to cache",
        }
    )
    data["neither"] = data["input_tokens"] - data["read from cache"] - data["written to cache"]
    kinds = ["read from cache", "written to cache", "neither"]
    groups = [name, f"{name}_place", "total_cost_usd"]
    data = data.melt(groups, kinds, var_name="input", value_name="tokens")
    chart: alt.Chart = (
        Chart(data)
        .mark_bar()
        .encode(
            y=alt.Y(f"{name}:N", title=None, sort=in_order(name)),
            x=alt.X("tokens:Q", stack="normalize", title="share of input tokens").axis(format="%"),
            color=alt.Color("input:N").scale(domain=kinds, range=[ACCENT, PALETTE[1], OTHERS]),
            order=alt.Order("order:Q"),
            tooltip=[
                f"{name}:N",
                "input:N",
                alt.Tooltip("tokens:Q", format=","),
                alt.Tooltip("total_cost_usd:Q", format=USD),
            ],
        )
        .transform_calculate(order=f"indexof({kinds}, datum.input)")
        .properties(width=WIDTH, height=height_of(data[name]))
    )
    return chart


def _money_axis(channel: Any, field: str) -> Any:
    return channel(field, title="USD").axis(format="$,~r", tickCount=5)
