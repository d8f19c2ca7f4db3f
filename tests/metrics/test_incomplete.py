"""Answers about periods that are not wholly known say so."""

import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import langdock_usage as lu
from langdock_usage.errors import IncompletePeriod
from langdock_usage.windows import Period
from tests.support.command import call
from tests.support.data.databases import DatabaseBuilder, days

NOVEMBER_2025 = "2025-11: 5 of 30 days are known"
NOVEMBER_2026 = "2026-11 is not over: 20 of 30 days are known, 3 of them provisional"


def build(database: Path) -> Path:
    """26 to 30 November 2025, all of October and 1 to 20 November 2026.

    The last came in on 21 November at noon: usage of a day is late by up to three days, so that the
    18th to the 20th may still change.
    """
    with DatabaseBuilder(database) as builder:
        builder.moment = datetime(2026, 11, 5, 12, tzinfo=UTC)
        for day in days("2025-11-26", "2025-11-30").days():
            builder.keep(Period(day, day), {})
        builder.add(days("2026-10-01", "2026-10-31"), {})
        builder.moment = datetime(2026, 11, 21, 12, tzinfo=UTC)
        for day in days("2026-11-01", "2026-11-20").days():
            builder.keep(Period(day, day), {})
    return database


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("incomplete") / "test.duckdb")


@pytest.fixture(scope="module")
def usage(database: Path) -> lu.Usage:
    return lu.open(database).as_of("2026-11-22")


def warned(ask: Callable[[], Any]) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ask()
    assert {one.category for one in caught} <= {IncompletePeriod}
    assert {one.filename for one in caught} <= {__file__}
    return [str(one.message) for one in caught]


def test_one_warning_names_both_periods(usage: lu.Usage) -> None:
    both = [f"{NOVEMBER_2025}; {NOVEMBER_2026}."]
    assert warned(lambda: usage.compare("2025-11", "2026-11")) == both
    assert warned(lambda: usage.compare("2026-10", "2026-11")) == [f"{NOVEMBER_2026}."]
    assert warned(lambda: usage.compare("2025-11", "2025-11", by=None)) == [f"{NOVEMBER_2025}."]


def test_every_question_about_a_period_says_it(usage: lu.Usage, tmp_path: Path) -> None:
    for ask in (
        usage.cost_per_key,
        usage.cost_per_model,
        usage.cost_per_key_and_model,
        usage.cost_per_team,
        usage.cost_per_cost_center,
        usage.daily_cost,
        usage.monthly_cost,
        usage.cache_efficiency,
        usage.keys,
        usage.unowned_keys,
        lambda period: usage.key_story("key_1", period),
        lambda period: usage.export("usage", tmp_path / "out.csv", period, overwrite=True),
    ):
        assert warned(lambda ask=ask: ask("2025-11")) == [f"{NOVEMBER_2025}."]  # type: ignore[misc]
        assert warned(lambda ask=ask: ask("2026-10")) == []  # type: ignore[misc]


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (None, []),
        (("2026-10-01", "2026-11-17"), []),
        ("2026-11-10", []),
        ("2026-11-20", ["2026-11-20 is provisional."]),
        (("2026-11-16", "2026-11-18"),
         ["2026-11-16 to 2026-11-18: 3 of 3 days are known, 1 of them provisional."]),
        # 31 + 20 of 31 + 30 + 31 days
        ("2026-Q4",
         ["2026-10 to 2026-12 is not over: 51 of 92 days are known, 3 of them provisional."]),
        # an open end is the first or last known day
        (("2026-10", None),
         ["2026-10-01 to 2026-11-20: 51 of 51 days are known, 3 of them provisional."]),
        ((None, "2025-12"), ["2025-11-26 to 2025-12-31: 5 of 36 days are known."]),
        # 2 + 31 + 31 + 28 + 31 + 30 + 31 + 30 + 31 + 31 + 30 days
        (("2025-11-29", "2026-09"), ["2025-11-29 to 2026-09-30: 2 of 306 days are known."]),
    ],
)  # fmt: skip
def test_missing_and_provisional_days_are_counted(
    usage: lu.Usage, period: Any, said: list[str]
) -> None:
    assert warned(lambda: usage.cost_per_key(period)) == said


def test_open_range_is_exported(usage: lu.Usage, tmp_path: Path) -> None:
    """Of a view by month, too: an open end is the end of a month."""
    target = tmp_path / "out.csv"
    assert len(warned(lambda: usage.export("cost_per_key", target, ("2026-10", None)))) == 1
    assert [line[:10] for line in target.read_text().splitlines()[1:]] == [
        "2026-10-01",
        "2026-11-01",
    ]


def test_month_is_over_once_its_last_day_has_passed(database: Path) -> None:
    usage = lu.open(database)
    for moment, name in (("2026-11-30", "2026-11 is not over"), ("2026-12-01", "2026-11")):
        [said] = warned(lambda moment=moment: usage.as_of(moment).cost_per_key("2026-11"))  # type: ignore[misc]
        assert said.startswith(f"{name}: 20 of 30 days")


def test_each_workspace_asked_about_is_named(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-09-01", "2026-09-29"), {})
        builder.add(days("2026-09-30"), {})
        builder.add(days("2026-09-30"), {"org_id": "org_b"})
        builder.add(days("2026-08-31"), {"org_id": "org_c\x1b[2J"})
    usage = lu.open(database)
    [said] = warned(lambda: usage.cost_per_key("2026-09"))
    assert said.startswith("2026-09 in org_b: 1 of 30 days is known; 2026-09 in org_c")
    assert "\x1b" not in said
    assert warned(lambda: usage.cost_per_key("2026-09", org="org_a")) == []
    [said] = warned(lambda: usage.cost_per_key("2026-09-30"))
    assert said.endswith(" is not known.") and "org_b" not in said


def test_command_line_says_it_in_one_line(database: Path, tmp_path: Path) -> None:
    done = call(tmp_path, "export", "cost_per_key", "--month", "2025-11", "--db", str(database))
    assert (done.returncode, done.stderr) == (0, f"Warning: {NOVEMBER_2025}.\n")
    listed = call(tmp_path, "keys", "list", "--month", "2025-11", "--db", str(database))
    assert listed.stderr.splitlines()[0] == f"Warning: {NOVEMBER_2025}."
