"""Heatmaps: cells of one colour, the stronger the more, each with its value. Pure."""

from __future__ import annotations

import altair as alt
import pandas as pd

from langdock_usage.charts.chart_data import STEP, costs_of, height_of, key_names, texts
from langdock_usage.charts.look import finished
from langdock_usage.charts.style import (
    ACCENT,
    INK,
    PLAIN,
    Style,
    in_order,
    named_axis,
    tip,
    with_places,
)

MOST_CELL_WIDTH = 110


def cost_per_key_and_model(grid: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Heatmap of cost: keys down, models across, in the order in which they first appear.

    >>> chart = charts.cost_per_key_and_model(usage.cost_per_key_and_model("2026-10"))
    """
    data = costs_of(grid, style)
    data = data.assign(api_key_name=key_names(grid), model=texts(grid["model"]))
    others = style.label("others")
    # sums of many keep pale, so that the named cells can be told apart
    is_named = (data["api_key_name"] != others) & (data["model"] != others)
    costs = data["total_cost_usd"].where(is_named, 0)
    top = float(costs.max()) or 1.0
    data["strength"] = (costs.clip(lower=0) / top) ** 0.5
    per_model = data.groupby("model")["total_cost_usd"].sum().sort_values(ascending=False)
    order = sorted(per_model.index, key=lambda model: model == others)  # the rest keeps its order
    return heatmap(data, "api_key_name", "model", order, "total_cost_usd", style)


def heatmap(
    data: pd.DataFrame, down: str, across: str, order: list[str], value: str, style: Style
) -> alt.LayerChart:
    """Cells of one colour, the stronger the larger `strength`, each with its value as text."""
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
    return finished([cells, *numbers], height_of(data[down], STEP + 4))
