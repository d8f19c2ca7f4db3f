"""Charts that an analyst makes of exact frames: Altair draws floats, and knows no Decimal."""

from decimal import Decimal
from typing import Any

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.look import LayerChart
from langdock_usage.errors import InvalidRequest

PARTS = ("layer", "hconcat", "vconcat", "concat")


def frames_of(chart: Any) -> list[pd.DataFrame]:
    """What a chart draws; of parts that others put together nothing is known.

    Raises InvalidRequest where it is no chart.
    """
    if not isinstance(chart, alt.TopLevelMixin):
        what = type(chart).__name__
        advice = "; report.table shows it" if isinstance(chart, pd.DataFrame | pd.Series) else ""
        raise InvalidRequest(f"report.chart needs a chart of Altair, and this is {what}{advice}.")
    parts = chart.layer if isinstance(chart, LayerChart) else []
    found = [getattr(part, "data", None) for part in (chart, *parts)]
    return [data for data in found if isinstance(data, pd.DataFrame)]


def drawable(chart: Any) -> Any:
    """The chart, or one like it in which exact amounts are floats."""
    if isinstance(chart, LayerChart):
        return chart
    chart = chart.copy()
    if isinstance(getattr(chart, "data", None), pd.DataFrame):
        chart.data = _with_floats(chart.data)
    if isinstance(getattr(chart, "spec", None), alt.SchemaBase):  # repeated, or in facets
        chart.spec = drawable(chart.spec)
    for name in PARTS:
        parts = getattr(chart, name, None)
        if isinstance(parts, list):
            setattr(chart, name, [drawable(part) for part in parts])
    return chart


def _with_floats(frame: pd.DataFrame) -> pd.DataFrame:
    exact = [name for name in frame.columns if any(isinstance(v, Decimal) for v in frame[name])]
    return frame.astype(dict.fromkeys(exact, float)) if exact else frame
