"""In which form dates are asked for, and whether the service read the period that was meant."""

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from langdock_usage.api.export_request import ExportRequest
from langdock_usage.api.period_check import check_period
from langdock_usage.errors import PeriodMismatch
from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.raw.archive import Archive
from langdock_usage.sandbox.service.period import Dates
from langdock_usage.sandbox.service.server import Sandbox, serve
from langdock_usage.sandbox.workspace.rows import HourRow
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.data.databases import csv_of, days
from tests.support.fetching import NOW, fetch_from
from tests.support.queries import rows

# east of UTC, west of it, and half an hour off
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")
NOVEMBER_1_TO_6 = days("2026-11-01", "2026-11-06")


def forms(sandbox: Sandbox) -> Counter[str]:
    """How many requests had dates in each form."""
    asked = [json.loads(request.body)["from"]["date"] for request in sandbox.api_requests]
    return Counter("z" if text.endswith("Z") else "plain" for text in asked)


@cache
def cost_per_day(workspace: Workspace, timezone: str) -> dict[date, Decimal]:
    """The first local days of November, added up hour by hour."""
    cost: dict[date, Decimal] = defaultdict(Decimal)
    for hour in november(workspace):
        cost[hour.hour.astimezone(ZoneInfo(timezone)).date()] += hour.total_cost_usd
    return cost


@cache
def november(workspace: Workspace) -> list[HourRow]:
    first = datetime(2026, 10, 31, tzinfo=UTC)
    return [hour for hour in workspace.hours() if hour.hour >= first]


@pytest.mark.parametrize("timezone", ZONES)
@pytest.mark.parametrize(
    ("dates", "asked"),
    [("either", {"plain": 6}), ("plain", {"plain": 6}), ("z", {"plain": 1, "z": 6})],
)
def test_the_form_that_the_service_takes_is_found(
    workspace: Workspace, tmp_path: Path, timezone: str, dates: Dates, asked: dict[str, int]
) -> None:
    """One request is refused for its form at most, and each day is the local day."""
    database = tmp_path / "test.duckdb"
    with serve(workspace, now=lambda: NOW, dates=dates) as sandbox:
        fetch_from(sandbox, database, NOVEMBER_1_TO_6, timezone=timezone)
        assert forms(sandbox) == asked
    expected = cost_per_day(workspace, timezone)
    assert rows(
        database, "select day, sum(total_cost_usd) from daily_cost group by 1 order by 1"
    ) == [(day, expected[day]) for day in NOVEMBER_1_TO_6.days()]


def test_the_form_is_remembered_and_found_again_when_it_changes(
    workspace: Workspace, tmp_path: Path
) -> None:
    database = tmp_path / "test.duckdb"
    with serve(workspace, now=lambda: NOW, dates="z") as sandbox:
        port = int(sandbox.base_url.rpartition(":")[2])
        fetch_from(sandbox, database, days("2026-11-01", "2026-11-02"))
        sandbox.api_requests.clear()
        rebuild(database, lambda *_: None)
        fetch_from(sandbox, database, days("2026-11-03", "2026-11-04"))
        assert forms(sandbox) == {"z": 2}
    with serve(workspace, now=lambda: NOW, dates="plain", port=port) as sandbox:
        fetch_from(sandbox, database, days("2026-11-05", "2026-11-10"))
        assert forms(sandbox) == {"z": 1, "plain": 6}
    assert rows(database, "select window_start, date_form from exports order by 1") == [
        (date(2026, 11, day), "z" if day < 5 else "plain") for day in range(1, 11)
    ]


def test_a_form_that_was_left_by_an_earlier_run_costs_no_round(
    workspace: Workspace, tmp_path: Path
) -> None:
    """An export takes longer than dates take to be refused: nobody waits for the first of them."""
    database = tmp_path / "test.duckdb"
    with serve(workspace, now=lambda: NOW) as sandbox:
        port = int(sandbox.base_url.rpartition(":")[2])
        fetch_from(sandbox, database, days("2026-11-01"))
    seen: list[tuple[int, int]] = []
    with serve(workspace, now=lambda: NOW, port=port, latency_seconds=2) as sandbox:
        fetch_from(
            sandbox,
            database,
            days("2026-11-02", "2026-11-04"),
            on_progress=lambda answered, _: seen.append((answered, len(sandbox.api_requests))),
        )
    assert next(requests for answered, requests in seen if answered == 1) == 3


