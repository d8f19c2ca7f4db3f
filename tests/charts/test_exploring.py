"""Charts to explore with: the whole stays whole, and no browser is asked for too much."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage import charts
from langdock_usage.charts.drawing import chart_data
from langdock_usage.errors import InvalidRequest
from langdock_usage.metrics.usage import Usage
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.data.example_data import NASTY_NAMES

Drawn = Callable[[Usage, bool], Any]

CHARTS: dict[str, Drawn] = {
    "cost_explorer": lambda usage, exact: charts.cost_explorer(usage.daily_cost(exact=exact)),
    "cost_over_months": lambda usage, exact: charts.cost_over_months(
        usage.monthly_cost(by="team", exact=exact)
    ),
    "changes": lambda usage, exact: charts.changes(
        usage.compare("2026-09", "2026-10", exact=exact)
        if usage.months()
        else pd.DataFrame(columns=["model", "cost_before_usd", "cost_after_usd", "change_usd"])
    ),
    "key_story": lambda usage, exact: charts.key_story(
        usage.key_story(usage.keys()["api_key_id"].iloc[0] if usage.months() else [], exact=exact)
    ),
    "cache_use": lambda usage, exact: charts.cache_use(usage.cache_efficiency(exact=exact)),
}


@pytest.fixture(scope="module")
def tiny(tiny_database: Path) -> Usage:
    return lu.open(tiny_database)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Usage:
    database = tmp_path_factory.mktemp("empty") / "empty.duckdb"
    with DatabaseBuilder(database):
        pass
    return lu.open(database)


@pytest.fixture(scope="module")
def nasty(two_months_database: Path) -> Usage:
    return lu.open(two_months_database)


def rows(chart: Any) -> list[dict[str, Any]]:
    return [row for data in chart.to_dict().get("datasets", {}).values() for row in data]


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("exact", [False, True])
def test_charts_are_valid_whatever_the_database_holds(
    name: str, exact: bool, tiny: Usage, empty: Usage, nasty: Usage
) -> None:
    for usage in (tiny, empty, nasty):
        spec = CHARTS[name](usage, exact).to_dict()  # Altair validates it against the schema
        assert spec["config"]["font"], "our look is part of it"


@pytest.mark.parametrize("name", CHARTS)
def test_charts_can_be_changed_further(name: str, tiny: Usage) -> None:
    chart = CHARTS[name](tiny, False)
    assert chart.properties(title="Mine").to_dict()["title"] == "Mine"
    assert alt.vconcat(chart, alt.Chart(pd.DataFrame({"a": [1]})).mark_point()).to_dict()
    if not isinstance(chart, alt.VConcatChart):
        assert alt.layer(chart, alt.Chart().mark_rule().encode(y=alt.datum(5))).to_dict()


def test_drawing_together_keeps_the_total(year: Path) -> None:
    usage = lu.open(year)
    total = float(usage.cost_per_key()["total_cost_usd"].sum())
    drawn = rows(charts.cost_explorer(usage.daily_cost()))
    assert len(drawn) <= chart_data.MAX_ROWS
    assert sum(row["total_cost_usd"] for row in drawn) == pytest.approx(total, rel=1e-12)
    compared = usage.compare("2026-08", "2026-10")
    few = rows(charts.changes(compared, top=3))
    assert len(few) == 4
    assert few[-1]["api_key_name"] == "all others" or "all others" in {
        row["api_key_name"] for row in few
    }
    assert sum(row["change_usd"] for row in few) == pytest.approx(compared["change_usd"].sum())


def test_days_too_many_become_weeks_then_months(monkeypatch: pytest.MonkeyPatch) -> None:
    first = date(2025, 12, 1)  # a Monday
    daily = pd.DataFrame(
        {
            "day": pd.Series([first + timedelta(n) for n in range(364)], dtype="datetime64[us]"),
            "api_key_id": "k",
            "api_key_name": "K",
            "model": "m",
            "total_cost_usd": [Decimal("0.5")] * 364,
        }
    )
    for limit, bars, length in ((364, 364, 1), (363, 52, 7), (51, 12, 31)):
        monkeypatch.setattr(chart_data, "MAX_ROWS", limit)
        data = chart_data.by_day_key_and_model(daily)
        assert len(data) == bars
        assert data["total_cost_usd"].sum() == 182
        assert (data["day_after"] - data["day"]).dt.days.iloc[0] == length
    monkeypatch.setattr(chart_data, "MAX_ROWS", 11)
    with pytest.raises(InvalidRequest, match=r"12 rows stops the browser.*a shorter period, fewer"):
        charts.cost_explorer(daily)


def test_what_is_too_much_for_one_chart_is_refused(year: Path, tiny: Usage) -> None:
    with pytest.raises(InvalidRequest, match=r"of one month; charts\.cost_explorer draws longer"):
        charts.cost_per_day(lu.open(year).daily_cost())
    many = pd.concat([tiny.cost_per_key().head(1)] * 301, ignore_index=True)
    many["api_key_id"] = many["api_key_name"] = [f"key_{n}" for n in range(301)]
    with pytest.raises(InvalidRequest, match=r"301 names is more than.*frame\.head\(30\)"):
        charts.cost_per_key(many, top=301)


def test_charts_of_the_report_take_empty_frames(empty: Usage) -> None:
    charts.cost_per_day(empty.daily_cost()).to_dict()
    charts.cost_per_key(empty.cost_per_key()).to_dict()
    charts.cost_against_cache(empty.cost_per_key()).to_dict()


def test_charts_of_the_report_can_be_layered(tiny: Usage) -> None:
    line = alt.Chart().mark_rule().encode(x=alt.datum(5))
    chart = charts.cost_per_key(tiny.cost_per_key()) + line
    assert chart.to_dict()["config"]["font"]


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_renamed_key_is_one_key_and_two_of_one_name_are_two(tiny: Usage, nasty: Usage) -> None:
    drawn = rows(charts.cost_explorer(tiny.daily_cost()))
    assert {row["api_key_name"] for row in drawn} == {"Search", "Helpdesk"}
    twins = nasty.daily_cost("2026-10-05").assign(api_key_name="Same")
    names = {row["api_key_name"] for row in rows(charts.cost_explorer(twins))}
    assert names == {f"Same (key-{n})" for n in range(len(NASTY_NAMES))}


def test_wrong_frame_is_answered_with_what_is_missing(tiny: Usage) -> None:
    with pytest.raises(InvalidRequest, match=r"needs a frame with the column day; it has org_id,"):
        charts.cost_explorer(tiny.cost_per_key())
    with pytest.raises(InvalidRequest, match=r"one of the columns api_key_id, chain_id, model"):
        charts.changes(pd.DataFrame({"cost_before_usd": [1], "cost_after_usd": [1],
                                     "change_usd": [0]}))  # fmt: skip


def test_unknown_days_of_a_story_are_not_zero(tmp_path: Path) -> None:
    with DatabaseBuilder(tmp_path / "test.duckdb") as builder:
        builder.add(days("2026-10-01"), {})
        builder.add(days("2026-10-03"), {})
    chart = charts.key_story(lu.open(tmp_path / "test.duckdb").key_story("key_1"))
    assert [row["requests"] for row in rows(chart)] == [10, None, 10]
