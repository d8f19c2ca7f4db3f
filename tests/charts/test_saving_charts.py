"""What charts of savings draw: amounts on an axis that is true to them, and losses in words."""

import json
from typing import Any

import pandas as pd
import pytest

from langdock_usage import charts
from langdock_usage.charts.break_even import break_even_ratios

SAVINGS = pd.DataFrame(
    {
        "api_key_id": ["a", "b", "c", "d"],
        "api_key_name": ["Great", "Loses", "Unsure", "Nothing cached"],
        "total_cost_usd": [900.0, 800.0, 700.0, 600.0],
        "saving_low_usd": [10_000.0, -550.0, -3.0, 0.0],
        "saving_high_usd": [20_000.0, -140.0, 4.0, 0.0],
        "saving_inferred_usd": [None, -200.0, None, None],
    }
)


def layers_of(chart: Any) -> list[dict[str, Any]]:
    spec = json.loads(chart.to_json())
    layers = []
    for layer in spec["layer"]:
        data = layer.get("data", spec.get("data", {}))
        layers.append(layer | {"rows": spec["datasets"][data["name"]]})
    return layers


def texts_of(chart: Any, field: str) -> list[str]:
    """What stands in the text marks that show this field."""
    return [
        row[field]
        for layer in layers_of(chart)
        if layer["mark"]["type"] == "text" and layer["encoding"]["text"]["field"] == field
        for row in layer["rows"]
    ]


def test_amounts_lie_on_a_linear_axis_and_losses_are_written_out() -> None:
    layers = layers_of(charts.cache_savings(SAVINGS))
    scales = [layer["encoding"]["x"].get("scale", {}) for layer in layers]
    assert {scale.get("type", "linear") for scale in scales} == {"linear"}
    assert scales[0]["domain"] == [-550, 20_000]
    rows = {row["api_key_name"]: row for row in layers[1]["rows"]}
    assert list(rows) == ["Great", "Unsure", "Loses"]
    assert [row["is_loss"] for row in rows.values()] == [False, False, True]
    [losses] = [layer for layer in layers if layer["mark"]["type"] == "text"]
    assert losses["transform"] == [{"filter": "(datum.saving_low_usd < 0)"}]
    assert rows["Loses"]["range_label"] == "$-550.00 to $-140.00"
    assert rows["Loses"]["right_end"] == 0


def test_where_all_is_lost_the_amounts_have_room_above_zero() -> None:
    [zero, *_] = layers_of(charts.cache_savings(SAVINGS[1:2]))
    assert zero["encoding"]["x"]["scale"]["domain"] == [-550, pytest.approx(385)]


def test_over_time_what_is_surely_a_loss_is_one_and_the_rest_is_pale() -> None:
    months = [SAVINGS.assign(month=pd.Timestamp(f"2026-{n:02}-01")) for n in (9, 10)]
    cells, *_ = layers_of(charts.cache_savings_over_time(pd.concat(months)))
    october = {row["api_key_name"]: row for row in cells["rows"] if row["month"] == "2026-10"}
    assert list(october) == ["Great", "Loses", "Unsure"]
    # the inferred amount, else the least
    assert [row["saving_usd"] for row in october.values()] == [10_000, -200, -3]
    assert [row["is_loss"] for row in october.values()] == [False, True, False]
    assert [row["strength"] for row in october.values()] == [1, pytest.approx(0.02**0.5), 0]


def test_the_break_even_of_a_model_is_a_ratio_from_which_on_caching_always_pays() -> None:
    # input 1, read 0.1, write 1.25 or 2: 0.25 / 0.9 and 1 / 0.9 reads per write
    models = pd.DataFrame(
        {
            "model": ["writes", "one more", "cannot lose", "cannot cache"],
            "total_cost_usd": [4.0, 3.0, 2.0, 1.0],
            "break_even_low": [0.25 / 0.9, 0.25 / 1.9, 0.0, None],
            "break_even_high": [1 / 0.9, 1 / 1.9, 0.0, None],
        }
    )
    ratios = break_even_ratios(models).set_index("model")
    assert list(ratios.index) == ["writes", "one more"]
    # if x is read and all else is written, it costs x * 0.1 + (1 - x) * 1.25 = 1 at x = 0.25 / 1.15
    assert ratios.loc["writes", "least"] == pytest.approx(0.25 / 1.15)
    assert ratios.loc["writes", "most"] == pytest.approx(1 / 1.9)

    keys = SAVINGS.assign(cache_hit_ratio=[0.1, 0.2, 0.3, 0.4])
    chart = charts.cost_against_cache(keys, models=models)
    # 0.25 / 2.15 and 1 / 2.9; each line has its name, and the kinds have other dashes
    assert texts_of(chart, "text")[:4] == [
        "12.0% one more",
        "22.0% writes",
        "34.0% one more",
        "53.0% writes",
    ]
    dashes = [
        layer["mark"]["strokeDash"] for layer in layers_of(chart) if layer["mark"]["type"] == "rule"
    ]
    assert dashes == [[6, 4]] * 2 + [[1, 3]] * 2
    reads = pd.Series([0.25, 0.27, 0.0, None])
    close = models.assign(break_even_low=reads, break_even_high=reads)
    chart = charts.cost_against_cache(keys, models=close)
    assert texts_of(chart, "text")[0] == "20.0%\u201321.0% writes +1"


def test_without_savings_charts_are_empty() -> None:
    assert layers_of(charts.cache_savings(SAVINGS[3:]))[1]["rows"] == []
    assert layers_of(charts.cache_savings(SAVINGS[:0]))[1]["rows"] == []