@pytest.mark.parametrize("timezone", ZONES)
def test_period_that_the_service_read_in_another_way_is_not_stored(
    workspace: Workspace, tmp_path: Path, timezone: str
) -> None:
    """`Z` taken for UTC: of a new database nothing is left, in an old one nothing is changed."""
    fresh, known = tmp_path / "fresh.duckdb", tmp_path / "known.duckdb"
    with serve(workspace, now=lambda: NOW) as right:
        fetch_from(right, known, NOVEMBER_1_TO_6, timezone=timezone)
    before = rows(known, "from exports order by all")
    with serve(workspace, now=lambda: NOW, dates="as-utc") as wrong:
        first = cost_per_day(workspace, "UTC")
        assert first  # there is usage that could be taken for another day's
        for database in (fresh, known):
            with pytest.raises(
                PeriodMismatch,
                match=rf"2026-11-0\d 00:00 to .* in {timezone} was asked for, .*"
                r"dateRange 2026-11-0\dT00:00:00Z to",
            ):
                fetch_from(wrong, database, NOVEMBER_1_TO_6, timezone=timezone)
        wrong.override(date(2026, 11, 6), None)  # a day without usage proves nothing
        with pytest.raises(PeriodMismatch, match="could not be fetched again"):
            fetch_from(wrong, known, days("2026-11-05", "2026-11-06"), timezone=timezone)
    assert not fresh.exists()
    assert not Archive(fresh).ids()
    assert rows(known, "from exports order by all") == before
    assert len(Archive(known).ids()) == 6


def test_dates_read_as_utc_are_right_for_a_workspace_in_utc(
    workspace: Workspace, tmp_path: Path
) -> None:
    database = tmp_path / "test.duckdb"
    with serve(workspace, now=lambda: NOW, dates="as-utc") as sandbox:
        fetch_from(sandbox, database, days("2026-11-02"), timezone="UTC")
    expected = cost_per_day(workspace, "UTC")[date(2026, 11, 2)]
    assert rows(database, "select sum(total_cost_usd) from usage") == [(expected,)]


def evidence(begin: str, end: str) -> dict[str, Any]:
    return {"dateRange": {"from": begin, "to": end}}


BERLIN_5 = ExportRequest.of_days(days("2026-10-05"), "Europe/Berlin", "model")
RIGHT = evidence("2026-10-05T00:00:00.000+02:00", "2026-10-05T23:59:59.999+02:00")
RIGHT_IN_UTC = evidence("2026-10-04T22:00:00Z", "2026-10-05T21:59:59Z")
WRONG = evidence("2026-10-05T00:00:00.000Z", "2026-10-05T23:59:59.999Z")
WITHOUT_OFFSET = evidence("2026-10-05T00:00:00.000", "2026-10-05T23:59:59.999")
RIGHT_CSV = csv_of([{}], days("2026-10-05"), timezone="Europe/Berlin")  # 4 to 5 October in UTC
WRONG_CSV = csv_of([{}], days("2026-10-05"), timezone="UTC")
NO_ROWS = csv_of([], days("2026-10-05"))


@pytest.mark.parametrize(
    ("data", "csv"),
    [
        (RIGHT, RIGHT_CSV),
        (RIGHT_IN_UTC, NO_ROWS),
        (RIGHT, WRONG_CSV),  # one piece of evidence is enough
        (WRONG, RIGHT_CSV),
        (WITHOUT_OFFSET, RIGHT_CSV),
        (WITHOUT_OFFSET, NO_ROWS),  # nothing is said either way
        ({}, NO_ROWS),
        ({"dateRange": "October"}, RIGHT_CSV),
        (evidence("2026-10-05", ""), b"not,a,csv\n"),
    ],
)
def test_answer_about_the_period_asked_for(data: dict[str, Any], csv: bytes) -> None:
    check_period(BERLIN_5, data, csv)


@pytest.mark.parametrize(
    ("data", "csv", "said"),
    [
        (WRONG, WRONG_CSV, r"dateRange 2026-10-05T00.*UTC dates 2026-10-05"),
        (WRONG, NO_ROWS, "dateRange"),
        (WITHOUT_OFFSET, WRONG_CSV, "its CSV states the UTC dates 2026-10-05"),
        ({}, WRONG_CSV, "its CSV"),
    ],
)
def test_answer_about_another_period(data: dict[str, Any], csv: bytes, said: str) -> None:
    with pytest.raises(PeriodMismatch, match=f"2026-10-04T22:00:00Z.*{said}"):
        check_period(BERLIN_5, data, csv)


@pytest.mark.parametrize(
    ("timezone", "day", "begin", "end"),
    [
        # Cairo's clocks go from 23:59 on the 23rd to 01:00 on the 24th of April 2026, and back to
        # 23:00 at the end of the 29th of October: 23:59:59.999 comes twice
        ("Africa/Cairo", "2026-04-24", "2026-04-24T01:00:00+03:00", "2026-04-24T23:59:59+03:00"),
        ("Africa/Cairo", "2026-10-29", "2026-10-29T00:00:00+03:00", "2026-10-29T23:59:59+03:00"),
        ("Africa/Cairo", "2026-10-29", "2026-10-29T00:00:00+03:00", "2026-10-29T23:59:59+02:00"),
    ],
)
def test_midnight_at_a_clock_change_has_two_readings(
    timezone: str, day: str, begin: str, end: str
) -> None:
    request = ExportRequest.of_days(days(day), timezone, None)
    check_period(request, evidence(begin, end), NO_ROWS)
    later = datetime.fromisoformat(end) + timedelta(days=1)
    with pytest.raises(PeriodMismatch):
        check_period(request, evidence(begin, later.isoformat()), NO_ROWS)
