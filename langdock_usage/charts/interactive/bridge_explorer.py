"""A waterfall to click on: which keys and models are behind each effect. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.chart_data import OTHERS_NAME, colours, group_of, require, texts
from langdock_usage.charts.drawing.style import PALETTE, PLAIN, WIDTH, named_axis, with_places
from langdock_usage.charts.drawing.top_and_others import by_cost, few, with_row
from langdock_usage.charts.interactive.selections import chosen, clickable_rows, headline, stacked
from langdock_usage.charts.waterfall import waterfall

TOP = 10
ROOM_FOR_AMOUNTS = 0.15  # of what the bars span, on the right


def bridge_explorer(bridge: pd.DataFrame) -> alt.VConcatChart:
    """Why the cost changed: click an effect, and see which keys and models are behind it.

    `bridge` is `usage.bridge(before, after, "key_and_model")`. The two costs can be clicked, too.
    Without a click, and after one beside the bars, it is the whole change.

    >>> chart = charts.bridge_explorer(usage.bridge("2026-09", "2026-10", "key_and_model"))
    >>> [param.name for param in chart.params]
    ['effects']
    """
    require(bridge, ("api_key_id", "model", "cost_before_usd", "cost_after_usd", "change_usd"))
    columns = list(bridge.columns)
    first, last = (columns.index(f"cost_{period}_usd") for period in ("before", "after"))
    total = bridge.iloc[:, first : last + 1].sum().to_frame().T
    picked = alt.selection_point(fields=["effect"], name="effects")
    tips = [alt.Tooltip("effect:N"), alt.Tooltip("amount:N", title="change_usd")]
    steps: Any = waterfall(total)
    moved = _moved(bridge, [*steps.data["effect"], "change_usd"])
    change = PLAIN.difference(total["cost_after_usd"].iloc[0] - total["cost_before_usd"].iloc[0])
    headings = steps.data[["effect", "amount"]]
    headings = with_row(headings, {"effect": "change_usd", "amount": change})
    headings["heading"] = headings["effect"] + ": " + headings["amount"]
    headings["is_default"] = headings["effect"] == "change_usd"
    rows = clickable_rows(named_axis("effect"), picked, tips)
    parts = [steps + rows, headline(headings, picked, "heading"), _bars(moved, picked)]
    return stacked(parts)


def _moved(bridge: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """What each key with each model did to each effect; the keys that did little are one."""
    keys = pd.Series(group_of(bridge)[1], bridge.index, dtype="str")
    models = pd.Series(texts(bridge["model"]), bridge.index, dtype="str")
    costs = bridge[["cost_before_usd", "cost_after_usd"]].astype(float).sum(axis=1)
    models = few(models, costs, len(PALETTE), OTHERS_NAME)
    return pd.concat([_of_effect(bridge[one], keys, models) for one in columns], ignore_index=True)


def _of_effect(
    amounts: pd.Series[float], keys: pd.Series[str], models: pd.Series[str]
) -> pd.DataFrame:
    """Per key and model, the keys with the largest rise first; `net` is of the key."""
    effect, usd = str(amounts.name), amounts.astype(float)
    largest = usd.groupby(keys).sum().abs().nlargest(TOP).index
    names = keys.where(keys.isin(largest), OTHERS_NAME)
    data = pd.DataFrame({"api_key_name": names, "model": models, "change_usd": usd})
    data = data.groupby(["api_key_name", "model"], as_index=False).sum()
    data = data[data["change_usd"].abs() >= 0.005].reset_index(drop=True)
    of_key = data.groupby("api_key_name")["change_usd"]
    net = of_key.transform("sum")
    rise, fall = data["change_usd"].clip(lower=0), data["change_usd"].clip(upper=0)
    left, right = (one.groupby(data["api_key_name"]).transform("sum") for one in (fall, rise))
    data["right_usd"] = right
    data["room_usd"] = right + ROOM_FOR_AMOUNTS * (right.max() - left.min())
    data["api_key_name_place"] = net.rank(method="dense", ascending=False)
    written = PLAIN.money if effect.startswith("cost_") else PLAIN.difference
    data["net"] = [written(one) for one in net]
    return data.assign(effect=effect, is_default=effect == "change_usd")


def _bars(moved: pd.DataFrame, picked: alt.Parameter) -> alt.LayerChart:
    models = by_cost(moved["model"], moved["change_usd"].abs(), OTHERS_NAME)
    data = with_places(moved, "model", models)
    base = alt.Chart(data).transform_filter(chosen(picked)).encode(y=named_axis("api_key_name"))
    x = alt.X("sum(change_usd):Q", title="USD").axis(format="$,~r", tickCount=5)
    bars = base.mark_bar().encode(
        x=x,
        color=alt.Color("model:N").scale(domain=models, range=colours(models)),
        order=alt.Order("model_place:Q"),
        tooltip=[
            "api_key_name:N",
            "model:N",
            alt.Tooltip("sum(change_usd):Q", format="$,.2f", title="change_usd"),
        ],
    )
    net = base.mark_text(align="left", dx=6).encode(x="max(right_usd):Q", text="max(net):N")
    room = base.mark_point(opacity=0).encode(x="max(room_usd):Q")
    return alt.LayerChart(layer=[bars, net, room], width=WIDTH, name="by_key")
