"""From the API into the database: which days, exactly what, and what a failure leaves behind."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from langdock_usage.errors import AccessDenied, ExportConflict, InvalidRequest
from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.raw.archive import Archive
from langdock_usage.sandbox.service.server import KEY_WITHOUT_SCOPE, Sandbox, serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from langdock_usage.windows import Period
from tests.support.data.databases import days
from tests.support.fetching import NOW, TIMEZONE, fetch_from
from tests.support.queries import rows

BERLIN = ZoneInfo(TIMEZONE)


def test_every_row_of_a_year_equals_the_hours_of_the_workspace(
    year: Path, workspace: Workspace
) -> None:
    """Day, key and model: requests, cost and every token column, summed in plain Python."""
    expected: dict[tuple[date, str, str], list[Any]] = defaultdict(lambda: [0] * 7)
    first, last = date(2025, 11, 15), date(2026, 11, 14)
    for hour in workspace.hours():
        day = hour.hour.astimezone(BERLIN).date()
        if first <= day <= last:
            sums = expected[day, hour.api_key_id, hour.model]
            for position, value in enumerate(
                (
                    hour.requests,
                    hour.total_cost_usd,
                    hour.sum_prompt_tokens,
                    hour.sum_completion_tokens,
                    hour.cached_prompt_tokens,
                    hour.cache_creation_tokens,
                    hour.no_cache_tokens,
                )
            ):
                sums[position] += value

    stored = rows(
        year,
        "select day, api_key_id, model, requests, total_cost_usd, sum_prompt_tokens, "
        "sum_completion_tokens, cached_prompt_tokens, cache_creation_tokens, no_cache_tokens "
        "from daily_cost",
    )

    assert len(stored) > 5000
    assert {(d, key, model): list(values) for d, key, model, *values in stored} == expected


def test_months_keys_and_models_add_up_to_the_days(year: Path) -> None:
    """Sum of days, sum of keys, sum of models: one amount."""
    for view in ("cost_per_key", "cost_per_model", "cost_per_key_and_model"):
        assert rows(
            year,
            f"select month, sum(total_cost_usd), sum(requests) from {view} group by 1 order by 1",
        ) == rows(
            year,
            "select date_trunc('month', day)::date, sum(total_cost_usd), sum(requests) "
            "from daily_cost group by 1 order by 1",
        )


def test_first_fetch_goes_back_as_far_as_the_service_does(year: Path) -> None:
    [(first, last, count)] = rows(
        year,
        "select min(window_start), max(window_end), count(*) from exports where group_by = 'model'",
    )
    assert (first, last, count) == (date(2025, 11, 15), date(2026, 11, 14), 365)


def test_next_fetch_asks_for_new_days_and_the_last_three_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    database = tmp_path / "test.duckdb"
    fetch_from(sandbox, database, days("2026-11-01", "2026-11-08"))
    fetched = fetch_from(sandbox, database, now=NOW - timedelta(days=4))
    # stored 1 to 8; yesterday is the 10th
    assert [day.day for day in fetched.days] == [6, 7, 8, 9, 10]
    fetched = fetch_from(sandbox, database, refresh_days=0, now=NOW - timedelta(days=4))
    assert fetched.days == ()


def test_today_is_fetched_only_on_purpose(sandbox: Sandbox, tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    fetched = fetch_from(sandbox, database, days("2026-11-14", "2026-11-15"))
    assert fetched.days == (date(2026, 11, 14), date(2026, 11, 15))
    with pytest.raises(InvalidRequest, match="future; today is 2026-11-15"):
        fetch_from(sandbox, database, days("2026-11-16"))
    # of the running month, the days that there are
    fetched = fetch_from(sandbox, database, days("2026-11-14", "2026-11-30"))
    assert fetched.days == (date(2026, 11, 14), date(2026, 11, 15))


def test_day_fetched_before_it_was_over_is_fetched_again(tmp_path: Path) -> None:
    """Half a day must not stay, even if nobody asks for stored days again."""
    database = tmp_path / "test.duckdb"
    real_now = datetime.now(UTC)
    with serve(Workspace.synthetic(today=real_now.date())) as sandbox:
        day = real_now.astimezone(BERLIN).date()
        fetch_from(sandbox, database, Period(day, day), now=real_now)
        tomorrow = real_now + timedelta(days=1)
        fetched = fetch_from(sandbox, database, refresh_days=0, now=tomorrow)
    assert fetched.days == (day,)


def test_period_before_the_history_of_the_service_is_explained(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    database = tmp_path / "test.duckdb"
    with pytest.raises(InvalidRequest, match="12 months back, to 2025-11-15"):
        fetch_from(sandbox, database, days("2025-11-01", "2025-11-30"))


@pytest.mark.parametrize("timezone", ["Europe/Berlin", "America/New_York", "UTC"])
def test_days_of_23_and_25_hours_are_whole(
    sandbox: Sandbox, workspace: Workspace, tmp_path: Path, timezone: str
) -> None:
    """The days around both clock changes, in the zone they are asked for."""
    database = tmp_path / "test.duckdb"
    zone = ZoneInfo(timezone)
    for period in (days("2026-03-28", "2026-03-30"), days("2026-10-24", "2026-10-26")):
        fetch_from(sandbox, database, period, timezone=timezone)
    expected: dict[date, Decimal] = defaultdict(Decimal)
    for hour in workspace.hours():
        expected[hour.hour.astimezone(zone).date()] += hour.total_cost_usd
    stored = rows(database, "select day, sum(total_cost_usd) from daily_cost group by day")
    assert len(stored) == 6
    for day, cost in stored:
        assert cost == expected[day], day


@pytest.mark.parametrize(
    ("api_key", "reason"),
    [("sk-ld-wrong", "401.*LANGDOCK_API_KEY"), (KEY_WITHOUT_SCOPE, "403.*USAGE_EXPORT_API")],
)
def test_key_that_is_refused(sandbox: Sandbox, tmp_path: Path, api_key: str, reason: str) -> None:
    database = tmp_path / "test.duckdb"
    with pytest.raises(AccessDenied, match=reason) as raised:
        fetch_from(sandbox, database, api_key=api_key)
    assert api_key not in str(raised.value)
    assert not database.exists()


def test_key_of_another_workspace_is_refused_unless_it_is_meant(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    first = Workspace.synthetic(today=NOW.date(), org_id="org_a")
    second = Workspace.synthetic(today=NOW.date(), org_id="org_b", seed=7, byok=False)
    with serve([first, second], now=lambda: NOW) as sandbox:
        other_key = next(key for key, owner in sandbox.accounts.items() if owner is second)
        fetch_from(sandbox, database, days("2026-11-01"))
        with pytest.raises(ExportConflict, match=r"'org_b'.*'org_a'.*--org org_b"):
            fetch_from(sandbox, database, days("2026-11-02"), api_key=other_key)
        fetch_from(sandbox, database, days("2026-11-01"), api_key=other_key, org_id="org_b")
        with pytest.raises(InvalidRequest, match=r"--org.*org_a, org_b"):
            fetch_from(sandbox, database, days("2026-11-02"))
    assert rows(
        database,
        "select distinct org_id, sum_prompt_tokens is not null, window_start from usage order by 1",
    ) == [("org_a", True, date(2026, 11, 1)), ("org_b", False, date(2026, 11, 1))]


def test_key_of_an_idle_workspace_erases_nothing(tmp_path: Path) -> None:
    """Its empty answers wait until a row has proved whose they are."""
    database = tmp_path / "test.duckdb"
    first = Workspace.synthetic(today=NOW.date(), org_id="org_a")
    second = Workspace.synthetic(today=NOW.date(), org_id="org_b")
    with serve([first], now=lambda: NOW) as sandbox:
        fetch_from(sandbox, database, days("2026-11-10", "2026-11-14"))
    before = rows(database, "from exports order by all")
    with serve([second], now=lambda: NOW) as sandbox:
        for day in (12, 13):
            sandbox.override(date(2026, 11, day), None)
        with pytest.raises(ExportConflict, match=r"'org_b'.*'org_a'"):
            fetch_from(sandbox, database)
    assert rows(database, "from exports order by all") == before


def test_days_of_an_unknown_workspace_have_one_zone_too(
    workspace: Workspace, tmp_path: Path
) -> None:
    database = tmp_path / "test.duckdb"
    with serve(workspace, now=lambda: NOW) as sandbox:
        for day in days("2026-11-01", "2026-11-03").days():
            sandbox.override(day, None)
        fetch_from(sandbox, database, days("2026-11-01", "2026-11-02"), timezone="UTC")
        with pytest.raises(ExportConflict, match="stored in time zone UTC, not Europe/Berlin"):
            fetch_from(sandbox, database, days("2026-11-03"), timezone="Europe/Berlin")


def test_database_known_in_another_zone_refuses(sandbox: Sandbox, tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    fetch_from(sandbox, database, days("2026-11-01"))
    with pytest.raises(ExportConflict, match="stored in time zone Europe/Berlin, not UTC"):
        fetch_from(sandbox, database, days("2026-11-02"), timezone="UTC")


def test_rebuild_makes_the_same_database(sandbox: Sandbox, tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    fetch_from(sandbox, database, days("2026-11-01", "2026-11-05"))
    fetch_from(sandbox, database, days("2026-11-04", "2026-11-06"))
    tables = ("exports", "export_rows", "usage")
    before = [rows(database, f"from {table} order by all") for table in tables]
    assert rebuild(database, lambda *_: None).export_count == 8
    assert [rows(database, f"from {table} order by all") for table in tables] == before


def test_export_that_was_kept_but_not_taken_in_is_not_lost(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A process killed between raw file and database: the next fetch takes the raw file in."""
    database = tmp_path / "test.duckdb"
    fetch_from(sandbox, database, days("2026-11-01", "2026-11-02"))
    before = rows(database, "from usage order by all")
    database.unlink()
    fetch_from(sandbox, database, days("2026-11-03"))
    kept = rows(database, "from usage where window_start < '2026-11-03' order by all")
    assert kept == before
    assert len(Archive(database).ids()) == 3


def test_what_the_storage_host_and_the_disk_never_see(sandbox: Sandbox, tmp_path: Path) -> None:
    """The key reaches the API host alone, and lies in no file."""
    database = tmp_path / "test.duckdb"
    seen = len(sandbox.storage_requests)
    fetch_from(sandbox, database, days("2026-11-01", "2026-11-03"))
    downloads = sandbox.storage_requests[seen:]
    assert len(downloads) == 3
    for request in downloads:
        assert sandbox.api_key not in repr(request)
        assert "authorization" not in request.headers
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 7  # three exports with their JSON, and the database
    for path in files:
        assert sandbox.api_key.encode() not in path.read_bytes()
