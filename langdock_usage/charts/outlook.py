"""Where the costs of a month are heading: against the month before, and against budgets. Pure."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.chart_data import height_of, require
from langdock_usage.charts.drawing.look import finished
from langdock_usage.charts.drawing.names import shortened
from langdock_usage.charts.drawing.style import (
    ACCENT,
    INK,
    OTHERS,
    PLAIN,
    Style,
    named_axis,
    with_places,
)
from langdock_usage.errors import InvalidRequest

_RUNNING = ("running_usd", "expected_running_usd", "low_running_usd", "high_running_usd")
_SIGNS = {"over": "\u25a0", "at risk": "\u25b2", "watch": "\u25b3", "under": ""}
_STEP = 34
_DASHED: dict[str, Any] = {"color": ACCENT, "strokeDash": [5, 4]}


def forecast(
    days: pd.DataFrame, budget_usd: float | None = None, style: Style = PLAIN
) -> alt.LayerChart:
    """The cost of a month added up day by day: solid what was spent, hatched where it is heading.

    `days` is `usage.forecast_days(…)` of one workspace; the month before is grey, `budget_usd` an
    outline.

    >>> chart = charts.forecast(usage.forecast_days("2026-10"), 12.5)
    """
    require(days, ("day", "org_id", *_RUNNING, "running_before_usd"))
    _require_one_workspace(days)
    data = days.reset_index(drop=True)
    data["day_of_month"] = [day.day for day in data["day"]]
    data["day_label"] = [style.day(day) for day in data["day"]]
    for name in (*_RUNNING, "running_before_usd"):
        data[f"{name}_label"] = [_money(amount, style) for amount in data[name]]
    # the fan begins where the known days end
    is_ahead = data["running_usd"].isna()
    ahead = data[is_ahead | is_ahead.shift(-1, fill_value=False)]
    # of two names that end at about the same amount one stands above the lines and one below
    is_over = not is_ahead.any()
    layers = [
        *_line(data, "running_before_usd", style, below=is_over, color=OTHERS, strokeWidth=2),
        *_fan(ahead),
        *_line(ahead, "expected_running_usd", style, below=_is_below(data), **_DASHED),
        *_line(data, "running_usd", style, is_over=is_over, color=ACCENT, strokeWidth=3.5),
    ]
    if budget_usd is not None:
        layers += _budget(float(budget_usd), style)
    kept = ["day", *_RUNNING, "running_before_usd"]
    return finished(layers, 300, style, "forecast", data[kept])


def _require_one_workspace(frame: pd.DataFrame) -> None:
    if frame["org_id"].nunique() > 1:
        raise InvalidRequest(
            "This chart is of one workspace; choose it with org=… in the question."
        )


def _x() -> alt.X:
    """The days of any month: layers that hold some of them share it."""
    axis = alt.Axis(format="d", grid=False, ticks=False, values=list(range(1, 32, 2)))
    return alt.X("day_of_month:Q", title=None, axis=axis).scale(domain=[1, 31], nice=False)


def _y(name: str) -> alt.Y:
    return alt.Y(f"{name}:Q", title=None).axis(
        format="$,~r", tickCount=5, domain=False, ticks=False
    )


def _is_below(data: pd.DataFrame) -> bool:
    """Whether the month is expected to end below the one before."""
    return bool(data["expected_running_usd"].iloc[-1] < data["running_before_usd"].max())


def _line(
    data: pd.DataFrame,
    name: str,
    style: Style,
    *,
    below: bool = False,
    is_over: bool = False,
    **look: Any,
) -> list[alt.Chart]:
    """A line with its name and last amount above its end, or below.

    What was spent of a month that `is_over` is that of the month, not so far.
    """
    known = data[data[name].notna()]
    if known.empty or (name == "expected_running_usd" and len(known) < 2):
        return []
    tips = [
        alt.Tooltip("day_label:N", title=style.label("day")),
        alt.Tooltip(f"{name}_label:N", title=style.label(name)),
    ]
    base = alt.Chart(known).encode(x=_x(), y=_y(name), tooltip=tips)
    word = style.label("month" if is_over else name)
    end = known.tail(1).assign(text=f"{word} {known[f'{name}_label'].iloc[-1]}")
    text = alt.Chart(end).mark_text(align="right", dx=-8, dy=64 if below else -9, fontSize=11)
    return [
        base.mark_line(**look),
        base.mark_point(size=60, opacity=0),  # what a finger or a mouse finds
        text.encode(x=_x(), y=_y(name), text=alt.Text("text:N")),
    ]


def _fan(ahead: pd.DataFrame) -> list[alt.Chart]:
    """The band, hatched: a colour alone says nothing to many."""
    known = ahead[ahead["high_running_usd"].notna()]
    if len(known) < 2:
        return []
    band = alt.Chart(known).encode(x=_x(), y=_y("low_running_usd"), y2=alt.Y2("high_running_usd:Q"))
    return [
        band.mark_area(color=ACCENT, opacity=0.15),
        band.mark_rule(color=ACCENT, opacity=0.7, strokeWidth=1),
    ]


def _budget(budget: float, style: Style) -> list[alt.Chart]:
    text = f"{style.label('budget_usd')} {style.money(budget)}"
    line = alt.Chart(pd.DataFrame({"budget_usd": [budget], "day_of_month": [1], "text": [text]}))
    return [
        line.mark_rule(color=INK, strokeWidth=1.5, strokeDash=[1, 3]).encode(y=_y("budget_usd")),
        line.mark_text(align="left", dy=-8, fontSize=11).encode(
            x=_x(), y=_y("budget_usd"), text=alt.Text("text:N")
        ),
    ]


def budgets(frame: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """Each budget as an outline, in it what is spent, and hatched what is expected to come.

    `frame` is `usage.budgets(…)`.

    >>> chart = charts.budgets(usage.budgets("2026-10"))
    """
    require(frame, ("org_id", "scope", "name", "budget_usd", "cost_usd", "expected_usd", "state"))
    _require_one_workspace(frame)
    data = pd.DataFrame({"budget": subjects(frame, style)})
    for name in ("budget_usd", "cost_usd", "expected_usd"):
        data[name] = frame[name].astype(float).to_numpy()
        data[f"{name}_label"] = [_money(amount, style) for amount in frame[name]]
    data["state"] = [f"{_SIGNS.get(one, '')} {style.label(one)}".strip() for one in frame["state"]]
    data["end_usd"] = data[["budget_usd", "expected_usd", "cost_usd"]].max(axis=1)
    end = float(data["end_usd"].max()) if len(data) else 0.0
    labels = {"budget": "name"} | {name: name for name in ("state",)}
    columns = ["budget_usd_label", "cost_usd_label", "expected_usd_label"]
    labels |= {name: name.removesuffix("_label") for name in columns}
    base = alt.Chart(with_places(data, "budget")).encode(
        y=named_axis("budget"),
        tooltip=[alt.Tooltip(f"{one}:N", title=style.label(word)) for one, word in labels.items()],
    )
    scale = alt.Scale(domain=[0, end * 1.2 or 1])
    axis = alt.Axis(format="$,~r", tickCount=5, domain=False, ticks=False)

    def x(name: str) -> alt.X:
        return alt.X(f"{name}:Q", title=None, scale=scale, axis=axis)

    layers = [
        base.mark_bar(size=10, color=ACCENT).encode(x=x("cost_usd")),
        base.mark_bar(
            size=10, color=ACCENT, fillOpacity=0.2, stroke=ACCENT, strokeDash=[2, 2]
        ).encode(x=x("cost_usd"), x2=alt.X2("expected_usd:Q")),
        base.mark_bar(size=20, filled=False, stroke=INK, strokeWidth=1.5).encode(x=x("budget_usd")),
        base.mark_text(align="left", dx=8).encode(x=x("end_usd"), text=alt.Text("state:N")),
    ]
    return finished(layers, height_of(data["budget"], _STEP), style, "budgets", data)


def subjects(frame: pd.DataFrame, style: Style) -> list[str]:
    """What each budget is for: its name, and of what; names are told apart by that."""
    names = shortened([style.name("name", name) for name in frame["name"]])
    words = [style.label(scope) for scope in frame["scope"]]
    return [
        word if scope == "workspace" else f"{name} ({word})"
        for name, word, scope in zip(names, words, frame["scope"], strict=True)
    ]


def _money(amount: Any, style: Style) -> str:
    return "" if pd.isna(amount) else style.money(amount)
