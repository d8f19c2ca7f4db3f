"""From a frame of `langdock_usage` to an Altair chart. Pure: no database, no files, no state.

Each function takes a frame with the columns of the view of its name; a `Style` gives the words.
"""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from .errors import InvalidRequest
from .exploring import cache_use, changes, cost_explorer, cost_over_months, key_story
from .style import (
    ACCENT,
    INK,
    OTHERS,
    PALETTE,
    PLAIN,
    Style,
    cost_axis,
    finished,
    model_colour,
    named_axis,
    tip,
)

__all__ = [
    "cache_efficiency",
    "cache_over_time",
    "cache_use",
    "changes",
    "cost_against_cache",
    "cost_explorer",
    "cost_over_months",
    "cost_per_day",
    "cost_per_key",
    "cost_per_key_and_model",
    "cost_per_model",
    "cost_per_month",
    "cost_per_team",
    "key_story",
]

STEP = 24
"""Height of a bar with the space around it."""

MOST = 300
"""Names in one chart; nobody reads more, and a browser would hang."""


MOST_CELL_WIDTH = 110

NAMED_POINTS = 8
"""Points with a name beside them; the page takes away those that would cover others."""


def cost_per_day(
    daily: pd.DataFrame, before: pd.DataFrame | None = None, style: Style = PLAIN
) -> alt.LayerChart:
    """Cost of each day of a month, stacked by model; the days of the month `before` as a line.

    >>> chart = charts.cost_per_day(usage.daily_cost("2026-10"), usage.daily_cost("2026-09"))
    """
    if len({(day.year, day.month) for day in daily["day"]}) > 1:
        raise InvalidRequest("This chart is of one month; charts.cost_explorer draws longer ones.")
    data, order = _by_series(daily, "day", style)
    data["day_of_month"] = [day.day for day in data["day"]]
    data["day"] = data["day"].astype(str)
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
        return finished(alt.layer(bars), height=300)
    line = _costs(before, style).assign(day=list(before["day"]), what=style.label("month_before"))
    line["day_of_month"] = [day.day for day in line["day"]]
    line["day"] = line["day"].astype(str)
    path = alt.Chart(line[line["day_of_month"] <= last]).encode(
        x=x, y=cost_axis(style), tooltip=tip(style, "day", "total_cost_usd")
    )
    halo = path.mark_line(strokeWidth=4, interpolate="monotone", color="#ffffff", opacity=0.6)
    dash = alt.StrokeDash("what:N", title=None, legend=alt.Legend(symbolType="stroke"))
    dashes = path.mark_line(strokeWidth=1.5, interpolate="monotone", color=INK).encode(
        strokeDash=dash.scale(range=[[4, 3]])
    )
    layers = alt.layer(bars, halo, dashes).resolve_scale(strokeDash="independent")
    return finished(layers, height=300)


