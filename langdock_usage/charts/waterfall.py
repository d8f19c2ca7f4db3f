"""From one period's cost to another's, cause by cause. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.chart_data import group_of, names_of, require
from langdock_usage.charts.drawing.look import finished
from langdock_usage.charts.drawing.names import shortened
from langdock_usage.charts.drawing.style import ACCENT, INK, MORE, OTHERS, PALETTE, PLAIN, Style
from langdock_usage.errors import InvalidRequest
from langdock_usage.rounding import rounded, rounded_parts, rounded_to_sum

COLOURS = {"before": OTHERS, "more": MORE, "less": PALETTE[3], "after": ACCENT}
SIGNS = {"more": "\u25b2", "less": "\u25bc"}  # triangles: a colour alone says nothing to many
MOST_MOVED = 3
STEP, STEP_WITH_NAMES = 30, 46
ROOM_FOR_LABELS = 0.28  # of the width, on the right


def waterfall(
    bridge: pd.DataFrame, parts: pd.DataFrame | None = None, style: Style = PLAIN
) -> alt.LayerChart:
    """The cost before, each effect as a step up or down, and the cost after.

    `bridge` is `usage.bridge(…, by=None)`; with `parts`, the same by key, model or team, each
    effect names the three that moved most in it. Effects of 0 are left out, and the amounts shown
    add up. Where the steps are small beside the costs, these are cut off at the left, and marked.

    >>> chart = charts.waterfall(usage.bridge("2026-09", "2026-10", by=None))
    """
    require(bridge, ("cost_before_usd", "cost_after_usd"))
    if len(bridge) != 1:
        raise InvalidRequest("A waterfall is of one row: `usage.bridge(before, after, by=None)`.")
    amounts = _amounts(bridge.iloc[0], _effects_in(bridge), style.digits)
    data = _steps(bridge.iloc[0], amounts, style)
    moved = {} if parts is None else _most_moved(parts, amounts, style)
    for n in range(MOST_MOVED):
        data[f"moved_{n + 1}"] = [[*moved.get(one, []), "", "", ""][n] for one in data["column"]]
    data["moved"] = [" · ".join(moved.get(one, [])) for one in data["column"]]
    step = STEP_WITH_NAMES if moved else STEP
    layers = _layers(data, style, has_names=bool(moved))
    return finished(layers, step * len(data), style, "bridge", data)


def _effects_in(bridge: pd.DataFrame) -> list[str]:
    """The columns of the effects, which stand between the two costs."""
    columns = [str(name) for name in bridge]
    first, last = (columns.index(f"cost_{period}_usd") for period in ("before", "after"))
    return columns[first + 1 : last]


def _amounts(row: pd.Series[Any], effects: Sequence[str], digits: int) -> dict[str, Decimal]:
    """The effects as they are shown, here and in tables: they add up to the rounded change."""
    before, after = (Fraction(row[f"cost_{one}_usd"]) for one in ("before", "after"))
    shown = rounded_to_sum([row[name] for name in effects], rounded(after - before, digits), digits)
    return dict(zip(effects, shown, strict=True))


def _steps(row: pd.Series[Any], amounts: Mapping[str, Decimal], style: Style) -> pd.DataFrame:
    """One row per bar: where it begins and ends, and what stands at it."""
    before, after = (rounded(row[f"cost_{one}_usd"], style.digits) for one in ("before", "after"))
    bars = [("cost_before_usd", "before", Decimal(0), before, style.money(before))]
    level = before
    for name, amount in amounts.items():
        if amount:
            kind = "more" if amount > 0 else "less"
            label = f"{SIGNS[kind]} {style.difference(amount)}"
            bars.append((name, kind, level, level + amount, label))
            level += amount
    bars.append(("cost_after_usd", "after", Decimal(0), after, style.money(after)))
    data = pd.DataFrame(bars, columns=["column", "kind", "from_usd", "to_usd", "amount"])
    data["from_usd"], data["to_usd"] = data["from_usd"].astype(float), data["to_usd"].astype(float)
    data["change_usd"] = data["to_usd"] - data["from_usd"]
    data["right_usd"] = data[["from_usd", "to_usd"]].max(axis=1)
    ends = {"cost_before_usd": "bridge_before", "cost_after_usd": "bridge_after"}
    data["effect"] = [
        style.labels.get(ends.get(name, ""), style.label(name)) for name in data["column"]
    ]
    data["effect_place"] = range(len(data))
    data["next_effect"] = [*data["effect"][1:], None]
    return data


def _most_moved(
    parts: pd.DataFrame, totals: Mapping[str, Decimal], style: Style
) -> dict[str, list[str]]:
    """Of each effect the keys, models or teams that moved most in it, with their amounts."""
    name, _ = group_of(parts)
    names = shortened(names_of(parts, name, style))
    found: dict[str, list[str]] = {}
    for effect in totals.keys() & set(parts):
        shown = rounded_parts(list(parts[effect]), totals[effect], style.digits)
        amounts = {names[n]: amount for n, amount in enumerate(shown) if amount}
        most = sorted(amounts, key=lambda name: -abs(amounts[name]))[:MOST_MOVED]
        found[effect] = [f"{name} {style.difference(amounts[name])}" for name in most]
    return found


def _layers(data: pd.DataFrame, style: Style, *, has_names: bool) -> list[alt.Chart]:
    up = -9 if has_names else 0
    start, end = _domain(data)
    drawn = data.assign(from_usd=data["from_usd"].clip(lower=start))
    scale = alt.Scale(domain=[start, end], nice=False, zero=False)
    left, right, level = (
        alt.X(f"{name}:Q", title=None, axis=None, scale=scale)
        for name in ("from_usd", "right_usd", "to_usd")
    )
    y = alt.Y("effect:N", title=None, sort=alt.EncodingSortField(field="effect_place", op="min"))
    tips = [
        alt.Tooltip("effect:N", title=style.label("effect")),
        alt.Tooltip("amount:N", title=style.label("change_usd")),
        *(alt.Tooltip(f"moved_{n + 1}:N", title=f"{n + 1}.") for n in range(MOST_MOVED)),
    ]
    base = alt.Chart(drawn).encode(
        y=y.axis(ticks=False, domain=False, labelOffset=up), tooltip=tips[: 5 if has_names else 2]
    )
    colour = alt.Color("kind:N", legend=None)
    colour = colour.scale(domain=list(COLOURS), range=list(COLOURS.values()))
    bars = base.mark_bar(size=16, yOffset=up).encode(x=left, x2=alt.X2("to_usd:Q"), color=colour)
    links = base.mark_rule(color=INK, opacity=0.3, yOffset=up, y2Offset=up)
    links = links.transform_filter("isValid(datum.next_effect)")
    links = links.encode(x=level, y2=alt.Y2("next_effect:N"))
    amounts = base.mark_text(align="left", dx=9, yOffset=up, fontWeight="bold")
    layers = [links, bars, amounts.encode(x=right, text=alt.Text("amount:N"))]
    if start > 0:
        cut = base.transform_filter("datum.kind == 'before' || datum.kind == 'after'")
        slashes = cut.mark_text(
            text="//", color="#ffffff", fontSize=18, fontWeight="bold", yOffset=up
        )
        layers.append(slashes.encode(x=alt.value(16)))
    if has_names:
        names = base.mark_text(align="left", fontSize=11, dy=14, limit=alt.ExprRef("width"))
        layers.append(names.encode(x=alt.value(0), text=alt.Text("moved:N")))
    return layers


def _domain(data: pd.DataFrame) -> tuple[float, float]:
    """What the width stands for: from 0 on, unless the steps would then be too small to see."""
    levels = pd.concat([data["to_usd"], data["from_usd"][1:-1]])
    low, high = float(levels.min()), float(levels.max())
    span = high - low
    start = low - 0.6 * span if low > 1.5 * span > 0 else min(low, 0.0)
    return start, start + (high - start or 1.0) / (1 - ROOM_FOR_LABELS)
