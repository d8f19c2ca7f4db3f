"""A year of daily exports from a server that answers in 50 ms: `fetch` against a plain loop.

Both sides do the same work per day, raw file and database included; the loop asks for one day after
the other. A proxy in between holds every answer back.
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx

from langdock_usage import fetch as fetching
from langdock_usage.client import UsageExportClient
from langdock_usage.sandbox.server import Sandbox, serve
from langdock_usage.sandbox.workspace import Workspace
from langdock_usage.store import Store

ANSWER_SECONDS = 0.05


class Slow(httpx.AsyncHTTPTransport):
    """Holds back each answer."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        await asyncio.sleep(ANSWER_SECONDS)
        return response


async def year(sandbox: Sandbox, database: Path) -> float:
    started = time.perf_counter()
    async with httpx.AsyncClient(transport=Slow()) as http:
        client = UsageExportClient(http, sandbox.base_url, sandbox.api_key)
        with Store(database) as store:
            await fetching.fetch(store, client, default_timezone="Europe/Berlin")
    return time.perf_counter() - started


def measure(ahead: int) -> float:
    fetching.AHEAD = ahead
    with (
        serve(Workspace.synthetic(today=datetime.now(UTC).date())) as sandbox,
        tempfile.TemporaryDirectory() as folder,
    ):
        return asyncio.run(year(sandbox, Path(folder) / "b.duckdb"))


def main() -> None:
    ahead = fetching.AHEAD
    ours, loop = measure(ahead), measure(1)
    sys.stdout.write(
        f"a year: fetch {ours:.1f} s, one day after the other {loop:.1f} s, "
        f"ratio {ours / loop:.2f}\n"
    )


if __name__ == "__main__":
    main()
