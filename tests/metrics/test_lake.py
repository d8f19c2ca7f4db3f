"""A lake answers as the databases do that it was made of."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import langdock_usage as lu
from langdock_usage.errors import DatabaseMissing, InvalidRequest, StoreError
from langdock_usage.sql import VIEWS
from langdock_usage.store.connection import hold_open, open_for_reading
from langdock_usage.windows import Period
from tests.support.data.awkward import ORGS, build_awkward
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.data.lakes import database_of, files_of, make_lake, state

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

OCTOBER = "2026-10"
Ask = Callable[[lu.Usage], Any]
OF_OCTOBER = (
    *("cost_per_key", "cost_per_model", "cost_per_key_and_model", "cost_per_team"),
    *("cost_per_cost_center", "daily_cost", "cache_efficiency", "monthly_cost"),
    *("cost_per_period", "keys", "unowned_keys", "restatements"),
    *("cache_savings", "price_check", "unrealised_savings"),
    *("forecast", "budgets", "anomalies"),
)
WITHOUT_MONEY = (
    *("known_days", "exports", "token_accounting"),
    *("forecast_days", "budget_days", "price_jumps"),
)


def asked(name: str, *periods: str, **options: bool) -> Ask:
    return lambda usage: getattr(usage, name)(*periods, **options)


QUESTIONS: dict[str, Ask] = {
    **{name: asked(name, OCTOBER, exact=True) for name in OF_OCTOBER},
    **{name: asked(name, OCTOBER) for name in WITHOUT_MONEY},
    **{name: asked(name, "2026-09", OCTOBER, exact=True) for name in ("bridge", "compare")},
    "cache_actions": lambda usage: usage.cache_actions(OCTOBER, org="org_a"),
    "changed_prices": lambda usage: usage.changed_prices(exact=True),
    "cost_in_currency": lambda usage: usage.cost_in_currency(OCTOBER, "EUR", exact=True),
    "invoices": lambda usage: usage.invoices(OCTOBER, org="org_a", exact=True),
    "key_story": lambda usage: usage.key_story("key_2"),
    "latest_month": lambda usage: usage.latest_month(),
    "months": lambda usage: usage.months(),
    "price_books": lambda usage: usage.price_books(),
    "price_of": lambda usage: usage.price_of("inclusive", "2026-10-01", org="org_b", exact=True),
    "prices": lambda usage: usage.prices("2026-10-01", exact=True),
    "reconciliation": lambda usage: usage.reconciliation("2026-07", exact=True),
    "rates": lambda usage: usage.rates(OCTOBER, "EUR", exact=True),
    "what_if": lambda usage: usage.what_if(OCTOBER, {"inclusive": "exclusive"}, org="org_b"),
    "workspace": lambda usage: usage.workspace("org_a"),
    "workspaces": lambda usage: usage.workspaces(),
}
NOTHING_TO_TELL = {"unrealised_savings", "anomalies", "cache_actions", "price_jumps"}
NO_QUESTIONS = {"as_of", "close", "describe", "export", "sql"}


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A database of two workspaces, the lake of it, and the lake of two databases with one each."""
    folder = tmp_path_factory.mktemp("awkward")
    database = folder / "usage.duckdb"
    build_awkward(database)
    with DatabaseBuilder(database) as builder:  # a month that its days do not add up to
        for day in days("2026-07-01", "2026-07-31").days():
            builder.keep(Period(day, day), {"requests": "2"}, {"api_key_id": "key_2"})
        builder.keep(days("2026-07-01", "2026-07-31"), {"requests": "63"}, group_by=None)
    state(database)
    make_lake(folder / "one", database)
    parts = [database_of(org, database, folder / f"{org}.duckdb") for org in ORGS]
    make_lake(folder / "several", *parts)
    return database, folder / "one", folder / "several"


@pytest.fixture
def databases(awkward: tuple[Path, Path, Path]) -> Iterator[tuple[lu.Usage, lu.Usage, lu.Usage]]:
    whole, one, several = awkward
    with hold_open(whole), hold_open(one), hold_open(several):
        yield lu.open(whole), lu.open(one), lu.open(several)


def test_every_question_is_asked() -> None:
    public = {name for name in vars(lu.Usage) if not name.startswith("_")}
    assert set(QUESTIONS) == public - NO_QUESTIONS


@pytest.mark.slow
def test_lakes_answer_every_question_as_the_database_does(
    databases: tuple[lu.Usage, lu.Usage, lu.Usage],
) -> None:
    for question, ask in QUESTIONS.items():
        expected = ask(databases[0])
        assert len(expected) or question in NOTHING_TO_TELL, question
        for usage in databases[1:]:
            assert_same(ask(usage), expected, question)


