"""The waterfall of a bridge: what it draws adds up, and says who moved."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from langdock_usage import charts
from langdock_usage.charts.drawing.style import Style
from langdock_usage.charts.waterfall import COLOURS
from langdock_usage.errors import InvalidRequest
from langdock_usage.report.language import Language
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.page.alt_text import AltText

D = Decimal
BRIDGE = pd.DataFrame(
    {
        "cost_before_usd": [D("100.004")],
        "volume_usd": [D("20.004")],
        "calendar_usd": [D(0)],
        "mix_usd": [D("-5.003")],
        "caching_usd": [D("-10.001")],
        "cost_after_usd": [D("105.004")],
        "change_usd": [D("5")],
        "discount_usd": [D("7")],
    }
)
KEYS = pd.DataFrame(
    {
        "api_key_id": list("abcde"),
        "api_key_name": ["Search", "Helpdesk", "Search", "Legal", "Sales"],
        "volume_usd": [1, -2, 16, 5.004, 0.003],
        "mix_usd": [0, 0, -5.003, 0, 0],
        "caching_usd": [-10.001, 0, 0, 0, 0],
    }
)


def drawn(chart: Any) -> list[dict[str, Any]]:
    [rows] = chart.to_dict()["datasets"].values()
    return list(rows)


def test_steps_lead_from_one_cost_to_the_other() -> None:
    rows = drawn(charts.waterfall(BRIDGE))
    steps = [(row["effect"], row["kind"], row["to_usd"], row["amount"]) for row in rows]
    # by themselves 20.00, -5.00 and -10.00; rounded down 20.00, -5.01 and -10.01, and of the two
    # cents that are missing to 5.00, the largest remainders (0.009 and 0.007) get one each
    assert steps == [
        ("cost_before_usd", "before", 100, "$100.00"),
        ("volume_usd", "more", 120, "\u25b2 +$20.00"),
        ("mix_usd", "less", 115, "\u25bc \u2212$5.00"),
        ("caching_usd", "less", 105, "\u25bc \u2212$10.00"),
        ("cost_after_usd", "after", 105, "$105.00"),
    ]
    for row, following in pairwise(rows[:-1]):
        assert following["from_usd"] == row["to_usd"]
    assert len(set(COLOURS.values())) == 4


def test_the_three_that_moved_most_are_named() -> None:
    rows = drawn(charts.waterfall(BRIDGE, KEYS))
    assert {row["effect"]: row["moved"] for row in rows} == {
        "cost_before_usd": "",
        "volume_usd": "Search (c) +$16.00 · Legal +$5.00 · Helpdesk \u2212$2.00",
        "mix_usd": "Search (c) \u2212$5.00",
        "caching_usd": "Search (a) \u2212$10.00",
        "cost_after_usd": "",
    }
    assert [rows[1][f"moved_{n}"] for n in (1, 2, 3)] == rows[1]["moved"].split(" · ")


@pytest.mark.parametrize(("rest", "is_cut"), [(0, False), (1000, True)])
def test_costs_are_cut_where_steps_would_be_too_small(rest: int, is_cut: bool) -> None:
    both = ["cost_before_usd", "cost_after_usd"]
    spec = charts.waterfall(BRIDGE.assign(**{name: BRIDGE[name] + rest - 80 for name in both}))
    marks = [layer["mark"] for layer in spec.to_dict()["layer"]]
    assert any(mark.get("text") == "//" for mark in marks) == is_cut


def test_nothing_moved_and_nothing_was_used() -> None:
    nothing = BRIDGE.map(lambda _: D(0))
    assert [row["amount"] for row in drawn(charts.waterfall(nothing))] == ["$0.00", "$0.00"]


def test_it_takes_one_row() -> None:
    with pytest.raises(InvalidRequest, match="by=None"):
        charts.waterfall(pd.concat([BRIDGE, BRIDGE]))
    with pytest.raises(InvalidRequest, match="cost_before_usd"):
        charts.waterfall(KEYS)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "from $100.00 to $105.00. The largest effects: volume_usd \u25b2 +$20.00, caching_usd",
        ),
        (
            "de",
            "von $100.00 zu $105.00. Die größten Effekte: volume_usd \u25b2 +$20.00, caching_usd",
        ),
    ],
)
def test_it_says_what_it_shows(language: Any, text: str) -> None:
    alt_text = AltText(Formatter(Language(language), D(100), []))
    chart = charts.waterfall(BRIDGE, style=Style(alt_text=alt_text))
    assert text in chart.to_dict()["description"]
