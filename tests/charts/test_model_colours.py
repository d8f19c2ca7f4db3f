"""A model keeps its colour from month to month, whatever it and the others cost."""

from collections.abc import Mapping

import pandas as pd

from langdock_usage.charts.drawing.model_colours import model_colours
from langdock_usage.charts.drawing.style import PALETTE


def monthly(*costs: Mapping[str, float]) -> pd.DataFrame:
    """What each model cost in January 2026, February, …"""
    rows = [
        {"month": pd.Timestamp(2026, 1, 1) + pd.DateOffset(months=n), "model": model}
        | {"total_cost_usd": cost}
        for n, month in enumerate(costs)
        for model, cost in month.items()
    ]
    return pd.DataFrame(rows)


def test_a_new_model_that_costs_most_changes_no_colour() -> None:
    september = {"gpt": 9, "opus": 5, "flash": 1}
    october = {"new": 90, "gpt": 1, "opus": 5, "flash": 7}
    before, after = model_colours(monthly(september)), model_colours(monthly(september, october))
    assert before == dict(zip(["gpt", "opus", "flash"], PALETTE, strict=False))
    assert after == before | {"new": PALETTE[3]}


def test_the_costliest_have_colours_of_their_own_and_give_them_back() -> None:
    seven = {f"m{n}": 100.0 - n for n in range(7)}
    first, second = model_colours(monthly(seven)), model_colours(monthly(seven, {"m7": 94.5}))
    assert len(set(second.values())) == 7
    assert second == {name: first[name] for name in seven if name != "m6"} | {"m7": first["m6"]}
    # m6 costs 95 again: m7 goes, and the colour is that of m6 as before
    third = model_colours(monthly(seven, {"m7": 94.5}, {"m6": 95.0}))
    assert third == first


def test_what_was_costly_more_than_a_year_ago_needs_no_colour() -> None:
    little = [{"small": 1.0}] * 12
    assert set(model_colours(monthly({"large": 50.0}, *little))) == {"large", "small"}
    assert set(model_colours(monthly({"large": 50.0}, *little, {"small": 1.0}))) == {"small"}


def test_usage_without_a_model_has_a_colour_too() -> None:
    frame = monthly({"gpt": 3.0, "none": 9.0})
    frame["model"] = frame["model"].mask(frame["model"] == "none")
    assert model_colours(frame) == {None: PALETTE[0], "gpt": PALETTE[1]}
