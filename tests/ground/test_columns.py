"""The dictionary explains every column that people meet, in the database and in answers."""

import inspect
from pathlib import Path

import duckdb
import pytest

import langdock_usage as lu
from langdock_usage import columns

GROUPS = ("key", None)  # what other groups are called is a column of a view
NEEDED = {
    "before": "2026-09",
    "after": "2026-10",
    "period": "2026-10",
    "month": "2026-10",
    "key": "Helpdesk",
    "currency": "EUR",
    "model": "claude-opus-5",
    "replacements": {"claude-opus-5": "gpt-5"},
}


def questions() -> list[str]:
    """The methods of `Usage` that answer with a frame; `sql` has the columns of its query."""
    methods = inspect.getmembers(lu.Usage, inspect.isfunction)
    return [
        name
        for name, method in methods
        if "DataFrame" in str(inspect.signature(method).return_annotation)
        and not name.startswith("_")
        and name != "sql"
    ]


def columns_of_answer(usage: lu.Usage, question: str) -> set[str]:
    """The columns that a question answers with, in whatever groups it is asked for."""
    method = getattr(usage, question)
    parameters = inspect.signature(method).parameters
    given = {name: value for name, value in NEEDED.items() if name in parameters}
    choices = [{"by": by} for by in GROUPS] if "by" in parameters else [{}]
    return {column for choice in choices for column in method(**given, **choice).columns}


@pytest.fixture(scope="module")
def usage(tiny_database: Path) -> lu.Usage:
    return lu.open(tiny_database)


@pytest.fixture(scope="module")
def met(usage: lu.Usage) -> set[tuple[str, str]]:
    """Every view or question, with every column that it has."""
    described = usage.describe()
    stored = set(zip(described["view_name"], described["column_name"], strict=True))
    answered = {(name, column) for name in questions() for column in columns_of_answer(usage, name)}
    return stored | answered


def test_every_column_has_an_entry(met: set[tuple[str, str]]) -> None:
    assert {("cost_per_key", "month"), ("compare", "api_key_name"), ("describe", "comment")} <= met
    assert {pair for pair in met if columns.meaning_of(pair[1], pair[0]) is None} == set()


def test_no_entry_is_unused(met: set[tuple[str, str]]) -> None:
    used = {column for _, column in met} | {f"{view}.{column}" for view, column in met}
    assert set(columns.columns()) - used == set()


def test_the_database_says_what_its_views_and_columns_mean(tiny_database: Path) -> None:
    with duckdb.connect(tiny_database, read_only=True) as connection:
        commented = connection.execute(
            "select table_name, comment from duckdb_tables() "
            "union all select view_name, comment from duckdb_views() where not internal"
        ).fetchall()
    assert dict(commented) == columns.views()


@pytest.mark.parametrize("moment", [None, "2026-11-05"])
def test_describe_says_what_columns_mean(usage: lu.Usage, moment: str | None) -> None:
    described = (usage.as_of(moment) if moment else usage).describe("restatements")
    for column, comment in zip(described["column_name"], described["comment"], strict=True):
        assert comment == columns.meaning_of(column, "restatements")


def test_every_entry_is_complete() -> None:
    for name, entry in columns.columns().items():
        assert entry.meaning.endswith("."), name
        assert entry.label and entry.label_de, name


def test_a_view_may_say_what_differs_and_keeps_the_label() -> None:
    general = columns.meaning_of("difference_usd", "restatements")
    assert columns.meaning_of("difference_usd") == general
    assert columns.meaning_of("difference_usd", "reconciliation") != general
    assert columns.label_of("difference_usd", "de", "reconciliation") == "Unterschied"


def test_a_column_that_is_not_ours_has_its_bare_name_and_the_unit_of_its_suffix() -> None:
    assert columns.meaning_of("cost_per_seat_usd") is None
    assert columns.label_of("cost_per_seat_usd", "de") == "cost_per_seat_usd"
    assert columns.unit_of("cost_per_seat_usd") == "USD"
    assert columns.unit_of("seat") is None


def test_unit_is_that_of_the_suffix_unless_the_entry_says_it() -> None:
    assert columns.unit_of("cached_prompt_tokens") == "tokens"
    assert columns.unit_of("change_ratio") == "ratio"
    assert columns.unit_of("total_cost_usd_of_days") == "USD"
    assert columns.unit_of("days_known") == "days"
