"""How many requests go out at once: as many as the service bears, and no more."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from langdock_usage.api.client import UsageExportClient
from langdock_usage.api.concurrency import INITIAL_LIMIT, MAX_LIMIT, ConcurrencyLimiter
from langdock_usage.api.http_client import LIMITS
from langdock_usage.errors import Overloaded
from langdock_usage.ingest.fetching.fetch import fetch
from langdock_usage.sandbox.service.server import serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.data.databases import days
from tests.support.fetching import NOW, TIMEZONE
from tests.support.queries import rows


class Bears(httpx.AsyncHTTPTransport):
    """The sandbox behind a gate: 503 while more than `most` requests are under way."""

    def __init__(self, most: int) -> None:
        super().__init__(limits=LIMITS)
        self.most, self.under_way, self.peak, self.refused = most, 0, 0, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":  # the storage host bears everything
            return await super().handle_async_request(request)
        self.under_way += 1
        self.peak = max(self.peak, self.under_way)
        try:
            await asyncio.sleep(0.05)
            if self.under_way > self.most:
                self.refused += 1
                return httpx.Response(503, request=request)
            return await super().handle_async_request(request)
        finally:
            self.under_way -= 1


def fetch_through(gate: Bears, workspace: Workspace, database: Path) -> list[str]:
    """80 days; the reasons for which something was asked again."""
    reasons: list[str] = []

    async def run(base_url: str, api_key: str) -> None:
        async with httpx.AsyncClient(transport=gate) as http:
            client = UsageExportClient(
                http,
                base_url,
                api_key,
                backoff_seconds=0.05,
                on_retry=lambda reason, _: reasons.append(reason),
            )
            await fetch(
                database,
                client,
                period=days("2026-08-20", "2026-11-07"),
                timezone=TIMEZONE,
                now=NOW,
            )

    with (
        serve(workspace, now=lambda: NOW, requests_per_minute=1_000_000) as sandbox,
        ThreadPoolExecutor(1) as thread,
    ):
        thread.submit(lambda: asyncio.run(run(sandbox.base_url, sandbox.api_key))).result()
    assert rows(
        database,
        "select count(distinct window_start) from daily_cost join exports "
        "on day = window_start and window_start = window_end",
    ) == [(80,)]
    return reasons


def test_more_and_more_go_out_while_answers_come(workspace: Workspace, tmp_path: Path) -> None:
    gate = Bears(most=1000)
    assert fetch_through(gate, workspace, tmp_path / "test.duckdb") == []
    assert INITIAL_LIMIT < gate.peak <= MAX_LIMIT


@pytest.mark.parametrize("most", [3, 10])
def test_service_that_bears_few_is_asked_for_few(
    workspace: Workspace, tmp_path: Path, most: int
) -> None:
    """No day is lost, and refusals are the exception: less than one for each answer."""
    gate = Bears(most)
    reasons = fetch_through(gate, workspace, tmp_path / "test.duckdb")
    assert set(reasons) == {"The API answered 503 (no reason given)."}
    assert gate.refused == len(reasons) < 80


def test_the_limit_grows_with_answers_and_is_halved_once_for_a_round() -> None:
    async def answer(limiter: ConcurrencyLimiter, error: Exception | None = None) -> None:
        async with limiter.slot():
            await asyncio.sleep(0.01)
            if error:
                raise error

    async def run() -> list[float]:
        limiter = ConcurrencyLimiter(initial=4, maximum=100)
        limits = [limiter.limit]

        async def round_of(count: int, error: Exception | None = None) -> None:
            asked = (answer(limiter, error) for _ in range(count))
            await asyncio.gather(*asked, return_exceptions=True)
            limits.append(limiter.limit)

        await round_of(4)  # each answer adds one
        await round_of(8)
        await round_of(16, Overloaded("too much"))  # one step back for all of them
        await round_of(8)  # from here on one more for a whole round of answers
        await round_of(3, ValueError("not about load"))
        for _ in range(6):
            await round_of(1, Overloaded("too much"))
        return limits

    limits = asyncio.run(run())
    assert limits[:4] == [4, 8, 16, 8]
    assert 8.9 < limits[4] < 9.1
    assert limits[5] == limits[4]
    assert limits[-1] == 1  # never none at all
