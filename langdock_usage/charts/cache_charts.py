"""Charts of how well prompt caching works. Pure."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import pandas as pd

from langdock_usage.charts.chart_data import (
    cost_column,
    costs_of,
    group_of,
    height_of,
    names_of,
    require,
)
from langdock_usage.charts.heatmap import heatmap, scale_of_ratios
from langdock_usage.charts.look import finished
from langdock_usage.charts.names import shortened
from langdock_usage.charts.style import (
    ACCENT,
    INK,
    PLAIN,
    Style,
    cost_axis,
    named_axis,
    tip,
    with_places,
)

MOST_POINTS = 500

FULL_NAMES = 50
"""Points that have the whole name of their key, however long."""

NAMED_POINTS = 8
"""Points with a name beside them; the page takes away those that would cover others."""

MOST_LINES = 6
"""Models with a line for their break-even."""

SCATTER_HEIGHT = 340
CLOSE = 0.03
"""Lines that are no further apart share their names."""
LINES_FROM, LINE_STEP = 28, 15
"""Where the names of lines stand, below the upper edge."""


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
    numbers = base.mark_text(align="left", dx=6).encode(text="cache_hit_ratio_label:N")
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
    lines = _break_even_lines(models, style)
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
        .encode(text="api_key_name:N")
        .properties(name=f"names_{align}")
        for side, align, dx in (
            (alt.datum.cache_hit_ratio < 0.6, _LEFT, 9),
            (alt.datum.cache_hit_ratio >= 0.6, _RIGHT, -9),
        )
    ]
    where = pd.DataFrame(
        {"cache_hit_ratio": [0.0], "end": [0.5], "text": [style.label("caching_would_pay")]}
    )
    band = alt.Chart(where).mark_rect(color=ACCENT, opacity=0.07).encode(x=ratio, x2="end:Q")
    words = alt.Chart(where).mark_text(align="left", dx=8, fontStyle="italic")
    words = words.encode(x=ratio, y=alt.value(12), text="text:N")
    layers = [band, *_drawn_lines(lines, ratio, style), dots, *labels, words]
    return finished(layers, SCATTER_HEIGHT, style, "cache", data)


def break_even_ratios(models: pd.DataFrame, top: int = MOST_LINES) -> pd.DataFrame:
    """From which cache-hit ratio on caching pays, however much of the rest is written to the cache.

    Where all that is not read is written, b reads per write are a ratio of b / (1 + b), which is
    (write - input) / (write - read price). One row for each of the `top` costliest models of
    `usage.cache_savings(…, by="model")` that can lose money by caching: `model`, `least` (at the
    cheapest writes) and `most` (at the dearest, such as one-hour writes).
    """
    require(models, ["model", "total_cost_usd", "break_even_low", "break_even_high"])
    known = models[models["break_even_high"].notna() & (models["break_even_high"] > 0)]
    known = known.sort_values("total_cost_usd", ascending=False, kind="stable").head(top)
    low, high = known["break_even_low"].astype(float), known["break_even_high"].astype(float)
    return pd.DataFrame(
        {"model": known["model"], "least": low / (1 + low), "most": high / (1 + high)}
    ).reset_index(drop=True)


def _break_even_lines(models: pd.DataFrame | None, style: Style) -> list[pd.DataFrame]:
    """Lines at ratios to the percent, those that lie close together in one frame."""
    if models is None:
        return []
    ratios = break_even_ratios(models)
    names = shortened([style.name("model", model) for model in ratios["model"]])
    of_line: dict[tuple[bool, float], list[str]] = {}
    for name, least, most in zip(names, ratios["least"], ratios["most"], strict=True):
        for ratio, is_most in ((least, False), (most, True)):
            if ratio > 0 and not (is_most and most == least):
                of_line.setdefault((is_most, round(ratio, 2)), []).append(name)
    groups: list[list[tuple[bool, float]]] = []
    for is_most, ratio in sorted(of_line):
        before = groups[-1][-1] if groups else (is_most, -1.0)
        if before[0] == is_most and ratio - before[1] <= CLOSE:
            groups[-1].append((is_most, ratio))
        else:
            groups.append([(is_most, ratio)])
    return [_close_lines(group, of_line, names, style) for group in groups]


def _close_lines(
    group: list[tuple[bool, float]],
    of_line: dict[tuple[bool, float], list[str]],
    names: list[str],
    style: Style,
) -> pd.DataFrame:
    ends = [style.percent(ratio) for _, ratio in (group[0], group[-1])]
    among = {name for line in group for name in of_line[line]}
    first = next(name for name in names if name in among)  # the costliest
    text = "\u2013".join(dict.fromkeys(ends)) + f" {first}"
    return pd.DataFrame(
        {
            "cache_hit_ratio": [ratio for _, ratio in group],
            "cache_hit_ratio_label": [style.percent(ratio) for _, ratio in group],
            "model": [", ".join(of_line[line]) for line in group],
            "text": text + f" +{len(among) - 1}" * (len(among) > 1),
            "is_most": [is_most for is_most, _ in group],
        }
    )


def _drawn_lines(groups: list[pd.DataFrame], ratio: alt.X, style: Style) -> list[alt.Chart]:
    """Dashed at the cheapest writes, dotted at the dearest; names at their upper ends, in rows."""
    layers = []
    for place, lines in enumerate(groups):
        y, middle = LINES_FROM + LINE_STEP * place, lines["cache_hit_ratio"].mean()
        align, dx, beside = next(
            (align, dx, beside)
            for most, align, dx, beside in (
                (0.35, _LEFT, 4, lines.tail(1)),
                (0.65, _CENTER, 0, lines.head(1).assign(cache_hit_ratio=middle)),
                (1, _RIGHT, -4, lines.head(1)),
            )
            if middle <= most
        )
        top = y + LINE_STEP / 2 if align == _CENTER else y - LINE_STEP / 2
        rules = alt.Chart(lines).mark_rule(
            color=INK, strokeDash=[1, 3] if lines["is_most"].all() else [6, 4]
        )
        across = {"y": alt.value(top), "y2": alt.value(SCATTER_HEIGHT)}
        layers.append(
            rules.encode(x=ratio, **across, tooltip=tip(style, "model", "cache_hit_ratio"))
        )
        words = alt.Chart(beside).mark_text(align=align, dx=dx, fontSize=11, limit=260)
        layers.append(words.encode(x=ratio, y=alt.value(y), text="text:N"))
    return layers


_LEFT: Literal["left"] = "left"
_CENTER: Literal["center"] = "center"
_RIGHT: Literal["right"] = "right"


def _ratio_axis(style: Style) -> alt.X:
    axis = alt.X("cache_hit_ratio:Q", title=style.label("cache_hit_ratio"))
    return axis.scale(domain=[0, 1]).axis(format=".0%", tickCount=5)
