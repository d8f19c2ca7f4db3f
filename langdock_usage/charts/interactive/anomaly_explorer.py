"""Unusual days to click on: who made them, and what they cost otherwise. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.chart_data import group_of, limited, require
from langdock_usage.charts.drawing.names import shorten
from langdock_usage.charts.drawing.style import ACCENT, INK, MORE, PALETTE, PLAIN
from langdock_usage.charts.interactive.selections import chosen, headline, part, stacked

SHAPES = {"spike": "triangle-up", "drop": "triangle-down", "level_shift": "diamond"}
NOTHING = {"heading": "No day stands out.", "is_default": True}
ONE_DAY = pd.Timedelta(days=1)

Event = Mapping[Hashable, Any]


def anomaly_explorer(daily: pd.DataFrame, anomalies: pd.DataFrame) -> alt.VConcatChart:
    """The cost of each day with marks at unusual ones: click a mark, and see what explains it.

    `daily` is `usage.daily_cost(period)`, `anomalies` is `usage.anomalies(period)`. Below are the
    days of the API key and the model that explain the event; of all keys where it is wider. Dashed
    is what was expected, in the mean. Without a click, it is the event with the most money.

    >>> chart = charts.anomaly_explorer(usage.daily_cost("2026-10"), usage.anomalies("2026-10"))
    >>> [param.name for param in chart.params]
    ['events']
    """
    require(daily, ("day", "org_id", "api_key_id", "model", "total_cost_usd"))
    require(anomalies, ("first_day", "last_day", "org_id", "api_key_id", "model", "excess_usd"))
    picked = alt.selection_point(fields=["event"], name="events")
    days = _per_day(daily)
    bars = alt.Chart(days).mark_bar(color=ACCENT).encode(**_places("day"), tooltip=_TIPS)
    if anomalies.empty:
        layers = [bars.add_params(picked)]
        below = [headline(pd.DataFrame([NOTHING]), picked, "heading")]
    else:
        events = _events(anomalies, daily, days)
        layers = [bars, _span(events, picked), _marks(events, picked)]
        below = [headline(events, picked, "heading", "text"), _days_of(events, daily, picked)]
    top = part(layers, 180, "by_day")
    return stacked([top, *below])


_TIPS = ["day:T", alt.Tooltip("total_cost_usd:Q", format="$,.2f")]


def _places(day: str) -> dict[str, Any]:
    y = alt.Y("sum(total_cost_usd):Q", title="USD").axis(format="$,~r", tickCount=5)
    return {"x": alt.X(f"{day}:T", title=None).axis(grid=False), "x2": "day_after:T", "y": y}


def _per_day(rows: pd.DataFrame) -> pd.DataFrame:
    costs = rows["total_cost_usd"].astype(float).groupby(rows["day"]).sum()
    days = costs.rename_axis("day").reset_index()
    return days.assign(day_after=days["day"] + ONE_DAY)


def _events(anomalies: pd.DataFrame, daily: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """The events with their texts, and a mark above the first day of each."""
    events = anomalies.reset_index(drop=True)
    excess = events["excess_usd"].astype(float)
    names = dict(zip(daily["api_key_id"], group_of(daily)[1], strict=True))
    records = events.to_dict("records")
    height = dict(zip(days["day"], days["total_cost_usd"], strict=True))
    on_same_day = events.groupby("first_day").cumcount() + 1
    return events.assign(
        event=events.index,
        day_after=events["last_day"] + ONE_DAY,
        middle=events["first_day"] + ONE_DAY / 2,
        total_cost_usd=events["first_day"].map(height).fillna(0)
        + on_same_day * 0.09 * max(height.values(), default=0.0),
        sign=["more" if one > 0 else "less" for one in excess],
        heading=[_subject(one, names) for one in records],
        text=[_sentence(one) for one in records],
        is_default=events.index == excess.abs().idxmax(),
    )


def _subject(event: Event, names: Mapping[Any, str]) -> str:
    """Whose event it is, as narrow as is known."""
    key = names.get(event["api_key_id"], event.get("api_key_name"))
    known = [one for one in (key, event["model"]) if not pd.isna(one)]
    team = event.get("team")
    return " \u00b7 ".join(map(shorten, known or ["all API keys" if pd.isna(team) else str(team)]))


def _sentence(event: Event) -> str:
    cause: Any = event["cause"]
    why = "" if pd.isna(cause) else f", because of {cause}"
    note: Any = event.get("expected_note")
    planned = "" if pd.isna(note) else f"; planned: {shorten(str(note))}"
    kind, excess = event["kind"], PLAIN.difference(event["excess_usd"])
    cost, expected = (PLAIN.money(event[one]) for one in ("cost_usd", "expected_usd"))
    days = f"{event['first_day']:%Y-%m-%d} to {event['last_day']:%Y-%m-%d}"
    found = f"{kind}, {days}: {cost} instead of {expected} ({excess}){why}".replace("_", " ")
    return found + planned


def _span(events: pd.DataFrame, picked: alt.Parameter) -> alt.Chart:
    """The days of the event, tinted."""
    span = alt.Chart(events).transform_filter(chosen(picked)).mark_rect(color=INK, opacity=0.12)
    chart: alt.Chart = span.encode(x="first_day:T", x2="day_after:T")
    return chart


def _marks(events: pd.DataFrame, picked: alt.Parameter) -> alt.Chart:
    shape = alt.Shape("kind:N", legend=None)
    colour = alt.Color("sign:N", legend=None)
    marks = alt.Chart(events).mark_point(size=170, filled=True, opacity=1, cursor="pointer")
    chart: alt.Chart = marks.encode(
        x="middle:T",
        y="total_cost_usd:Q",
        shape=shape.scale(domain=list(SHAPES), range=list(SHAPES.values())),
        color=colour.scale(domain=["more", "less"], range=[MORE, PALETTE[3]]),
        tooltip=["heading:N", "text:N"],
    ).add_params(picked)
    return chart


def _days_of(events: pd.DataFrame, daily: pd.DataFrame, picked: alt.Parameter) -> alt.LayerChart:
    """The daily cost of what each event is about; its own days stand out."""
    series = [_series(daily, event) for event in events.to_dict("records")]
    data = limited(pd.concat(series, ignore_index=True))
    colour = alt.Color("is_event:N", legend=None).scale(domain=[True, False], range=[MORE, ACCENT])
    days = alt.Chart(data).transform_filter(chosen(picked)).mark_bar()
    lengths = (events["day_after"] - events["first_day"]).dt.days
    expected = events[["event", "first_day", "day_after", "is_default"]].assign(
        expected_usd_per_day=events["expected_usd"].astype(float) / lengths
    )
    rule = alt.Chart(expected).transform_filter(chosen(picked))
    rule = rule.mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=2).encode(
        x="first_day:T",
        x2="day_after:T",
        y="expected_usd_per_day:Q",
        tooltip=alt.Tooltip("expected_usd_per_day:Q", format="$,.2f"),
    )
    days = days.encode(**_places("day"), color=colour, tooltip=_TIPS)
    return part([days, rule], 140, "by_day_of_event")


def _series(daily: pd.DataFrame, event: Event) -> pd.DataFrame:
    rows = daily[daily["org_id"] == event["org_id"]]
    for column in ("api_key_id", "model"):
        if not pd.isna(event[column]):
            narrower = rows[rows[column] == event[column]]
            rows = rows if narrower.empty else narrower
    days = _per_day(rows)
    is_event = days["day"].between(event["first_day"], event["last_day"])
    same = {name: event[name] for name in ("event", "is_default")}
    return days.assign(is_event=is_event, **same)
