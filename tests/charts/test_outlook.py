"""The outlook of a month as a chart: solid, hatched, outlined, and in words."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from langdock_usage import charts
from langdock_usage.errors import InvalidRequest

DAYS = pd.DataFrame(
    {
        "day": pd.date_range("2026-11-01", periods=30),
        "org_id": "org-1",
        "running_usd": [10.0 * n if n <= 12 else np.nan for n in range(1, 31)],
        "expected_running_usd": [10.0 * n for n in range(1, 31)],
        "low_running_usd": [10.0 * n - max(0, n - 12) for n in range(1, 31)],
        "high_running_usd": [10.0 * n + max(0, n - 12) for n in range(1, 31)],
        "running_before_usd": [9.0 * n for n in range(1, 31)],
    }
)
BUDGETS = pd.DataFrame(
    {
        "org_id": "org-1",
        "scope": ["workspace", "team", "key"],
        "name": [None, "Support", "Support"],
        "budget_usd": [100.0, 50.0, 0.0],
        "cost_usd": [60.0, 55.0, 0.0],
        "expected_usd": [120.0, 80.0, 0.0],
        "state": ["at risk", "over", "under"],
    }
)


def drawn(chart: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """The kinds of marks, and every row of data."""
    spec = json.loads(chart.to_json())
    rows = [row for data in spec["datasets"].values() for row in data]
    return [layer["mark"]["type"] for layer in spec["layer"]], rows


def texts(rows: list[dict[str, Any]]) -> set[str]:
    return {row["text"] for row in rows if "text" in row}


def test_forecast_draws_what_was_what_comes_and_the_budget() -> None:
    marks, rows = drawn(charts.forecast(DAYS, 250))
    assert marks.count("line") == 3 and marks.count("area") == 1
    assert texts(rows) == {
        "running_usd $120.00",
        "expected_running_usd $300.00",
        "running_before_usd $270.00",
        "budget_usd $250.00",
    }


def test_a_month_that_is_over_has_no_fan() -> None:
    over = DAYS.assign(running_usd=DAYS["expected_running_usd"])
    marks, rows = drawn(charts.forecast(over))
    assert "area" not in marks
    assert texts(rows) == {"month $300.00", "running_before_usd $270.00"}


def test_without_a_band_or_a_month_before_there_is_a_line() -> None:
    nothing = {f"{name}_running_usd": np.nan for name in ("low", "high")}
    marks, rows = drawn(charts.forecast(DAYS.assign(**nothing, running_before_usd=np.nan)))
    assert "area" not in marks
    assert texts(rows) == {"running_usd $120.00", "expected_running_usd $300.00"}


def test_budgets_are_told_apart_and_say_their_state_in_words() -> None:
    marks, rows = drawn(charts.budgets(BUDGETS))
    assert marks == ["bar", "bar", "bar", "text"]
    assert {row["budget"]: row["state"] for row in rows} == {
        "workspace": "\u25b2 at risk",
        "Support (team)": "\u25a0 over",
        "Support (key)": "under",
    }
    assert len(drawn(charts.budgets(BUDGETS.head(0)))[1]) == 0


def test_one_workspace_is_drawn() -> None:
    with pytest.raises(InvalidRequest, match="one workspace"):
        charts.forecast(pd.concat([DAYS, DAYS.assign(org_id="org-2")]))
    with pytest.raises(InvalidRequest, match="one workspace"):
        charts.budgets(pd.concat([BUDGETS, BUDGETS.assign(org_id="org-2")]))
