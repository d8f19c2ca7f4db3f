"""Charts of what caching saved, and of what it lost. Pure."""

from __future__ import annotations

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.chart_data import group_of, height_of, names_of, require
from langdock_usage.charts.drawing.look import finished
from langdock_usage.charts.drawing.names import shortened
from langdock_usage.charts.drawing.style import (
    ACCENT,
    INK,
    MORE,
    PLAIN,
    Style,
    in_order,
    named_axis,
    with_places,
)
from langdock_usage.charts.heatmap import heatmap, scale_of_costs

BOUNDS = ["saving_low_usd", "saving_high_usd"]
LOSS_ROOM = 0.7
"""Of the part of the axis below zero, as much is free above it at least: amounts stand there."""


def cache_savings(frame: pd.DataFrame, style: Style = PLAIN, top: int = 15) -> alt.LayerChart:
    """What caching saved, from the least to the most, of the `top` costliest keys, models, teams.

    Those without caching, or without a known price, are left out; amounts that are, or may be, a
    loss are written out.

    >>> chart = charts.cache_savings(usage.cache_savings("2026-10"))
    """
    known = _known(frame)
    known = known[known[BOUNDS].astype(float).any(axis=1)]
    known = known.sort_values("total_cost_usd", ascending=False, kind="stable").head(top)
    name, _ = group_of(known)
    data = _amounts(known, style)
    data.insert(0, name, pd.Series(shortened(names_of(known, name, style)), dtype="str"))
    data = data.sort_values("saving_high_usd", ascending=False, kind="stable", ignore_index=True)
    x = alt.X("saving_low_usd:Q", title=style.label("caching_saved")).scale(domain=_domain(data))
    x = x.axis(format="$,~r", tickCount=5, domain=False, ticks=False)
    base = alt.Chart(with_places(data, name)).encode(
        y=named_axis(name), color=_COLOUR, tooltip=_tips(style, name)
    )
    ranges = base.mark_rule(strokeWidth=6, opacity=0.5).encode(x=x, x2=alt.X2("saving_high_usd:Q"))
    ends = [base.mark_circle(size=60, opacity=1).encode(x=x)]
    ends.append(base.mark_circle(size=60, opacity=1).encode(x=alt.X("saving_high_usd:Q")))
    losses = base.transform_filter(alt.datum.saving_low_usd < 0)
    losses = losses.mark_text(align="left", dx=9, fontWeight="bold").encode(
        x=alt.X("right_end:Q"), text=alt.Text("range_label:N"), color=alt.value(INK)
    )
    zero = alt.Chart(pd.DataFrame({"saving_low_usd": [0]})).mark_rule(color=INK).encode(x=x)
    return finished([zero, ranges, *ends, losses], height_of(data[name]), style, "savings", data)


def cache_savings_per_month(months: pd.DataFrame, style: Style = PLAIN) -> alt.LayerChart:
    """What caching saved in each month, from the least to the most; what is surely a loss is red.

    >>> chart = charts.cache_savings_per_month(usage.cache_savings(by="month"))
    """
    require(months, ["month"])
    known = _known(months).sort_values("month", kind="stable")
    data = _amounts(known, style)
    data["month"] = [style.month(month) for month in known["month"]]
    y = alt.Y("saving_low_usd:Q", title=style.label("caching_saved"))
    y = y.scale(zero=True).axis(format="$,~r", tickCount=5, domain=False, ticks=False)
    base = alt.Chart(with_places(data, "month")).encode(
        x=alt.X("month:N", title=None, sort=in_order("month")).axis(ticks=False, labelAngle=-40),
        color=_COLOUR,
        tooltip=_tips(style, "month"),
    )
    ranges = base.mark_rule(strokeWidth=6, opacity=0.5).encode(y=y, y2=alt.Y2("saving_high_usd:Q"))
    ends = [base.mark_circle(size=60, opacity=1).encode(y=y)]
    ends.append(base.mark_circle(size=60, opacity=1).encode(y=alt.Y("saving_high_usd:Q")))
    zero = alt.Chart(pd.DataFrame({"saving_low_usd": [0]})).mark_rule(color=INK).encode(y=y)
    return finished([zero, ranges, *ends], 220, style, "savings_months", data)


