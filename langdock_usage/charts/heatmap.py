"""Heatmaps: cells of one colour, the stronger the more, each with its value. Pure."""

from __future__ import annotations

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.chart_data import STEP, costs_of, height_of, names_of
from langdock_usage.charts.drawing.look import finished
from langdock_usage.charts.drawing.names import shortened
from langdock_usage.charts.drawing.style import (
    ACCENT,
    INK,
    PLAIN,
    Style,
    in_order,
    named_axis,
    tip,
    with_places,
)
from langdock_usage.charts.drawing.top_and_others import by_cost, few

MOST_CELL_WIDTH = 110


def cost_per_key_and_model(
    pairs: pd.DataFrame, style: Style = PLAIN, top_keys: int = 15, top_models: int = 10
) -> alt.LayerChart:
    """Heatmap of cost: the costliest keys down, the costliest models across, all others as one.

    >>> chart = charts.cost_per_key_and_model(usage.cost_per_key_and_model("2026-10"))
    """
    others = style.label("others")
    grid = pd.DataFrame({"total_cost_usd": list(pairs["total_cost_usd"])})
    for name, top in (("api_key_name", top_keys), ("model", top_models)):
        names = pd.Series(shortened(names_of(pairs, name, style)), dtype="str")
        grid[name] = few(names, grid["total_cost_usd"], top, others)
    keys = by_cost(grid["api_key_name"], grid["total_cost_usd"], others)
    models = by_cost(grid["model"], grid["total_cost_usd"], others)
    grid = grid.groupby(["api_key_name", "model"], as_index=False).sum()
    grid = grid.sort_values("api_key_name", key=lambda n: n.map(keys.index), ignore_index=True)
    data = costs_of(grid, style).assign(api_key_name=grid["api_key_name"], model=grid["model"])
    # sums of many keep pale, so that the named cells can be told apart
    is_named = (data["api_key_name"] != others) & (data["model"] != others)
    costs = data["total_cost_usd"].where(is_named, 0)
    highest = float(costs.max()) or 1.0
    data["strength"] = (costs.clip(lower=0) / highest) ** 0.5
    scale = scale_of_costs(highest, style)
    layers = heatmap(data, "api_key_name", "model", models, "total_cost_usd", style, scale)
    return finished(*layers, style, "keys_and_models", data[is_named])


def scale_of_costs(highest: float, style: Style, column: str = "total_cost_usd") -> alt.Opacity:
    """How strong a cell is, with a legend: amounts lie far apart, so it is by their roots."""
    label = f"format(datum.value * datum.value * {highest!r}, '$,.3~r')"
    return _strength(label, style.label(column))


def scale_of_ratios(title: str) -> alt.Opacity:
    """How strong a cell is that holds a ratio, with a legend."""
    return _strength("format(datum.value, '.0%')", title)


def _strength(label: str, title: str) -> alt.Opacity:
    legend = alt.Legend(
        title=title,
        values=[0, 0.5, 0.75, 1],
        labelExpr=label,
        direction="horizontal",
        orient="bottom",
        symbolType="square",
        symbolSize=160,
    )
    opacity = alt.Opacity("strength:Q", legend=legend)
    return opacity.scale(domain=[0, 1], range=[0.06, 1])


def heatmap(
    data: pd.DataFrame,
    down: str,
    across: str,
    order: list[str],
    value: str,
    style: Style,
    scale: alt.Opacity,
) -> tuple[list[alt.Chart], int]:
    """Layers and their height: cells of one colour, the stronger the larger `strength`."""
    # a few columns stand together on the left instead of being stretched
    width = alt.ExprRef(f"min(width, {MOST_CELL_WIDTH * len(order)})")
    x = alt.X(f"{across}:N", title=None, sort=in_order(across)).scale(rangeMax=width)
    data = with_places(with_places(data, down), across, order)
    base = alt.Chart(data).encode(
        x=x.axis(ticks=False, domain=False, orient="top", labelAngle=-40, labelLimit=120),
        y=named_axis(down),
        tooltip=tip(style, down, "month" if across == "month_label" else across, value),
    )
    cells = base.mark_rect(color=ACCENT, cornerRadius=2, stroke="#ffffff00", strokeWidth=1).encode(
        opacity=scale
    )
    numbers = [
        base.transform_filter(where)
        .mark_text(fontSize=11, color=colour)
        .encode(text=alt.Text(f"{value}_label:N"))
        .properties(name=f"cells_{number}")
        for number, (where, colour) in enumerate(
            ((alt.datum.strength >= 0.55, "#ffffff"), (alt.datum.strength < 0.55, INK))
        )
    ]
    return [cells, *numbers], height_of(data[down], STEP + 4)
