"""Charts to click on about changes, unusual days, forecasts and budgets: what they draw is true."""

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from langdock_usage import charts
from langdock_usage.charts.interactive.anomaly_explorer import NOTHING
from langdock_usage.charts.interactive.outlook_explorers import NO_BUDGET
from langdock_usage.errors import InvalidRequest

BRIDGE = pd.DataFrame(
    {
        "org_id": "a",
        "api_key_id": ["1", "1", "2"],
        "api_key_name": ["Search", "Search", "Legal"],
        "model": ["old", "new", "old"],
        "cost_before_usd": [80.0, 0, 20],
        "volume_usd": [10.0, 0, 5],
        "mix_usd": [-60.0, 40, 0],
        "gone_usd": [0.0, 0, 0],
        "cost_after_usd": [30.0, 40, 25],
        "change_usd": [-50.0, 40, 5],
    }
)


def datasets(chart: Any) -> list[list[dict[str, Any]]]:
    return list(chart.to_dict()["datasets"].values())


def rows(chart: Any, *columns: str) -> list[tuple[Any, ...]]:
    """Of the largest data set that has all of these columns."""
    known = [one for one in datasets(chart) if one and set(columns) <= set(one[0])]
    found = max(known, key=len)
    return [tuple(row[name] for name in columns) for row in found]


def without_a_click(chart: Any, *columns: str) -> list[tuple[Any, ...]]:
    return [row[:-1] for row in rows(chart, *columns, "is_default") if row[-1]]


@pytest.mark.parametrize("money", [float, Decimal])
def test_behind_each_effect_are_its_keys_and_models(money: Any) -> None:
    amounts = [str(name) for name in BRIDGE if str(name).endswith("_usd")]
    exact = BRIDGE.astype(dict.fromkeys(amounts, object))
    exact[amounts] = exact[amounts].map(lambda amount: money(str(amount)))
    chart = charts.bridge_explorer(exact)
    drawn = rows(chart, "effect", "api_key_name", "model", "change_usd", "net")
    assert [row for row in drawn if row[0] in ("volume_usd", "mix_usd", "change_usd")] == [
        ("volume_usd", "Legal", "old", 5, "+$5.00"),
        ("volume_usd", "Search", "old", 10, "+$10.00"),
        # the move from one model to the other shows, and the key cost 20 USD less by it
        ("mix_usd", "Search", "new", 40, "\u2212$20.00"),
        ("mix_usd", "Search", "old", -60, "\u2212$20.00"),
        ("change_usd", "Legal", "old", 5, "+$5.00"),
        ("change_usd", "Search", "new", 40, "\u2212$10.00"),
        ("change_usd", "Search", "old", -50, "\u2212$10.00"),
    ]
    assert without_a_click(chart, "heading") == [("change_usd: \u2212$5.00",)]
    assert {row[0] for row in drawn} == {"cost_before_usd", "volume_usd", "mix_usd"} | {
        "cost_after_usd",
        "change_usd",
    }, "an effect of nothing is left out"


def test_keys_that_did_little_are_one() -> None:
    one = BRIDGE.tail(1)
    many = pd.concat(
        [one.assign(api_key_id=f"{n}", api_key_name=f"Key {n}", volume_usd=n) for n in range(1, 31)]
    )
    drawn = rows(charts.bridge_explorer(many), "effect", "api_key_name", "change_usd")
    of_volume = {name: usd for effect, name, usd in drawn if effect == "volume_usd"}
    assert len(of_volume) == 11
    assert of_volume["all others"] == sum(range(1, 21))
    assert sum(of_volume.values()) == sum(range(1, 31))


DAYS_OF_IT = "2026-10-08 to 2026-10-09"
CAUSE = "$650.00 instead of $20.00 (+$630.00), because of prompt size"
DAYS = pd.date_range("2026-10-01", periods=10)
DAILY = pd.DataFrame(
    {
        "day": [*DAYS, *DAYS],
        "org_id": "a",
        "api_key_id": ["1"] * 10 + ["2"] * 10,
        "api_key_name": ["Search"] * 10 + ["Batch"] * 10,
        "model": "gpt-5",
        "total_cost_usd": [100.0] * 10 + [10.0] * 7 + [300.0, 350.0, 10.0],
    }
)
SPIKE: dict[str, Any] = {
    "first_day": DAYS[7],
    "last_day": DAYS[8],
    "org_id": "a",
    "team": None,
    "api_key_id": "2",
    "api_key_name": "Batch",
    "model": "gpt-5",
    "kind": "spike",
    "cost_usd": 650.0,
    "expected_usd": 20.0,
    "excess_usd": 630.0,
    "cause": "prompt_size",
    "is_expected": False,
    "expected_note": None,
}
WIDE: dict[str, Any] = {
    "team": "Sales",
    "api_key_id": None,
    "api_key_name": None,
    "model": None,
    "cause": None,
}
DROP = SPIKE | WIDE
DROP |= {"kind": "drop", "cost_usd": 50.0, "expected_usd": 200.0, "excess_usd": -150.0}


