"""Many daily exports from a service that takes its time: `fetch` against a plain loop.

Both sides do the same for each day, raw file and database included; the loop asks for one day after
the other. The sandbox is a process of its own.

    python benchmarks/backfill.py          # a year at 50 ms, and 60 days at 3 s (five minutes)
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from langdock_usage.api.client import UsageExportClient
from langdock_usage.api.concurrency import ConcurrencyLimiter
from langdock_usage.api.http_client import http_client
from langdock_usage.ingest.fetching.fetch import fetch
from langdock_usage.windows import Period

TIMEZONE = "Europe/Berlin"


@contextmanager
def sandbox(latency_seconds: float) -> Iterator[tuple[str, str]]:
    """Base URL and key of a sandbox whose exports take so long."""
    command = [sys.executable, "-m", "langdock_usage", "sandbox", "--latency"]
    with subprocess.Popen(
        [*command, str(latency_seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        base_url, api_key = (process.stdout.readline().strip().split("=", 1)[1] for _ in "ab")
        try:
            yield base_url, api_key
        finally:
            process.terminate()


async def seconds_to_fetch(
    days: int, latency_seconds: float, concurrency: ConcurrencyLimiter
) -> float:
    """Into a new database, from a sandbox that has counted no requests yet."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    period = Period(yesterday - timedelta(days=days - 1), yesterday)
    with sandbox(latency_seconds) as (base_url, api_key), tempfile.TemporaryDirectory() as folder:
        async with http_client(base_url) as http:
            client = UsageExportClient(http, base_url, api_key, concurrency=concurrency)
            started = time.perf_counter()
            database = Path(folder) / "benchmark.duckdb"
            await fetch(database, client, period=period, default_timezone=TIMEZONE)
            return time.perf_counter() - started


async def main() -> None:
    for days, latency_seconds in ((364, 0.05), (60, 3.0)):
        ours = await seconds_to_fetch(days, latency_seconds, ConcurrencyLimiter())
        loop = await seconds_to_fetch(
            days, latency_seconds, ConcurrencyLimiter(initial=1, maximum=1)
        )
        sys.stdout.write(
            f"{days} days at {latency_seconds} s: fetch {ours:.1f} s, one after the other "
            f"{loop:.1f} s, ratio {ours / loop:.3f}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