def assert_same(answer: Any, expected: Any, question: str) -> None:
    if isinstance(expected, pd.DataFrame):
        assert_frame_equal(answer, expected, obj=question)
    else:
        assert answer == expected, question


def test_lakes_have_every_view_row_by_row(databases: tuple[lu.Usage, lu.Usage, lu.Usage]) -> None:
    tables = {"exports", "counted_exports", "price_books", "model_prices"}
    for view in (VIEWS.keys() | tables) - {"usage_sums"}:  # in a lake, usage stands for its sums
        query = f"from {view} order by all"
        expected = databases[0].sql(query, exact=True)
        # a line for every workspace is one for each of them, where there are others as well
        is_general = view in ("own_prices", "budget_lines")
        for usage in databases[1 : 2 if is_general else 3]:
            assert_frame_equal(usage.sql(query, exact=True), expected, obj=view)
        assert_frame_equal(databases[1].describe(view), databases[0].describe(view), obj=view)


def test_question_about_a_workspace_and_month_opens_one_file(
    awkward: tuple[Path, Path, Path],
) -> None:
    query = "from usage where org_id = 'org_a' and month = '2026-10-01'"
    with open_for_reading(awkward[1]) as connection:
        [(_, plan)] = connection.execute(f"explain analyze {query}").fetchall()
        files = connection.execute(
            "from glob($1)", [f"{awkward[1]}/usage/*/*/*.parquet"]
        ).fetchall()
    assert f"Scanning Files: 1/{len(files)}" in plan


def test_money_and_partitions_have_their_types(awkward: tuple[Path, Path, Path]) -> None:
    usage = lu.open(awkward[2])
    types = usage.describe("usage").set_index("column_name")["data_type"]
    assert types["total_cost_usd"] == "DECIMAL(38,24)"
    assert (types["org_id"], types["month"]) == ("VARCHAR", "DATE")
    assert types.to_dict() == (
        lu.open(awkward[0]).describe("usage").set_index("column_name")["data_type"].to_dict()
    )


def test_what_does_not_fit_into_memory_is_nowhere_afterwards(
    awkward: tuple[Path, Path, Path],
) -> None:
    with open_for_reading(awkward[1]) as connection:
        connection.execute("set enable_external_access = false")
        connection.execute("set memory_limit = '60MB'")
        connection.execute("set threads = 1")
        connection.execute(
            "select max(place) from ("
            "  select row_number() over (order by text) as place"
            "  from (select range::varchar || repeat('x', 60) as text from range(1000000)))"
        )
        [(spilled,)] = connection.execute("select current_setting('temp_directory')").fetchall()
        assert spilled.startswith(tempfile.gettempdir())
        assert list(Path(spilled).iterdir())
    assert not Path(spilled).exists()


@pytest.mark.parametrize(
    "query",
    [
        "copy (select 1) to '{lake}/usage/new.parquet'",
        "explain analyze copy (select 1) to '{lake}/usage/new.parquet'",
        "attach '{lake}/new.duckdb'",
        "drop view usage",
        "set memory_limit = '1TB'",
    ],
)
def test_no_query_can_change_a_lake(awkward: tuple[Path, Path, Path], query: str) -> None:
    before = files_of(awkward[1])
    with pytest.raises(InvalidRequest, match="A lake answers queries alone"):
        lu.open(awkward[1]).sql(query.format(lake=awkward[1]))
    assert files_of(awkward[1]) == before


def test_what_a_lake_is_not_is_said(awkward: tuple[Path, Path, Path], tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="is a lake, which holds no former states"):
        lu.open(awkward[1]).as_of("2026-11-01")
    with pytest.raises(InvalidRequest, match="A query reaches no other file"):
        lu.open(awkward[1]).sql("from read_csv('/etc/passwd')")
    with pytest.raises(DatabaseMissing, match=r"There is no lake in .*; make one with"):
        lu.open(tmp_path)
    outside = '{"format": 1, "databases": [], "files": {"usage/../../x": {}}}'
    for text, problem in (
        ("{", "is damaged"),
        (outside, "is damaged"),
        ('{"format": 99}', "by another version"),
    ):
        (tmp_path / "lake.json").write_text(text)
        with pytest.raises(StoreError, match=problem):
            lu.open(tmp_path)


def test_lake_with_a_file_that_is_gone_is_no_lake_of_other_numbers(
    awkward: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    make_lake(lake, awkward[0])
    next(lake.glob("usage/org_id=org_a/month=2026-10-01/*")).unlink()
    with pytest.raises(StoreError, match=r"lake .* cannot be read: .*2026-10-01"):
        lu.open(lake)
    assert make_lake(lake, awkward[0]).written == 1
    assert_frame_equal(lu.open(lake).cost_per_key(), lu.open(awkward[0]).cost_per_key())