def test_the_days_of_the_key_and_model_explain_an_event() -> None:
    chart = charts.anomaly_explorer(DAILY, pd.DataFrame([DROP, SPIKE]))
    told = rows(chart, "event", "heading", "text", "is_default")
    assert told == [
        (0, "Sales", f"drop, {DAYS_OF_IT}: $50.00 instead of $200.00 (\u2212$150.00)", False),
        (1, "Batch \u00b7 gpt-5", f"spike, {DAYS_OF_IT}: {CAUSE}", True),  # it has the most money
    ]
    series = rows(chart, "event", "total_cost_usd", "is_event")
    assert [row[1:] for row in series if row[0] == 1] == [
        *[(10, False)] * 7,
        (300, True),
        (350, True),
        (10, False),
    ]
    assert [row[1] for row in series if row[0] == 0] == [110] * 7 + [400, 450, 110], "all keys"
    # 20 USD over two days
    assert (1, 10) in rows(chart, "event", "expected_usd_per_day")
    marks = rows(chart, "middle", "total_cost_usd", "kind")
    assert len({row[1] for row in marks}) == 2, "no mark hides the other"


def test_a_planned_event_says_so_and_no_event_as_well() -> None:
    planned = SPIKE | {"is_expected": True, "expected_note": "Migration"}
    [(text,)] = rows(charts.anomaly_explorer(DAILY, pd.DataFrame([planned])), "text")
    assert text.endswith("because of prompt size; planned: Migration")
    quiet = charts.anomaly_explorer(DAILY, pd.DataFrame([SPIKE]).head(0))
    assert rows(quiet, "heading") == [(NOTHING["heading"],)]


def fan(known: int, width: float) -> pd.DataFrame:
    """A month that costs 10 USD a day; of the days to come, the band grows by the width a day."""
    days = pd.DataFrame({"day": pd.date_range("2026-11-01", periods=30), "org_id": "a"})
    days["expected_running_usd"] = [10.0 * n for n in range(1, 31)]
    days["running_usd"] = days["expected_running_usd"].where(days.index < known)
    ahead = [max(0, n - known) * width for n in range(1, 31)]
    days["low_running_usd"] = days["expected_running_usd"] - ahead
    days["high_running_usd"] = days["expected_running_usd"] + ahead
    return days.assign(running_before_usd=days["expected_running_usd"] - 1)


def test_each_level_has_its_band_from_the_last_known_day_on() -> None:
    chart = charts.forecast_explorer({0.95: fan(20, 2), 0.5: fan(20, 1)})
    drawn = rows(chart, "level", "day_of_month", "low_running_usd", "high_running_usd")
    # ten days to come: 300 USD are expected, and 10 or 20 more or less
    wide, narrow = "95%: $280.00 to $320.00", "50%: $290.00 to $310.00"
    assert drawn[0] == (narrow, 20, 200, 200)
    assert [row for row in drawn if row[1] == 30] == [(narrow, 30, 290, 310), (wide, 30, 280, 320)]
    assert len(drawn) == 22


def test_no_band_where_the_month_is_over_or_too_little_is_known() -> None:
    over, unsure = fan(30, 1), fan(20, 1)
    unsure[["low_running_usd", "high_running_usd"]] = float("nan")
    for days in (over, unsure):
        chart = charts.forecast_explorer({0.5: days, 0.8: days})
        assert not any("level" in row for data in datasets(chart) for row in data)
    with pytest.raises(InvalidRequest, match=r"0\.8: usage\.forecast_days"):
        charts.forecast_explorer({})


def budgets_and_days() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Half of the workspace's budget is used, and the one of Sales is overspent."""
    budgets = pd.DataFrame(
        {
            "org_id": "a",
            "scope": ["workspace", "team"],
            "name": [None, "Sales"],
            "budget_usd": [400.0, 100.0],
            "cost_usd": [200.0, 200.0],
            "used_ratio": [0.5, 2.0],
            "expected_usd": 300.0,
            "low_usd": 290.0,
            "high_usd": 310.0,
            "state": ["under", "over"],
        }
    )
    stated = budgets[["scope", "name", "budget_usd"]].to_dict("records")
    days = pd.concat(
        [fan(20, 1).assign(**{str(name): one[name] for name in one}) for one in stated]
    )
    return budgets, days


def test_each_budget_has_its_running_total() -> None:
    budgets, days = budgets_and_days()
    chart = charts.budget_explorer(budgets, days)
    assert without_a_click(chart, "budget", "day")[0] == ("workspace", "2026-11-01T00:00:00")
    drawn = rows(chart, "budget", "day_of_month", "running_usd", "expected_running_usd")
    assert ("Sales (team)", 20, 200, 200) in drawn
    assert ("Sales (team)", 21, None, 210) in drawn
    nothing = charts.budget_explorer(budgets.head(0), days.head(0))
    assert (NO_BUDGET, True) in rows(nothing, "budget", "is_default")
