"""The Python interface: what each question answers, and in which types."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage.errors import InvalidRequest
from langdock_usage.metrics.usage import Usage
from langdock_usage.raw.exports import COLUMNS
from tests.support.data.databases import DatabaseBuilder, days

Question = Callable[[Usage], pd.DataFrame]
QUESTIONS: dict[str, Question] = {
    "cost_per_key": lambda usage: usage.cost_per_key(),
    "cost_per_model": lambda usage: usage.cost_per_model(),
    "cost_per_key_and_model": lambda usage: usage.cost_per_key_and_model(),
    "daily_cost": lambda usage: usage.daily_cost(),
    "monthly_cost by key": lambda usage: usage.monthly_cost(by="key"),
    "monthly_cost by model": lambda usage: usage.monthly_cost(by="model"),
    "cache_efficiency by key": lambda usage: usage.cache_efficiency(by="key"),
    "cache_efficiency by model": lambda usage: usage.cache_efficiency(by="model"),
    "cost_per_team": lambda usage: usage.cost_per_team(),
    "cost_per_cost_center": lambda usage: usage.cost_per_cost_center(),
    "monthly_cost by team": lambda usage: usage.monthly_cost(by="team"),
    "unowned_keys": lambda usage: usage.unowned_keys(),
    "keys": lambda usage: usage.keys(),
}
SUMMED = ("cost_per_key", "cost_per_model", "daily_cost", "monthly_cost", "keys")
DTYPES = {
    **dict.fromkeys(("day", "month", "first_day", "last_day"), "datetime64[us]"),
    **dict.fromkeys(("org_id", "api_key_id", "api_key_name", "model", "chain_id"), "str"),
    **dict.fromkeys(("team", "cost_center", "owner"), "str"),
    **dict.fromkeys(("total_cost_usd", "cost_per_request_usd", "cache_hit_ratio"), "float64"),
    **dict.fromkeys(("cost_per_million_tokens_usd",), "float64"),
    **dict.fromkeys(("days_known", "days_in_month"), "Int64"),
    **dict.fromkeys(("requests", "model_count", "key_count", "input_tokens"), "Int64"),
    **dict.fromkeys((column for column in COLUMNS if "tokens" in column), "Int64"),
    "former_names": "object",
}


@pytest.fixture(scope="module")
def tiny(tiny_database: Path) -> Usage:
    return lu.open(tiny_database)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Usage:
    database = tmp_path_factory.mktemp("empty") / "test.duckdb"
    with DatabaseBuilder(database):
        pass
    return lu.open(database)


@pytest.fixture(scope="module")
def usage(year: Path) -> Usage:
    return lu.open(year)


def dtypes_of(frame: pd.DataFrame) -> dict[str, str]:
    return {str(column): str(dtype) for column, dtype in frame.dtypes.items()}


@pytest.mark.parametrize("question", QUESTIONS)
def test_types_are_those_documented_with_and_without_rows(
    question: str, usage: Usage, empty: Usage
) -> None:
    for asked, is_empty in ((usage, False), (empty, True)):
        frame = QUESTIONS[question](asked)
        assert frame.empty == is_empty
        assert dtypes_of(frame) == {str(column): DTYPES[str(column)] for column in frame.columns}


def test_missing_tokens_stay_missing(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-05"), {}, columns=[c for c in COLUMNS if "tokens" not in c])
    [row] = lu.open(database).cost_per_key_and_model().to_dict("records")
    assert row["requests"] == 10
    assert pd.isna(row["input_tokens"])
    assert pd.isna(row["cache_hit_ratio"])


def test_whole_numbers_are_not_rounded(database: Path) -> None:
    """Beyond 2**53 a float would swallow the last digit, as pandas does with missing values."""
    with DatabaseBuilder(database) as builder:
        rows = [{"api_key_id": f"k{n}", "sum_prompt_tokens": "999999999999999"} for n in range(11)]
        builder.add(days("2026-10-05"), *rows, {"sum_prompt_tokens": ""})
    summed = lu.open(database).sql(
        "select sum(sum_prompt_tokens) as tokens, null::bigint as none from usage"
    )
    assert summed["tokens"][0] == 10999999999999989


@pytest.mark.parametrize("cost", ["0.3", "4157.4", "0.000123", "98765.432109876543"])
def test_money_as_float_is_the_nearest_one(database: Path, cost: str) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-05"), {"total_cost_usd": cost})
    asked = lu.open(database)
    assert asked.cost_per_key()["total_cost_usd"][0] == float(cost)
    exact = asked.cost_per_key(exact=True)["total_cost_usd"][0]
    assert exact == Decimal(cost)
    assert str(exact) == cost


def test_exact_sums_over_many_rows_agree_with_the_exports(year: Path, usage: Usage) -> None:
    """Added up by Python, row by row of what was taken in, not by the views."""
    with duckdb.connect(str(year), read_only=True) as connection:
        rows = connection.execute(
            "select total_cost_usd from export_rows join exports using (export_id) "
            "where exports.window_start = exports.window_end and superseded_by is null"
        ).fetchall()
    total = sum((cost for (cost,) in rows), Decimal(0))
    for question in SUMMED:
        frame = getattr(usage, question)(exact=True)
        assert sum(frame["total_cost_usd"], Decimal(0)) == total, question


@pytest.mark.parametrize("question", ["cost_per_key", "daily_cost", "keys", "monthly_cost"])
def test_the_same_question_has_the_same_answer_in_the_same_order(
    usage: Usage, question: str
) -> None:
    first, second = (getattr(usage, question)("2026-10") for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_rows_of_the_same_cost_come_by_id(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        rows = [{"api_key_id": f"key_{letter}"} for letter in "cabed"]
        builder.add(days("2026-10-05"), *rows)
    assert list(lu.open(database).cost_per_key()["api_key_id"]) == [
        f"key_{letter}" for letter in "abcde"
    ]


def test_month_that_cannot_be_is_answered_with_the_months_there_are(usage: Usage) -> None:
    with pytest.raises(InvalidRequest) as caught:
        usage.cost_per_key("2025-13")
    assert str(caught.value) == (
        "'2025-13' is not a month; write it as YYYY-MM, like 2026-10; "
        "months available: 2025-11 to 2026-11; did you mean 2025-12?"
    )


def test_a_month_without_usage_is_an_answer(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-09-30"), {})
        builder.add(days("2026-10-01"), org_id="org_a")
    assert lu.open(database).cost_per_key("2026-10-01").empty


def test_story_tells_days_without_usage_from_days_never_fetched(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-01"), {"requests": "3"})
        builder.add(days("2026-10-02"), {"api_key_id": "key_2"})
        builder.add(days("2026-10-04"), {"requests": "5", "sum_prompt_tokens": ""})
        builder.add(days("2026-10-05"), {"api_key_id": "key_2"})
    story = lu.open(database).key_story("key_1")
    assert [str(day.date()) for day in story["first_day"]] == [
        f"2026-10-0{day}" for day in (1, 2, 3, 4)
    ]
    assert list(story["requests"].fillna(-1)) == [3, 0, -1, 5]
    assert list(story["input_tokens"].fillna(-1)) == [100, 0, -1, -1]
    assert list(story["total_cost_usd"].fillna(-1)) == [1.5, 0, -1, 1.5]


def test_story_of_a_period_and_a_model(tiny: Usage) -> None:
    assert list(tiny.key_story("Search", "2026-10")["requests"]) == [15, 20]
    assert list(tiny.key_story("Search", model="mistral*")["requests"]) == [5]
    assert tiny.key_story("Search", team="unassigned").empty


def test_queries_cannot_touch_any_file(tiny: Usage, tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    before = tiny.path.read_bytes()
    for query in (
        "delete from exports",
        "drop view usage",
        "create table t as select 1",
        f"copy usage to '{target}'",
        f"attach '{tmp_path / 'other.duckdb'}'",
        f"export database '{tmp_path / 'all'}'",
        "from read_text('/etc/hostname')",
        "set enable_external_access = true",
        f"copy (select 1) to '{tiny.path}'",
    ):
        with pytest.raises((duckdb.Error, InvalidRequest)):
            tiny.sql(query)
    assert tiny.path.read_bytes() == before
    assert list(tmp_path.iterdir()) == []


def test_file_that_a_query_wants_is_answered_with_help(tiny: Usage) -> None:
    with pytest.raises(InvalidRequest, match=r"with pandas and name it in `frames`"):
        tiny.sql("from read_csv('budget.csv')")


def test_values_of_a_query_are_parameters(tiny: Usage) -> None:
    hostile = "x' or '1'='1"
    assert tiny.sql("select * from usage where model = $model", {"model": hostile}).empty
    with pytest.raises(InvalidRequest):
        tiny.cost_per_key(model=hostile)


def test_columns_of_any_query_keep_their_values(tiny: Usage) -> None:
    frame = tiny.sql(
        "select 1 as a, 2 as a, 1e400::varchar as big, 170141183460469231731687303715884105727 as "
        "huge, [1, 2] as list, true as yes, null as nothing, now() as at, time '12:00' as noon"
    )
    assert list(frame.columns) == ["a", "a", "big", "huge", "list", "yes", "nothing", "at", "noon"]
    assert frame["huge"][0] == 2**127 - 1
    assert str(frame["at"].dtype) == "datetime64[us, UTC]"
    assert tiny.sql("select 1 where false").shape == (0, 1)


def test_every_column_of_every_view_is_described(tiny: Usage) -> None:
    described = tiny.describe()
    assert set(lu.sql.VIEWS) | {"exports", "export_rows"} <= set(described["view_name"])
    missing = described[described["comment"].isna()]
    assert list(missing["view_name"] + "." + missing["column_name"]) == []
