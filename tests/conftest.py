"""The real parts that tests share: a sandbox over a real socket, and a database fetched from it."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from langdock_usage.api.client import UsageExportClient, http_client
from langdock_usage.api.pace import Pace
from langdock_usage.ingest.fetching.fetch import fetch
from langdock_usage.ingest.fetching.fetch_session import Progress
from langdock_usage.ingest.fetching.fetched import Fetched
from langdock_usage.sandbox.service.server import Sandbox, serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from langdock_usage.windows import Period
from tests.reports import browser as browser
from tests.reports import made as made
from tests.reports import made_up as made_up
from tests.reports import opened as opened
from tests.tiny import tiny_database as tiny_database

NOW = datetime(2026, 11, 15, 10, 30, tzinfo=UTC)
TIMEZONE = "Europe/Berlin"


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    return Workspace.synthetic(today=NOW.date())


@pytest.fixture(scope="session")
def sandbox(workspace: Workspace) -> Iterator[Sandbox]:
    """A sandbox that stands still at NOW, and never says 429."""
    with serve(workspace, now=lambda: NOW, requests_per_minute=1_000_000) as sandbox:
        yield sandbox


# for a module, because the whole minute's pace of a sandbox is shared by those who use it
@pytest.fixture(scope="module")
def live_sandbox() -> Iterator[Sandbox]:
    """A sandbox whose today is today, as the command line takes it to be."""
    with serve(Workspace.synthetic(today=datetime.now(UTC).date())) as sandbox:
        yield sandbox


def fetch_from(
    sandbox: Sandbox,
    database: Path,
    period: Period | None = None,
    *,
    api_key: str | None = None,
    timezone: str | None = None,
    refresh_days: int = 3,
    org_id: str | None = None,
    now: datetime = NOW,
    pace: Pace | None = None,
    wait_seconds: float = 60,
    on_progress: Progress | None = None,
) -> Fetched:
    """What the command `fetch` does, at another moment."""

    async def run() -> Fetched:
        async with http_client(sandbox.base_url) as http:
            client = UsageExportClient(
                http,
                sandbox.base_url,
                api_key or sandbox.api_key,
                pace=pace,
                backoff_seconds=0.01,
            )
            return await fetch(
                database,
                client,
                period=period,
                timezone=timezone,
                default_timezone=TIMEZONE,
                refresh_days=refresh_days,
                org_id=org_id,
                now=now,
                wait_seconds=wait_seconds,
                on_progress=on_progress,
            )

    # in a thread of its own, because Playwright keeps an event loop in this one
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


@pytest.fixture(scope="session")
def year(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all the history that the service gives. Read only, please."""
    database = tmp_path_factory.mktemp("year") / "year.duckdb"
    fetch_from(sandbox, database)
    return database
