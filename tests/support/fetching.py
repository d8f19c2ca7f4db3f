"""What the command `fetch` does, from a sandbox and at another moment."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from langdock_usage.api.client import UsageExportClient
from langdock_usage.api.http_client import http_client
from langdock_usage.api.rate_limit import RateLimiter
from langdock_usage.ingest.fetching.fetch import fetch
from langdock_usage.ingest.fetching.fetch_session import Progress
from langdock_usage.ingest.fetching.result import FetchResult
from langdock_usage.sandbox.service.server import Sandbox
from langdock_usage.windows import Period

NOW = datetime(2026, 11, 15, 10, 30, tzinfo=UTC)
TIMEZONE = "Europe/Berlin"


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
    rate_limiter: RateLimiter | None = None,
    wait_seconds: float = 60,
    on_progress: Progress | None = None,
) -> FetchResult:
    """What the command `fetch` does, at another moment."""

    async def run() -> FetchResult:
        async with http_client(sandbox.base_url) as http:
            client = UsageExportClient(
                http,
                sandbox.base_url,
                api_key or sandbox.api_key,
                rate_limiter=rate_limiter,
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