def cache_savings_over_time(
    frame: pd.DataFrame, style: Style = PLAIN, top: int = 15
) -> alt.LayerChart:
    """Heatmap of what caching saved at least: keys, models or teams down, months across.

    The amount is the inferred one where there is one, else the least; what is surely a loss is red.
    Of those that cached at all, the `top` costliest.

    >>> chart = charts.cache_savings_over_time(usage.cache_savings(by="key_and_month"))
    """
    known = least_savings(frame, top)
    name, _ = group_of(known)
    saving = known["saving_usd"]
    data = pd.DataFrame({"saving_usd": saving.astype(float)})
    data[name] = shortened(names_of(known, name, style))
    data["saving_usd_label"] = [style.whole(amount) for amount in saving]
    data["is_loss"] = known["most_usd"].astype(float) < 0
    highest = float(data["saving_usd"].abs().max()) or 1.0
    is_open = (data["saving_usd"] < 0) & ~data["is_loss"]  # it may have been either
    data["strength"] = ((data["saving_usd"].abs() / highest) ** 0.5).mask(is_open, 0)
    data["month"] = [f"{month:%Y-%m}" for month in known["month"]]
    data["month_label"] = [style.month(month) for month in known["month"]]
    months = list(dict.fromkeys(data.sort_values("month")["month_label"]))
    scale = scale_of_costs(highest, style, "saving_low_usd")
    (cells, *numbers), height = heatmap(
        data, name, "month_label", months, "saving_usd", style, scale
    )
    layers = [cells.encode(color=_COLOUR), *numbers]
    last = data[data["month"] == data["month"].max()]
    return finished(layers, height, style, "savings_over_time", last)


def least_savings(frame: pd.DataFrame, top: int = 15) -> pd.DataFrame:
    """The rows of the `top` costliest keys, models or teams that cached at all, in order.

    With `saving_usd`, the inferred saving where there is one, else the least, and `most_usd`.
    """
    require(frame, ["month", "saving_inferred_usd"])
    known = _known(frame)
    known = known[known[BOUNDS].astype(float).any(axis=1)]
    name, _ = group_of(known)
    key = "api_key_id" if name == "api_key_name" else name
    costs = known["total_cost_usd"].astype(float).groupby(known[key]).sum()
    order = list(costs.sort_values(ascending=False, kind="stable").head(top).index)
    places = {one: place for place, one in enumerate(order)}
    inferred = known["saving_inferred_usd"]
    known = known.assign(
        place=known[key].map(places),
        saving_usd=inferred.where(inferred.notna(), known["saving_low_usd"]),
        most_usd=inferred.where(inferred.notna(), known["saving_high_usd"]),
    )
    known = known[known["place"].notna()].sort_values(["place", "month"], ignore_index=True)
    return known.drop(columns="place")


_COLOUR = alt.condition(alt.datum.is_loss, alt.value(MORE), alt.value(ACCENT))


def _known(frame: pd.DataFrame) -> pd.DataFrame:
    require(frame, [*BOUNDS, "total_cost_usd"])
    return frame[frame[BOUNDS].notna().all(axis=1)]


def _amounts(known: pd.DataFrame, style: Style) -> pd.DataFrame:
    """Both ends, each as text, and whether all of it is a loss."""
    data = known[BOUNDS].astype(float).reset_index(drop=True)
    for bound in BOUNDS:
        data[f"{bound}_label"] = [style.money(amount) for amount in known[bound]]
    data["range_label"] = [
        low if low == high else style.range(low, high)
        for low, high in zip(*(data[f"{bound}_label"] for bound in BOUNDS), strict=True)
    ]
    data["right_end"] = data["saving_high_usd"].clip(lower=0)
    data["is_loss"] = data["saving_high_usd"] < 0
    return data


def _domain(data: pd.DataFrame) -> list[float]:
    low = min([0.0, *data["saving_low_usd"]])
    return [low, max([-low * LOSS_ROOM, *data["saving_high_usd"]])]


def _tips(style: Style, name: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip(f"{one}:N", title=style.label(one.removesuffix("_label")))
        for one in (name, *(f"{bound}_label" for bound in BOUNDS))
    ]
