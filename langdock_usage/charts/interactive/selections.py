"""What a click chooses, and what is shown before the first one. Pure."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.look import VConcatChart
from langdock_usage.charts.drawing.style import INK, WIDTH

LINE = 20  # pixels


def chosen(picked: alt.Parameter) -> Any:
    """Lets through the rows that are picked; where none is, those with `is_default`."""
    any_or_picked = {"param": picked.name}
    is_default = {"field": "is_default", "equal": True}
    return {"or": [{"and": [any_or_picked, is_default]}, any_or_picked | {"empty": False}]}


def clickable_rows(y: alt.Y, picked: alt.Parameter, tooltip: list[alt.Tooltip]) -> alt.Chart:
    """Rows as wide as the chart, for small bars are hard to hit. What is picked is tinted."""
    tint = alt.when(picked, empty=False).then(alt.value(0.12)).otherwise(alt.value(0))
    rows = alt.Chart().mark_rect(color=INK, cursor="pointer")
    chart: alt.Chart = rows.encode(y=y, opacity=tint, tooltip=tooltip).add_params(picked)
    return chart


def headline(data: pd.DataFrame, picked: alt.Parameter, *lines: str) -> alt.LayerChart:
    """The texts in these columns, one below the other; the first is a heading."""
    base = alt.Chart(data).transform_filter(chosen(picked))
    texts = [
        base.mark_text(align="left", limit=WIDTH, fontWeight="normal" if place else "bold").encode(
            x=alt.value(0), y=alt.value(LINE * place), text=f"{line}:N"
        )
        for place, line in enumerate(lines)
    ]
    return part(texts, LINE * (len(lines) - 1) + 5, "headline")


def part(layers: list[alt.Chart], height: int, name: str) -> alt.LayerChart:
    """Layers as one of several charts; without a height, each name gets a row."""
    return alt.LayerChart(layer=layers, width=WIDTH, height=height, name=name)


def stacked(parts: list[alt.LayerChart]) -> alt.VConcatChart:
    """Charts below one another, each with its own colours."""
    chart: alt.VConcatChart = VConcatChart(vconcat=parts).resolve_scale(color="independent")
    return chart
