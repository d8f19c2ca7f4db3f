"""Charts of how well prompt caching works. Pure."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import pandas as pd

from langdock_usage.charts.break_even import (
    LINE_STEP,
    LINES_FROM,
    break_even_lines,
    drawn_lines,
)
from langdock_usage.charts.drawing.chart_data import (
    cost_column,
    costs_of,
    group_of,
    height_of,
    names_of,
    require,
)
from langdock_usage.charts.drawing.look import finished
from langdock_usage.charts.drawing.names import shortened
from langdock_usage.charts.drawing.style import (
    ACCENT,
    PLAIN,
    Style,
    cost_axis,
    named_axis,
    tip,
    with_places,
)
from langdock_usage.charts.heatmap import heatmap, scale_of_ratios

MOST_POINTS = 500

FULL_NAMES = 50
"""Points that have the whole name of their key, however long."""

NAMED_POINTS = 8
"""Points with a name beside them; the page takes away those that would cover others."""

SCATTER_HEIGHT = 340


def cache_efficiency(frame: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cache-hit ratio of each key, model, team … as a bar; those without a ratio are left out.

    >>> chart = charts.cache_efficiency(usage.cache_efficiency("2026-10", by="key"))
    """
    require(frame, ["cache_hit_ratio"])
    known = frame[frame["cache_hit_ratio"].notna()].reset_index(drop=True)
    name, names = group_of(known)
    data = pd.DataFrame({name: pd.Series(names, dtype="str")})
    data["cache_hit_ratio"] = known["cache_hit_ratio"].astype(float)
    data["cache_hit_ratio_label"] = [style.percent(value) for value in data["cache_hit_ratio"]]
    base = alt.Chart(with_places(data, name)).encode(
        y=named_axis(name),
        x=_ratio_axis(style),
        tooltip=tip(style, name, "cache_hit_ratio"),
    )
    numbers = base.mark_text(align="left", dx=6).encode(text=alt.Text("cache_hit_ratio_label:N"))
    layers = [base.mark_bar(color=ACCENT), numbers]
    return finished(layers, height_of(data[name]), style, "cache_efficiency", data)


def cache_over_time(
    ratios: pd.DataFrame, name: str, style: Style = PLAIN, top: int = 15
) -> alt.LayerChart:
    """Heatmap of cache-hit ratio: keys or models (`name` is their column) down, months across.

    Of those with token data in the last month, the `top` costliest.

    >>> chart = charts.cache_over_time(usage.monthly_cost(by="model"), "model")
    """
    known = costliest_with_ratio(ratios, name, top)
    data = pd.DataFrame({"cache_hit_ratio": known["cache_hit_ratio"].astype(float)})
    data[name] = shortened(names_of(known, name, style))
    data["cache_hit_ratio_label"] = [style.percent(value) for value in data["cache_hit_ratio"]]
    data["strength"] = data["cache_hit_ratio"]
    data["month"] = [f"{month:%Y-%m}" for month in known["month"]]
    data["month_label"] = [style.month(month) for month in known["month"]]
    months = list(dict.fromkeys(data.sort_values("month")["month_label"]))
    scale = scale_of_ratios(style.label("cache_hit_ratio"))
    layers = heatmap(data, name, "month_label", months, "cache_hit_ratio", style, scale)
    kind = "cache_keys" if name == "api_key_name" else "cache_models"
    return finished(*layers, style, kind, data[data["month"] == data["month"].max()])


def costliest_with_ratio(ratios: pd.DataFrame, name: str, top: int = 15) -> pd.DataFrame:
    """The rows with a ratio of the keys or models that were costliest in the last of the months.

    In the order of that cost, then by month.
    """
    known = ratios[ratios["input_tokens"].notna() & (ratios["input_tokens"] > 0)]
    last = known[known["month"] == ratios["month"].max()]
    key = "api_key_id" if name == "api_key_name" else name
    order = list(last.sort_values("total_cost_usd", ascending=False, kind="stable")[key])[:top]
    places = {_no_nan(one): place for place, one in enumerate(order)}
    place = known[key].map(lambda one: places.get(_no_nan(one), -1)).astype(int)
    ranked = known.assign(place=place)[place >= 0]
    return ranked.sort_values(["place", "month"], ignore_index=True).drop(columns="place")


