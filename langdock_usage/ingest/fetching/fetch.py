"""Bringing the database up to date: client → raw file → store, many days at once."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from langdock_usage.api.client import OnRetry, UsageExportClient
from langdock_usage.api.http_client import http_client
from langdock_usage.errors import AccessDenied
from langdock_usage.ingest.fetching.fetch_days import FetchDays
from langdock_usage.ingest.fetching.fetch_months import reconcile_months
from langdock_usage.ingest.fetching.fetch_session import FetchSession, Progress
from langdock_usage.ingest.fetching.plan import choose_timezone, choose_workspace, plan_days
from langdock_usage.ingest.fetching.result import FetchResult
from langdock_usage.ingest.recover import recover
from langdock_usage.raw.archive import Archive
from langdock_usage.settings import WAIT_SECONDS, Settings
from langdock_usage.store.waiting import OnWait
from langdock_usage.store.writing.lock import only_writer
from langdock_usage.store.writing.store import Store
from langdock_usage.windows import Period, months_of, today


def fetch_into(
    settings: Settings,
    *,
    period: Period | None = None,
    timezone: str | None = None,
    refresh_days: int = 3,
    org_id: str | None = None,
    wait_seconds: float = WAIT_SECONDS,
    on_warning: Callable[[str], None] | None = None,
    on_retry: OnRetry | None = None,
    on_wait: OnWait | None = None,
    progress_bar: Callable[[str], AbstractContextManager[Progress]],
) -> FetchResult:
    """Ask the service and write the database that `settings` name; see `fetch`."""
    api_key = settings.api_key
    if api_key is None:
        raise AccessDenied(
            "There is no API key: set LANGDOCK_API_KEY, in the environment or in a file .env, "
            "or try `langdock-usage demo`, which needs none."
        )

    async def run() -> FetchResult:
        async with http_client(settings.base_url) as http:
            client = UsageExportClient(http, settings.base_url, api_key, on_retry=on_retry)
            with progress_bar("Fetching exports") as progress:
                return await fetch(
                    settings.database,
                    client,
                    period=period,
                    timezone=timezone,
                    default_timezone=settings.timezone,
                    refresh_days=refresh_days,
                    org_id=org_id,
                    wait_seconds=wait_seconds,
                    on_progress=progress,
                    on_warning=on_warning,
                    on_wait=on_wait,
                )

    return asyncio.run(run())


async def fetch(
    database: Path,
    client: UsageExportClient,
    *,
    period: Period | None = None,
    timezone: str | None = None,
    default_timezone: str = "UTC",
    refresh_days: int = 3,
    org_id: str | None = None,
    now: datetime | None = None,
    wait_seconds: float = WAIT_SECONDS,
    on_progress: Progress | None = None,
    on_warning: Callable[[str], None] | None = None,
    on_wait: OnWait | None = None,
) -> FetchResult:
    """Fetch one export per local day, grouped by model; each is committed on its own.

    With a period: every day of it. Without: the days not yet stored, up to yesterday, and the last
    `refresh_days` stored days again. Then the ungrouped export of each month that became complete.
    The database is open only while something is written; it waits up to `wait_seconds` for other
    programs that have it open. Raises the errors of client and store. What arrived before an error
    stays.
    """
    archive = Archive(database)
    with only_writer(database, wait_seconds, on_wait):
        open_store = partial(Store, database, wait_seconds=wait_seconds, on_wait=_once(on_wait))
        with open_store() as store:
            refused = recover(store, archive)
            org_id = choose_workspace(store, org_id)
            timezone = choose_timezone(store, org_id, timezone, default_timezone)
            local_today = today(timezone, now or datetime.now(UTC))
            plan = plan_days(store, org_id, timezone, period, local_today, refresh_days)
            client.date_form = store.lookups.date_form(client.base_url)
        result = FetchResult(plan, org_id)
        session = FetchSession(open_store, archive, client, result, on_warning, on_progress)
        for text in refused:
            session.warn(text)
        months = len(months_of(Period(min(plan.days), max(plan.days)))) if plan.days else 0
        session.expect(len(plan.days) + months)
        await FetchDays(session).run()
        await reconcile_months(session, expected=months)
    return result


def _once(on_wait: OnWait | None) -> OnWait:
    """Tells the first wait alone: the database is opened every second."""
    told: list[str] = []

    def tell(text: str) -> None:
        if on_wait and not told:
            told.append(text)
            on_wait(text)

    return tell
