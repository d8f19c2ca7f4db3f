"""Charts that an analyst makes of exact frames: Altair draws floats, and knows no Decimal."""

from decimal import Decimal
from typing import Any

import pandas as pd

from langdock_usage.charts.look import LayerChart

PARTS = ("layer", "hconcat", "vconcat", "concat")


def frames_of(chart: Any) -> list[pd.DataFrame]:
    """What a chart draws; of parts that others put together nothing is known."""
    parts = chart.layer if isinstance(chart, LayerChart) else []
    return [part.data for part in (chart, *parts) if isinstance(part.data, pd.DataFrame)]


def drawable(chart: Any) -> Any:
    """The chart, or one like it in which exact amounts are floats."""
    if isinstance(chart, LayerChart):
        return chart
    chart = chart.copy()
    if isinstance(chart.data, pd.DataFrame):
        chart.data = _with_floats(chart.data)
    for name in PARTS:
        parts = getattr(chart, name, None)
        if isinstance(parts, list):
            setattr(chart, name, [drawable(part) for part in parts])
    return chart


def _with_floats(frame: pd.DataFrame) -> pd.DataFrame:
    exact = [name for name in frame.columns if any(isinstance(v, Decimal) for v in frame[name])]
    return frame.astype(dict.fromkeys(exact, float)) if exact else frame