def _no_nan(name: Any) -> Any:
    return None if pd.isna(name) else name


def cost_against_cache(
    keys: pd.DataFrame,
    style: Style = PLAIN,
    top: int = MOST_POINTS,
    models: pd.DataFrame | None = None,
) -> alt.LayerChart:
    """Cost against cache-hit ratio, a point for each of the `top` costliest keys.

    Caching would pay at the upper left. `models` are savings by model: lines say from which ratio
    on caching with the model pays, however much of the rest is written (see `break_even_ratios`).

    >>> savings = usage.cache_savings("2026-10", by="model")
    >>> chart = charts.cost_against_cache(usage.cost_per_key("2026-10"), models=savings)
    """
    ratio_column = "cache_hit_ratio_after" if "cost_after_usd" in keys else "cache_hit_ratio"
    require(keys, [ratio_column])
    names = pd.Series(names_of(keys, "api_key_name", style), index=keys.index)
    known = keys.assign(api_key_name=names)[keys[ratio_column].notna()]
    cost = cost_column(known)
    known = known.sort_values(cost, ascending=False, kind="stable").head(top)
    data = costs_of(known, style)
    data["api_key_name"] = shortened(list(known["api_key_name"]), FULL_NAMES)
    data["cache_hit_ratio"] = known[ratio_column].astype(float).to_numpy()
    data["cache_hit_ratio_label"] = [style.percent(value) for value in data["cache_hit_ratio"]]
    data["place"] = data["total_cost_usd"].rank(ascending=False, method="first")
    highest = float(data["total_cost_usd"].max()) or 1.0
    lines = break_even_lines(models, style)
    room = LINES_FROM + LINE_STEP * len(lines)  # for the names of the lines, above all points
    ratio = _ratio_axis(style)
    points = alt.Chart(data).encode(
        x=ratio,
        # costs lie far apart; their roots let the small ones be seen
        y=cost_axis(style).scale(
            type="sqrt", domain=[0, highest / (1 - room / SCATTER_HEIGHT) ** 2]
        ),
        tooltip=tip(style, "api_key_name", "cache_hit_ratio", "total_cost_usd"),
    )
    dots = points.mark_circle(size=90, color=ACCENT, opacity=0.8)
    labels = [
        points.transform_filter(alt.datum.place <= NAMED_POINTS)
        .transform_filter(side)
        .mark_text(align=align, dx=dx, limit=170)
        .encode(text=alt.Text("api_key_name:N"))
        .properties(name=f"names_{align}")
        for side, align, dx in (
            (alt.datum.cache_hit_ratio < 0.6, _LEFT, 9),
            (alt.datum.cache_hit_ratio >= 0.6, _RIGHT, -9),
        )
    ]
    where = pd.DataFrame(
        {"cache_hit_ratio": [0.0], "end": [0.5], "text": [style.label("caching_would_pay")]}
    )
    band = alt.Chart(where).mark_rect(color=ACCENT, opacity=0.07)
    band = band.encode(x=ratio, x2=alt.X2("end:Q"))
    words = alt.Chart(where).mark_text(align="left", dx=8, fontStyle="italic")
    words = words.encode(x=ratio, y=alt.value(12), text=alt.Text("text:N"))
    layers = [band, *drawn_lines(lines, ratio, SCATTER_HEIGHT, style), dots, *labels, words]
    return finished(layers, SCATTER_HEIGHT, style, "cache", data)


_LEFT: Literal["left"] = "left"
_RIGHT: Literal["right"] = "right"


def _ratio_axis(style: Style) -> alt.X:
    axis = alt.X("cache_hit_ratio:Q", title=style.label("cache_hit_ratio"))
    return axis.scale(domain=[0, 1]).axis(format=".0%", tickCount=5)