def cost_per_key(keys: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cost of each API key as a bar, in the order of the frame.

    >>> chart = charts.cost_per_key(usage.cost_per_key("2026-10").head(15))
    """
    data = _costs(keys, style).assign(api_key_name=_unique_names(keys))
    others = style.label("others")
    data["colour"] = [OTHERS if name == others else ACCENT for name in data["api_key_name"]]
    return _bars(data, "api_key_name", style)


def cost_per_model(models: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cost of each model as a bar, in the order of the frame, each in the colour of the model.

    >>> chart = charts.cost_per_model(usage.cost_per_model("2026-10"))
    """
    data = _costs(models, style).assign(model=_texts(models["model"]))
    named = style.models if style.models is not None else list(data["model"])
    data["colour"] = [style.colour(model, named) for model in data["model"]]
    return _bars(data, "model", style)


def cost_per_team(teams: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cost of each team as a bar, in the order of the frame.

    >>> chart = charts.cost_per_team(usage.cost_per_team("2026-10"))
    """
    data = _costs(teams, style).assign(team=_texts(teams["team"]), colour=ACCENT)
    return _bars(data, "team", style)


def cost_per_key_and_model(grid: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Heatmap of cost: keys down, models across, in the order in which they first appear.

    >>> chart = charts.cost_per_key_and_model(usage.cost_per_key_and_model("2026-10"))
    """
    data = _costs(grid, style)
    data = data.assign(api_key_name=_unique_names(grid), model=_texts(grid["model"]))
    others = style.label("others")
    # sums of many keep pale, so that the named cells can be told apart
    is_named = (data["api_key_name"] != others) & (data["model"] != others)
    costs = data["total_cost_usd"].where(is_named, 0)
    top = float(costs.max()) or 1.0
    data["strength"] = (costs.clip(lower=0) / top) ** 0.5
    per_model = data.groupby("model")["total_cost_usd"].sum().sort_values(ascending=False)
    order = sorted(per_model.index, key=lambda model: model == others)  # the rest keeps its order
    return _heatmap(data, "api_key_name", "model", order, "total_cost_usd", style)


def cache_efficiency(frame: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cache-hit ratio of each key or model as a bar; those without a ratio are left out.

    >>> chart = charts.cache_efficiency(usage.cache_efficiency("2026-10", by="key"))
    """
    known = frame[frame["cache_hit_ratio"].notna()].reset_index(drop=True)
    name = "model" if "model" in known else "api_key_name"
    data = pd.DataFrame({name: _texts(known[name]) if name == "model" else _unique_names(known)})
    data["cache_hit_ratio"] = known["cache_hit_ratio"].astype(float)
    data["cache_hit_ratio_label"] = [style.percent(value) for value in data["cache_hit_ratio"]]
    base = alt.Chart(data).encode(
        y=named_axis(name, data),
        x=_ratio_axis(style),
        tooltip=tip(style, name, "cache_hit_ratio"),
    )
    numbers = base.mark_text(align="left", dx=6).encode(text="cache_hit_ratio_label:N")
    return finished(alt.layer(base.mark_bar(color=ACCENT), numbers), _height(data[name]))


def cache_over_time(ratios: pd.DataFrame, name: str, style: Style = PLAIN) -> alt.LayerChart:
    """Heatmap of cache-hit ratio: keys or models (`name` is their column) down, months across.

    >>> chart = charts.cache_over_time(usage.monthly_cost(by="model"), "model")
    """
    known = ratios[ratios["cache_hit_ratio"].notna()].reset_index(drop=True)
    data = pd.DataFrame({"cache_hit_ratio": known["cache_hit_ratio"].astype(float)})
    data[name] = _unique_names(known) if name == "api_key_name" else _texts(known[name])
    data["cache_hit_ratio_label"] = [style.percent(value) for value in data["cache_hit_ratio"]]
    data["strength"] = data["cache_hit_ratio"]
    data["month"] = [f"{month:%Y-%m}" for month in known["month"]]
    data["month_label"] = [style.month(month) for month in known["month"]]
    months = list(dict.fromkeys(data.sort_values("month")["month_label"]))
    return _heatmap(data, name, "month_label", months, "cache_hit_ratio", style)


def cost_against_cache(keys: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cost against cache-hit ratio, a point for each key: caching would pay at the upper left.

    >>> chart = charts.cost_against_cache(usage.cost_per_key("2026-10"))
    """
    known = keys[keys["cache_hit_ratio"].notna()].reset_index(drop=True)
    data = _costs(known, style).assign(api_key_name=_unique_names(known))
    data["cache_hit_ratio"] = known["cache_hit_ratio"].astype(float)
    data["cache_hit_ratio_label"] = [style.percent(value) for value in data["cache_hit_ratio"]]
    data["place"] = data["total_cost_usd"].rank(ascending=False, method="first")
    highest = float(data["total_cost_usd"].max()) or 1.0
    ratio = _ratio_axis(style)
    points = alt.Chart(data).encode(
        x=ratio,
        # costs lie far apart; their roots let the small ones be seen
        y=cost_axis(style).scale(type="sqrt", domain=[0, highest * 1.3]),
        tooltip=tip(style, "api_key_name", "cache_hit_ratio", "total_cost_usd"),
    )
    dots = points.mark_circle(size=90, color=ACCENT, opacity=0.8)
    names = [
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
    return finished(alt.layer(band, dots, *names, words), height=340)


_LEFT: Literal["left"] = "left"
_RIGHT: Literal["right"] = "right"


def cost_per_month(monthly: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Cost of each month, stacked by model.

    >>> chart = charts.cost_per_month(usage.monthly_cost(by="model"))
    """
    data, order = _by_series(monthly, "month", style)
    data["month_label"] = [style.month(month) for month in data["month"]]
    data["month"] = data["month"].astype(str)
    months = list(dict.fromkeys(data.sort_values("month")["month_label"]))
    bars = (
        alt.Chart(data)
        .mark_bar(size=alt.expr("min(64, 0.9 * bandwidth('x'))"))
        .encode(
            x=alt.X("month_label:O", title=None, sort=months).axis(labelAngle=-40, ticks=False),
            y=cost_axis(style),
            color=model_colour(order, style),
            order=alt.Order("series:Q"),
            tooltip=tip(style, "month", "model", "total_cost_usd"),
        )
    )
    return finished(alt.layer(bars), height=300)


def _bars(data: pd.DataFrame, name: str, style: Style) -> alt.LayerChart:
    base = alt.Chart(data).encode(
        y=named_axis(name, data),
        # room for a number beside the longest bar
        x=cost_axis(style, alt.X).scale(domainMax=float(data["total_cost_usd"].max()) * 1.2 or 1),
        tooltip=tip(style, name, "total_cost_usd"),
    )
    bars = base.mark_bar().encode(color=alt.Color("colour:N", scale=None))
    numbers = base.mark_text(align="left", dx=6).encode(text="total_cost_usd_label:N")
    return finished(alt.layer(bars, numbers), _height(data[name]))


def _height(names: pd.Series[str], step: int = STEP) -> int:
    if names.nunique() > MOST:
        raise InvalidRequest(
            f"A chart of {names.nunique():,} names is more than a browser draws; take the first: "
            "`frame.head(30)`."
        )
    return max(names.nunique(), 1) * step


def _ratio_axis(style: Style) -> alt.X:
    axis = alt.X("cache_hit_ratio:Q", title=style.label("cache_hit_ratio"))
    return axis.scale(domain=[0, 1]).axis(format=".0%", tickCount=5)


def _heatmap(
    data: pd.DataFrame, down: str, across: str, order: list[str], value: str, style: Style
) -> alt.LayerChart:
    """Cells of one colour, the stronger the larger `strength`, each with its value as text."""
    # a few columns stand together on the left instead of being stretched
    width = alt.ExprRef(f"min(width, {MOST_CELL_WIDTH * len(order)})")
    x = alt.X(f"{across}:N", title=None, sort=order).scale(rangeMax=width)
    base = alt.Chart(data).encode(
        x=x.axis(ticks=False, domain=False, orient="top", labelAngle=-40, labelLimit=120),
        y=named_axis(down, data),
        tooltip=tip(style, down, "month" if across == "month_label" else across, value),
    )
    cells = base.mark_rect(color=ACCENT, cornerRadius=2, stroke="#ffffff00", strokeWidth=1).encode(
        opacity=alt.Opacity("strength:Q", legend=None).scale(domain=[0, 1], range=[0.06, 1])
    )
    numbers = [
        base.transform_filter(where)
        .mark_text(fontSize=11, color=colour)
        .encode(text=f"{value}_label:N")
        .properties(name=f"cells_{number}")
        for number, (where, colour) in enumerate(
            ((alt.datum.strength >= 0.55, "#ffffff"), (alt.datum.strength < 0.55, INK))
        )
    ]
    return finished(alt.layer(cells, *numbers), _height(data[down], STEP + 4))


def _by_series(frame: pd.DataFrame, by: str, style: Style) -> tuple[pd.DataFrame, list[str]]:
    """Cost by `by` and series: a named model, or all others. With the series in their order."""
    data = pd.DataFrame({by: list(frame[by]), "model": _texts(frame["model"])})
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


def _costs(frame: pd.DataFrame, style: Style) -> pd.DataFrame:
    """The costs as floats, because a chart draws and does not account, and as text."""
    costs = frame["total_cost_usd"].astype(float).reset_index(drop=True)
    labels = [style.money(cost) for cost in frame["total_cost_usd"]]
    return pd.DataFrame({"total_cost_usd": costs, "total_cost_usd_label": labels})


def _texts(names: pd.Series[str]) -> list[str]:
    return ["n/a" if pd.isna(name) else str(name) for name in names]


def _unique_names(keys: pd.DataFrame) -> list[str]:
    """The name of each key, with its id where two keys have the same name."""
    names = _texts(keys["api_key_name"])
    pairs = list(zip(_texts(keys["api_key_id"]), names, strict=True))
    count = pd.Series([name for _, name in set(pairs)]).value_counts()
    return [f"{name} ({key})" if count[name] > 1 else name for key, name in pairs]
