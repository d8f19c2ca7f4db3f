"""From a frame of `langdock_usage` to an Altair chart. Pure: no database, no files, no state.

Each function takes a frame with the columns of the view of the same name and gives a chart.
`labels` turns column names (and `others`, the name of what is drawn together) into words; without
it, the column names themselves are shown, units included. `models` says which models have a colour
of their own, in which order, so that a model has the same colour in every chart of a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

ACCENT = "#0b6e99"
MUTED = "#8a9099"
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#8c7a00")
OTHERS = "#a3a8b0"

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"
INK = "#30343b"
GRID = "#dfe2e6"

USD = "$,.2f"
RATIO = ".1%"

Labels = Mapping[str, str] | None


def cost_per_day(
    daily: pd.DataFrame,
    before: pd.DataFrame | None = None,
    models: Sequence[str] | None = None,
    labels: Labels = None,
) -> alt.LayerChart:
    """Cost of each day of a month, stacked by model; the days of the month `before` as a line."""
    data, order = _by_series(daily, "day", models, labels)
    data["day_of_month"] = [day.day for day in data["day"]]
    data["day"] = data["day"].astype(str)
    days = list(range(1, 32)) if len(data) == 0 else _days_of_month(daily)
    x = alt.X("day_of_month:O", title=_label(labels, "day"), scale=alt.Scale(domain=days))
    bars = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=x.axis(labelAngle=0, labelOverlap=True, ticks=False),
            y=_cost_axis(labels),
            color=_model_colour(order, labels),
            order=alt.Order("series:Q"),
            tooltip=[_tip("day:N", labels), _tip("model:N", labels), _money_tip(labels)],
        )
    )
    if before is None or before.empty:
        return _finished(alt.layer(bars), height=280)
    line = _cost_of_days(before)
    line["what"] = _label(labels, "month_before")
    marks = (
        alt.Chart(line[line["day_of_month"] <= max(days)])
        .mark_line(strokeWidth=1.5, interpolate="monotone", color=INK, strokeDash=[4, 3])
        .encode(
            x=x,
            y=_cost_axis(labels),
            strokeDash=alt.StrokeDash(
                "what:N", title=None, legend=alt.Legend(symbolType="stroke")
            ).scale(range=[[4, 3]]),
            tooltip=[_tip("day:N", labels), _money_tip(labels)],
        )
    )
    return _finished(alt.layer(bars, marks).resolve_scale(strokeDash="independent"), height=280)


def cost_per_key(keys: pd.DataFrame, labels: Labels = None) -> alt.LayerChart:
    """Cost of each API key as a bar, in the order of the frame."""
    data = _floats(keys, "total_cost_usd")
    data["api_key_name"] = _unique_names(keys)
    return _bars(data, labels, "api_key_name", alt.value(ACCENT))


def cost_per_model(
    costs: pd.DataFrame, models: Sequence[str] | None = None, labels: Labels = None
) -> alt.LayerChart:
    """Cost of each model as a bar, in the order of the frame, each in the colour of the model."""
    data = _floats(costs, "total_cost_usd")
    data["model"] = [_text(model) for model in costs["model"]]
    order = list(models) if models is not None else list(data["model"])[: len(PALETTE)]
    data["colour"] = [_colour(model, order) for model in data["model"]]
    return _bars(data, labels, "model", alt.Color("colour:N", scale=None))


def cost_per_key_and_model(grid: pd.DataFrame, labels: Labels = None) -> alt.LayerChart:
    """Heatmap of cost, keys down and models across, in the order in which they first appear."""
    data = _floats(grid, "total_cost_usd")
    data["api_key_name"] = _unique_names(grid)
    data["model"] = [_text(model) for model in grid["model"]]
    labelled = "cost_label" in grid
    data["cost_label"] = (
        list(grid["cost_label"])
        if labelled
        else [f"{cost:,.2f}" for cost in grid["total_cost_usd"]]
    )
    top = max(data["total_cost_usd"].max(), 0) if len(data) else 0
    base = alt.Chart(data).encode(
        x=_named_axis("model", data, alt.X, labelAngle=-40, orient="top", labelLimit=120),
        y=_named_axis("api_key_name", data),
        tooltip=[
            _tip("api_key_name:N", labels),
            _tip("model:N", labels),
            _money_tip(labels),
        ],
    )
    cells = base.mark_rect(color=ACCENT, cornerRadius=2).encode(
        opacity=alt.Opacity("total_cost_usd:Q", legend=None).scale(
            type="sqrt", domain=[0, top or 1], range=[0.04, 1]
        )
    )
    dark_enough = alt.datum.total_cost_usd > 0.3 * top
    numbers = base.mark_text(fontSize=11).encode(
        text="cost_label:N", color=alt.condition(dark_enough, alt.value("#ffffff"), alt.value(INK))
    )
    return _finished(alt.layer(cells, numbers), height=_rows(data["api_key_name"], 30))


def cache_efficiency(
    frame: pd.DataFrame, name: str = "api_key_name", labels: Labels = None
) -> alt.LayerChart:
    """Cache-hit ratio of each key (or model: `name="model"`); without those of unknown ratio."""
    known = frame[frame["cache_hit_ratio"].notna()].reset_index(drop=True)
    data = _floats(known, "cache_hit_ratio", "total_cost_usd")
    data[name] = _unique_names(known) if name == "api_key_name" else list(map(_text, known[name]))
    base = alt.Chart(data).encode(
        y=_named_axis(name, data),
        x=alt.X("cache_hit_ratio:Q", title=_label(labels, "cache_hit_ratio"))
        .scale(domain=[0, 1])
        .axis(format=".0%", tickCount=5),
        tooltip=[_tip(f"{name}:N", labels), _ratio_tip(labels), _money_tip(labels)],
    )
    numbers = base.mark_text(align="left", dx=5, color=INK).encode(
        text=alt.Text("cache_hit_ratio:Q", format=RATIO)
    )
    return _finished(alt.layer(base.mark_bar(color=ACCENT), numbers), _rows(data[name]))


def cost_per_month(
    monthly: pd.DataFrame, models: Sequence[str] | None = None, labels: Labels = None
) -> alt.LayerChart:
    """Cost of each month, stacked by model."""
    data, order = _by_series(monthly, "month", models, labels)
    data["month"] = [f"{month:%Y-%m}" for month in data["month"]]
    bars = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("month:O", title=None).axis(labelAngle=-40, ticks=False),
            y=_cost_axis(labels),
            color=_model_colour(order, labels),
            order=alt.Order("series:Q"),
            tooltip=[_tip("month:N", labels), _tip("model:N", labels), _money_tip(labels)],
        )
    )
    return _finished(alt.layer(bars), height=280)


def _bars(data: pd.DataFrame, labels: Labels, name: str, colour: Any) -> alt.LayerChart:
    names = data[name]
    base = alt.Chart(data).encode(
        y=_named_axis(name, data),
        x=_cost_axis(labels, alt.X).scale(domainMax=_room_for_numbers(data["total_cost_usd"])),
        tooltip=[_tip(f"{name}:N", labels), _money_tip(labels)],
    )
    numbers = base.mark_text(align="left", dx=5, color=INK).encode(
        text=alt.Text("total_cost_usd:Q", format=USD)
    )
    return _finished(alt.layer(base.mark_bar().encode(color=colour), numbers), _rows(names))


def _finished(chart: Any, height: int) -> alt.LayerChart:
    """As wide as its place on the page, in the one theme of all charts."""
    finished: alt.LayerChart = chart.properties(width="container", height=height).configure(
        font=FONT,
        background="transparent",
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=INK,
            titleColor=INK,
            titleFontWeight="normal",
            labelFontSize=12,
            titleFontSize=12,
            gridColor=GRID,
            domainColor=GRID,
            tickColor=GRID,
            labelLimit=180,
        ),
        legend=alt.LegendConfig(
            orient="bottom",
            columns=4,
            labelColor=INK,
            labelFontSize=12,
            labelLimit=160,
            titleColor=INK,
            symbolType="square",
            title=None,
        ),
    )
    return finished


def _room_for_numbers(values: pd.Series[float]) -> float:
    """Where the axis ends so that a number fits beside the longest bar."""
    return float(values.max()) * 1.2 if len(values) and values.max() > 0 else 1.0


def _rows(names: pd.Series[str], step: int = 24) -> int:
    return max(names.nunique(), 1) * step


def _by_series(
    frame: pd.DataFrame, by: str, models: Sequence[str] | None, labels: Labels
) -> tuple[pd.DataFrame, list[str]]:
    """Cost by `by` and series: a named model, or all others. With the series in their order."""
    data = _floats(frame, "total_cost_usd")
    data[by] = list(frame[by])
    data["model"] = [_text(model) for model in frame["model"]]
    if models is None:
        costs = data.groupby("model")["total_cost_usd"].sum().sort_values(ascending=False)
        models = list(costs.index[: len(PALETTE)])
    others = _label(labels, "others")
    data["model"] = data["model"].where(data["model"].isin(models), others)
    data = data.groupby([by, "model"])["total_cost_usd"].sum().reset_index()
    present = set(data["model"])
    order = [*(model for model in models), *([others] if others in present - set(models) else [])]
    data["series"] = [order.index(model) for model in data["model"]]
    return data, order


def _model_colour(order: Sequence[str], labels: Labels) -> alt.Color:
    models = [model for model in order if model != _label(labels, "others")]
    colours = [_colour(model, models) for model in order]
    return alt.Color("model:N", title=None).scale(domain=list(order), range=colours)


def _colour(model: str, models: Sequence[str]) -> str:
    place = list(models).index(model) if model in models else len(PALETTE)
    return PALETTE[place] if place < len(PALETTE) else OTHERS


def _cost_of_days(daily: pd.DataFrame) -> pd.DataFrame:
    data = _floats(daily, "total_cost_usd").assign(day=list(daily["day"]))
    data = data.groupby("day")["total_cost_usd"].sum().reset_index()
    data["day_of_month"] = [day.day for day in data["day"]]
    data["day"] = data["day"].astype(str)
    return data


def _days_of_month(daily: pd.DataFrame) -> list[int]:
    last = (pd.Timestamp(daily["day"].iloc[0]) + pd.offsets.MonthEnd(0)).day
    return list(range(1, last + 1))


def _cost_axis(labels: Labels, channel: Any = alt.Y) -> Any:
    return channel("total_cost_usd:Q", title=_label(labels, "total_cost_usd")).axis(
        format="$,~r", tickCount=5
    )


def _named_axis(name: str, data: pd.DataFrame, channel: Any = alt.Y, **axis: Any) -> Any:
    return channel(f"{name}:N", title=None, sort=list(dict.fromkeys(data[name]))).axis(
        ticks=False, domain=False, **axis
    )


def _tip(field: str, labels: Labels) -> alt.Tooltip:
    return alt.Tooltip(field, title=_label(labels, field.split(":", maxsplit=1)[0]))


def _money_tip(labels: Labels) -> alt.Tooltip:
    return _tip("total_cost_usd:Q", labels).format(USD)


def _ratio_tip(labels: Labels) -> alt.Tooltip:
    return _tip("cache_hit_ratio:Q", labels).format(RATIO)


def _label(labels: Labels, name: str) -> str:
    return (labels or {}).get(name, name)


def _text(value: object) -> str:
    return "n/a" if value is None or value is pd.NA or value != value else str(value)


def _unique_names(frame: pd.DataFrame) -> list[str]:
    """The name of each key, with its id where two keys have the same name."""
    names = [_text(name) for name in frame["api_key_name"]]
    pairs = set(zip(frame["api_key_id"], names, strict=True))
    count: dict[str, int] = {}
    for _, name in pairs:
        count[name] = count.get(name, 0) + 1
    ids = frame["api_key_id"]
    return [f"{n} ({i})" if count[n] > 1 else n for i, n in zip(ids, names, strict=True)]


def _floats(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """These columns alone, as floats: a chart draws, it does not account."""
    return frame[list(columns)].astype(float).reset_index(drop=True)
