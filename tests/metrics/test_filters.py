"""Periods and filters of a question, and the help that a mistake is answered with."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage.errors import IncompletePeriod, InvalidRequest, LeftOut, NoData
from langdock_usage.metrics.usage import Usage
from langdock_usage.store.writing.store import Store
from tests.support.data.databases import DatabaseBuilder, days

HOW = (
    "write a month (2026-10), quarter (2026-Q3), year (2026), day (2026-10-31), "
    "or a range of them (2026-06..2026-08)"
)
SUMMED = ("cost_per_key", "cost_per_model", "daily_cost", "monthly_cost", "keys")


@pytest.fixture(scope="module")
def tiny(tiny_database: Path) -> Usage:
    return lu.open(tiny_database)


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
        (lambda usage: usage.cost_per_key("2026-13"), "'2026-13' is not a month; write it as "
         "YYYY-MM, like 2026-10; months available: 2026-09 to 2026-10; did you mean 2026-10?"),
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
         "available: 2026-09 to 2026-10."),
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
