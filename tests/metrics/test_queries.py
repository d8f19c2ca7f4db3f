"""The Python interface: what each question answers, in which types, and how it helps."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import duckdb
import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage.errors import IncompletePeriod, InvalidRequest, LeftOut, NoData, StoreError
from langdock_usage.metrics.usage import Usage
from langdock_usage.raw.exports import COLUMNS
from langdock_usage.report.monthly.open_month import open_month
from langdock_usage.store.writing.store import Store
from tests.support.databases import DatabaseBuilder, days
from tests.support.example_data import build_tiny

Question = Callable[[Usage], pd.DataFrame]

HOW = (
    "write a month (2026-10), quarter (2026-Q3), year (2026), day (2026-10-31), "
    "or a range of them (2026-06..2026-08)"
)

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


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "test.duckdb"


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


@pytest.mark.parametrize(
    ("asked", "requests"),
    [
        (None, 65),
        ("2026-10", 55),
        ("2026-09", 10),
        ("2026-10-02", 32),
        (date(2026, 10, 2), 32),
        (datetime(2026, 10, 2, 23, 59), 32),  # noqa: DTZ001
        (pd.Timestamp("2026-10-02"), 32),
        (("2026-09", "2026-10"), 65),
        (("2026-09-30", "2026-10-01"), 33),
        ((date(2026, 9, 30), "2026-10-01"), 33),
        (["2026-09-30", "2026-10-01"], 33),
        (("2026-07", None), 65),
        ((None, "2026-09"), 10),
        ((None, None), 65),
        (pd.Period("2026-10"), 55),
    ],
)
@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_periods(tiny: Usage, asked: Any, requests: int) -> None:
    assert tiny.cost_per_key(asked)["requests"].sum() == requests


@pytest.mark.parametrize(
    ("filters", "requests"),
    [
        ({"key": "key_2"}, 20),
        ({"key": "Helpdesk"}, 20),
        ({"key": "Test"}, 20),  # the name it had on its first day
        ({"key": ["Helpdesk", "key_1"]}, 65),
        ({"key": []}, 0),
        ({"key": "KEY_2"}, 20),
        ({"key": "helpdesk"}, 20),
        ({"key": "HELP*"}, 20),
        ({"key": "te*"}, 20),  # the name it had on its first day
        ({"key": "key_*"}, 65),
        ({"key": ["search", "s*"]}, 45),
        ({"model": "GPT-5"}, 40),
        ({"model": "Claude-*"}, 20),
        ({"model": "gpt-5"}, 40),
        ({"model": ["gpt-5", "mistral-large"]}, 45),
        ({"model": "*-*5"}, 20 + 40),
        ({"model": "mistral*", "key": "Search"}, 5),
        ({"model": "mistral*", "key": "Helpdesk"}, 0),
        ({"org": "org_a"}, 65),
        ({"team": "Product"}, 45),
        ({"team": "product"}, 45),
        ({"team": "PROD*"}, 45),
        ({"team": "unassigned"}, 20),
        ({"team": ["Product", "unassigned"]}, 65),
        ({"team": "Product", "model": "gpt-5"}, 40),
    ],
)
def test_filters(tiny: Usage, filters: dict[str, Any], requests: int) -> None:
    for question in (*SUMMED, "cost_per_team", "cost_per_cost_center", "cost_per_key_and_model"):
        assert getattr(tiny, question)(**filters)["requests"].sum() == requests, question


@pytest.mark.parametrize(
    ("ask", "help"),
    [
        (lambda usage: usage.cost_per_key("2026-1"), f"'2026-1' is not a period; {HOW}; months "
         "available: 2026-09 to 2026-10; did you mean 2026-10?"),
        (lambda usage: usage.cost_per_key("October"), f"'October' is not a period; {HOW}; months "
         "available: 2026-09 to 2026-10."),
        (lambda usage: usage.cost_per_key("2026-Q5"), f"'2026-Q5' is not a period; {HOW}; months "
         "available: 2026-09 to 2026-10."),
        (lambda usage: usage.cost_per_key("2026-Q1"), "There is no data for 2026-Q1; months "
         "available: 2026-09 to 2026-10."),
        (lambda usage: usage.cost_per_key(("2027-01", None)), "There is no data for 2027-01-01 and "
         "later; months available: 2026-09 to 2026-10."),
        (lambda usage: usage.cost_per_key("2025-10"), "There is no data for 2025-10; months avai"
         "lable: 2026-09 to 2026-10; did you mean 2026-10?"),
        (lambda usage: usage.cost_per_key(("2025-01-01", "2025-12-31")), "There is no data for "
         "2025-01-01 to 2025-12-31; months available: 2026-09 to 2026-10."),
        (lambda usage: usage.cost_per_key(("2026-10", "2026-09")), "The period begins on "
         "2026-10-01 and ends before that, on 2026-09-30; give the earlier day first."),
        (lambda usage: usage.cost_per_key(2026), f"2026 is not a period; {HOW}."),
        (lambda usage: usage.cost_per_key(("2026-09", "2026-10", "2026-11")), "('2026-09', "
         f"'2026-10', '2026-11') is not a period; {HOW}."),
        (lambda usage: usage.cost_per_key(key="serch"), "There is no API key with the id or name "
         "'serch'; did you mean 'Search'?"),
        (lambda usage: usage.cost_per_key(key="help"), "There is no API key with the id or name "
         "'help'; did you mean 'Helpdesk'?"),
        (lambda usage: usage.cost_per_key(key="x*"), "There is no API key with the id or name "
         "'x*'; there is 'Search', 'Helpdesk', 'Test', 'key_1', 'key_2'."),
        (lambda usage: usage.cost_per_key(model="GPT5"), "There is no model 'GPT5'; did you "
         "mean 'gpt-5'?"),
        (lambda usage: usage.cost_per_key(model="llama*"), "There is no model 'llama*'; there is "
         "'claude-opus-5', 'gpt-5', 'mistral-large'."),
        (lambda usage: usage.monthly_cost(by="keys"), "by='keys': did you mean 'key'?"),
        (lambda usage: usage.compare("2026-08", "2026-10"), "There is no data for 2026-08; months "
         "available: 2026-09 to 2026-10; did you mean 2026-09?"),
        (lambda usage: usage.describe("cost_per_keys"), "There is no view 'cost_per_keys'; did "
         "you mean 'cost_per_key' or 'cost_per_team' or 'cost_per_model'?"),
        (lambda usage: usage.cost_per_key(team="Prodct"), "There is no team 'Prodct'; did you "
         "mean 'Product'?"),
        (lambda usage: usage.cost_per_key(key=cast(Any, 5)), "5 is not a name, nor several; write "
         "names as text."),
        (lambda usage: usage.monthly_cost(by=cast(Any, ["model", "key"])), "by=['model', 'key']: "
         "there is 'key', 'model', 'team', 'cost_center', 'owner', 'chain'."),
        (lambda usage: usage.sql(" "), "The query is empty."),
        (lambda usage: usage.as_of(date(2020, 1, 1)).cost_per_key("2026-10"), "Of what had been "
         "received by 2020-01-01 23:59 UTC: There is no data for 2026-10: nothing had been "
         "received yet."),
    ],
)  # fmt: skip
def test_mistakes_are_answered_with_help(
    tiny: Usage, ask: Callable[[Usage], Any], help: str
) -> None:
    with pytest.raises((InvalidRequest, NoData)) as caught:
        ask(tiny)
    assert str(caught.value) == help


def test_names_may_come_in_a_series(tiny: Usage) -> None:
    names = tiny.cost_per_key()["api_key_name"]
    assert len(tiny.cost_per_key(key=cast(Any, names))) == len(names) == 2


def test_file_that_is_no_database_is_called_that(tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    file.write_text("api_key_id\nkey_1\n", encoding="utf-8")
    with pytest.raises(StoreError, match=r"usage\.csv is not a DuckDB file; open another"):
        lu.open(file)


def test_month_that_cannot_be_is_answered_with_the_months_there_are(usage: Usage) -> None:
    with pytest.raises(InvalidRequest) as caught:
        usage.cost_per_key("2025-13")
    assert str(caught.value) == (
        "'2025-13' is not a month; write it as YYYY-MM, like 2026-10; "
        "months available: 2025-11 to 2026-11; did you mean 2025-12?"
    )


def test_a_sum_that_cannot_be_split_is_named(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-09-01", "2026-09-30"), {"requests": "7"})
        builder.add(days("2026-10-05"), {"requests": "1"})
    asked = lu.open(database)
    with pytest.raises(NoData, match=r"one sum is known for 2026-09-01 to 2026-09-30, which"):
        asked.cost_per_key("2026-09-05")
    with (
        pytest.warns(IncompletePeriod, match=r"2026-09-15 to 2026-10-31: 1 of 47 days is known"),
        pytest.warns(LeftOut, match=r"2026-09-01 to 2026-09-30, .*left out of 2026-09-15") as w,
    ):
        assert asked.cost_per_key(("2026-09-15", "2026-10-31"))["requests"].sum() == 1
    assert w[0].filename == __file__


def test_empty_database_is_told_apart_from_a_wrong_month(database: Path) -> None:
    Store(database).__exit__(None, None, None)
    asked = lu.open(database)
    assert asked.months() == []
    assert asked.latest_month() is None
    with pytest.raises(NoData, match="2026-10: the database holds none yet; bring it in with"):
        asked.cost_per_key("2026-10")


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


def test_database_of_an_earlier_version_is_answered_with_help(database: Path) -> None:
    build_tiny(database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop view cost_per_team")
        connection.execute("update schema_version set sha256 = 'another'")
    with pytest.raises(StoreError, match=r"another version.*`langdock-usage rebuild`"):
        lu.open(database)
    with (
        pytest.raises(StoreError, match="another version"),
        open_month(database, "2026-10", None),
    ):
        pass
    Store(database).__exit__(None, None, None)
    assert len(lu.open(database).cost_per_team()) == 2


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


def test_overview_says_what_is_covered_and_what_is_missing(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        for first, last in (("09-01", "09-30"), ("10-01", "10-04"), ("10-06", "10-06")):
            builder.add(days(f"2026-{first}", f"2026-{last}"), {})
    shown = lu.open(database)._repr_html_()
    for text in ("org_a", "2026-09-01 to 2026-10-06 (35 known)", "2026-10-05", "2026-09<"):
        assert text in shown, text
    assert "missing: 2026-10-05" in repr(lu.open(database))
    assert lu.open(database).latest_month() == "2026-09"


def test_overview_escapes_hostile_names(tmp_path: Path) -> None:
    database = tmp_path / "<b>&.duckdb"
    with DatabaseBuilder(database) as builder:
        hostile = {"org_id": '<img src=x onerror="alert(1)">\x1b[2J'}
        builder.add(days("2026-10-05"), hostile)
    shown = lu.open(database)._repr_html_()
    assert "<img" not in shown and "<b>" not in shown
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in shown
    assert "\x1b" not in repr(lu.open(database))


def test_overview_of_a_database_that_is_gone_is_its_problem(database: Path) -> None:
    build_tiny(database)
    asked = lu.open(database)
    database.unlink()
    assert "There is no database at" in asked._repr_html_()
    assert "There is no database at" in repr(asked)


def test_database_is_found_from_any_folder_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LANGDOCK_USAGE_DB", raising=False)
    build_tiny(tmp_path / "data" / "langdock.duckdb")
    build_tiny(tmp_path / "elsewhere" / "my.duckdb")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert lu.open().path == tmp_path / "data" / "langdock.duckdb"
    (tmp_path / ".env").write_text("LANGDOCK_USAGE_DB=elsewhere/my.duckdb\n")
    assert lu.open().path == tmp_path / "elsewhere" / "my.duckdb"
    monkeypatch.setenv("LANGDOCK_USAGE_DB", "data/langdock.duckdb")
    assert lu.open().path == tmp_path / "data" / "langdock.duckdb"
