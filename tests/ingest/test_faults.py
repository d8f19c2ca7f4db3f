"""A bad network, in every way that the sandbox knows."""

import asyncio
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import httpx
import pytest

from langdock_usage.api.client import UsageExportClient
from langdock_usage.api.rate_limit import RateLimiter
from langdock_usage.errors import ApiError, ServiceUnavailable
from langdock_usage.ingest.fetching.fetch import fetch
from langdock_usage.raw.archive import Archive
from langdock_usage.sandbox.service.faults import FAULTS
from langdock_usage.sandbox.service.server import Sandbox, serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.data.databases import days
from tests.support.fetching import NOW, TIMEZONE, fetch_from
from tests.support.queries import rows

TABLES = (
    "select * exclude (export_id) from usage order by all",
    "from cost_per_key order by all",
    "from cost_per_model order by all",
    "from reconciliation order by all",
    "select window_start, window_end, group_by, record_count from exports order by all",
)


# a fetch without a period goes on from here: 60 days, and October once more as a whole
FIRST = days("2026-09-15")


@pytest.fixture(scope="module")
def untroubled(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What those two months are without any trouble."""
    database = tmp_path_factory.mktemp("untroubled") / "test.duckdb"
    fetch_from(sandbox, database, FIRST)
    assert len(fetch_from(sandbox, database, refresh_days=0).days) == 60
    return database


@pytest.mark.slow
def test_two_months_through_every_fault_equal_those_without(
    untroubled: Path, workspace: Workspace, tmp_path: Path
) -> None:
    database = tmp_path / "test.duckdb"
    with serve(
        workspace,
        now=lambda: NOW,
        faults=["all"],
        fault_every=5,
        slow_seconds=0.05,
        requests_per_minute=100_000,
    ) as sandbox:
        fetch_from(sandbox, database, FIRST, rate_limiter=RateLimiter(1_000_000))
        fetched = fetch_from(sandbox, database, refresh_days=0, rate_limiter=RateLimiter(1_000_000))
        # October in parts, and every 5th period again
        assert len(sandbox.api_requests) > (60 + 31) * 6 / 5
    assert fetched.warnings == []
    for table in TABLES:
        assert rows(database, table) == rows(untroubled, table), table


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "too_large"])
def test_each_fault_strikes_and_is_survived(
    fault: str, workspace: Workspace, tmp_path: Path
) -> None:
    database = tmp_path / "test.duckdb"
    with serve(
        workspace, now=lambda: NOW, faults=[fault], fault_every=1, slow_seconds=0.05
    ) as sandbox:
        fetch_from(sandbox, database, days("2026-11-01"))
        tries = len(sandbox.api_requests)
    assert tries == {"slow": 1, "truncate": 1, "rate_limit": 3, "server_error": 3}.get(fault, 2)
    assert rows(database, "select count(*) > 0 from usage") == [(True,)]


def test_key_does_not_follow_a_redirect(workspace: Workspace, tmp_path: Path) -> None:
    with serve(workspace, now=lambda: NOW, faults=["redirect"], fault_every=1) as sandbox:
        fetch_from(sandbox, tmp_path / "test.duckdb", days("2026-11-01"))
        for request in sandbox.storage_requests:
            assert sandbox.api_key not in repr(request)


def test_service_that_stays_away_says_which_days_are_missing(
    workspace: Workspace, tmp_path: Path
) -> None:
    """What arrived stays, and the next run goes on from there."""
    database = tmp_path / "test.duckdb"
    with serve(workspace, now=lambda: NOW, requests_per_minute=4) as sandbox:
        with pytest.raises(
            ServiceUnavailable, match=r"429.*days are missing: 2026-11-0\d"
        ) as raised:
            fetch_from(sandbox, database, days("2026-11-01", "2026-11-09"))
        assert "run the same command again" in str(raised.value)
    stored = rows(database, "select distinct window_start from usage order by 1")
    assert len(stored) <= 4
    with serve(workspace, now=lambda: NOW) as sandbox:
        fetched = fetch_from(sandbox, database, refresh_days=0)
    assert fetched.days == tuple(
        day for day in days("2026-11-01", "2026-11-14").days() if (day,) not in stored
    )


class OneDayIsDown(httpx.AsyncHTTPTransport):
    """The API itself, but for one day that it never answers."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if b"2026-11-03T00" in request.content:
            return httpx.Response(500, request=request)
        return await super().handle_async_request(request)


def test_one_day_that_always_fails_keeps_no_other_day_away(
    workspace: Workspace, tmp_path: Path
) -> None:
    database = tmp_path / "test.duckdb"
    with serve(workspace, now=lambda: NOW) as sandbox:
        fetch_with_one_day_down(sandbox, database, r"1 of 7 days is missing: 2026-11-03\.")
    assert rows(database, "select count(distinct day) from daily_cost") == [(6,)]


def test_warning_is_said_although_the_fetch_fails_later(
    workspace: Workspace, tmp_path: Path
) -> None:
    database = tmp_path / "test.duckdb"
    with serve(workspace, now=lambda: NOW) as sandbox:
        fetch_from(sandbox, database, days("2026-11-01", "2026-11-07"))
        sandbox.override(date(2026, 11, 1), None)
        # that day is stored, so it is not missing
        said = r"\. 1 stored day could not be fetched again: 2026-11-03; what was stored stays"
        warnings = fetch_with_one_day_down(sandbox, database, said)
    assert [text.split(":")[0] for text in warnings] == ["2026-11-01"]


def fetch_with_one_day_down(sandbox: Sandbox, database: Path, said: str) -> list[str]:
    """The first week of November but for the third; the warnings."""
    warnings: list[str] = []

    async def run() -> None:
        async with httpx.AsyncClient(transport=OneDayIsDown()) as http:
            client = UsageExportClient(
                http, sandbox.base_url, sandbox.api_key, backoff_seconds=0.01
            )
            await fetch(
                database,
                client,
                period=days("2026-11-01", "2026-11-07"),
                timezone=TIMEZONE,
                now=NOW,
                on_warning=warnings.append,
            )

    with (
        pytest.raises(ServiceUnavailable, match=f"500.*{said}"),
        ThreadPoolExecutor(1) as thread,
    ):
        thread.submit(lambda: asyncio.run(run())).result()
    return warnings


def test_too_large_day_is_asked_for_in_hours_and_combined(
    workspace: Workspace, tmp_path: Path, year: Path
) -> None:
    """The day of the clock change, 25 hours long, in parts of three hours."""
    database = tmp_path / "test.duckdb"
    start = next(hour.hour for hour in workspace.hours() if hour.hour.date() == date(2026, 10, 25))
    limit = workspace.hour_row_count(start, start.replace(hour=12))
    with serve(workspace, now=lambda: NOW, row_limit=limit) as sandbox:
        fetch_from(sandbox, database, days("2026-10-25"))
        assert len(sandbox.api_requests) > 2
    question = (
        "select day, api_key_id, api_key_name, model, requests, total_cost_usd, "
        "sum_prompt_tokens, cached_prompt_tokens from daily_cost where day = '2026-10-25' "
        "order by all"
    )
    assert rows(database, question) == rows(year, question)


def test_day_too_large_in_any_part_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with (
        serve(workspace, now=lambda: NOW, row_limit=1) as sandbox,
        pytest.raises(ApiError, match="too large"),
    ):
        fetch_from(sandbox, tmp_path / "test.duckdb", days("2026-11-02"))


KILLED = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from langdock_usage.api.client import UsageExportClient
from langdock_usage.api.http_client import http_client
from langdock_usage.ingest.fetching.fetch import fetch
from langdock_usage.raw.archive import Archive

async def run(base_url, key, database, now):
    async with http_client(base_url) as http:
        print("open", flush=True)
        await fetch(
            Path(database),
            UsageExportClient(http, base_url, key),
            now=datetime.fromisoformat(now),
            default_timezone="Europe/Berlin",
            refresh_days=0,
        )

asyncio.run(run(*sys.argv[1:]))
"""


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_lost_and_nothing_twice(
    untroubled: Path, workspace: Workspace, tmp_path: Path
) -> None:
    """SIGKILL after ever more requests, until a run comes through."""
    database = tmp_path / "test.duckdb"
    kills = 0
    with serve(workspace, now=lambda: NOW, requests_per_minute=1_000_000) as sandbox:
        fetch_from(sandbox, database, FIRST)
        arguments = [sandbox.base_url, sandbox.api_key, str(database), NOW.isoformat()]
        while True:
            with subprocess.Popen(
                [sys.executable, "-c", KILLED, *arguments], stdout=subprocess.PIPE
            ) as process:
                assert process.stdout
                assert process.stdout.readline() == b"open\n"
                until = len(sandbox.api_requests) + 8 * kills
                while process.poll() is None and len(sandbox.api_requests) <= until:
                    time.sleep(0.001)
                process.kill()
            if process.returncode == 0:
                break
            kills += 1
    assert kills >= 4
    for table in (*TABLES, "select count(*) from export_rows"):
        assert rows(database, table) == rows(untroubled, table), table


@pytest.mark.slow
def test_full_disk_is_one_clear_error_and_a_sound_database(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A limit on the size of files stands in for a disk that is full."""
    database = tmp_path / "test.duckdb"
    limited = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))\n"
    )
    with serve(workspace, now=lambda: NOW, requests_per_minute=1_000_000) as sandbox:
        arguments = [sandbox.base_url, sandbox.api_key, str(database), NOW.isoformat()]
        full = subprocess.run(
            [sys.executable, "-c", limited + KILLED, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert full.returncode != 0
        assert "StoreError" in full.stderr.splitlines()[-1], full.stderr
        kept = {raw.window.first for raw in Archive(database)}
        assert kept
        last = days("2026-11-14")
        fetch_from(sandbox, database, last)  # brings in what was kept before
    stored = rows(database, "select distinct window_start from usage")
    assert {day for (day,) in stored} == kept | {last.first}
