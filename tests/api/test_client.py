"""What the client does about a service that is slow, full, or says how long to wait."""

import asyncio
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from langdock_usage.api.client import UsageExportClient
from langdock_usage.api.export_request import ExportRequest
from langdock_usage.api.http_client import http_client
from langdock_usage.api.rate_limit import RateLimiter
from langdock_usage.api.retries import MAX_WAIT_SECONDS, seconds_to_wait
from langdock_usage.errors import ServiceUnavailable
from langdock_usage.sandbox.service.server import serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.data.databases import days
from tests.support.fetching import NOW, fetch_from


@contextmanager
def dripping_host() -> Iterator[str]:
    """Answers at once, and then with a byte every 20 ms, for ever."""

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while True:
                connection.sendall(b" ")
                time.sleep(0.02)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                Thread(target=drip, args=[connection], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def test_host_that_drips_byte_by_byte_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("langdock_usage.api.network.ANSWER_SECONDS", 0.3)

    async def run(base_url: str) -> None:
        async with http_client(base_url) as http:
            client = UsageExportClient(http, base_url, "sk-ld-any", backoff_seconds=0.01)
            await client.export(days("2026-11-01"), "UTC", "model")

    with (
        dripping_host() as base_url,
        pytest.raises(ServiceUnavailable, match="did not answer in time"),
        ThreadPoolExecutor(1) as thread,
    ):
        thread.submit(lambda: asyncio.run(run(base_url))).result()


@pytest.mark.parametrize(
    ("timezone", "day"),
    [
        ("Europe/Berlin", "2026-03-29"),
        ("America/New_York", "2026-03-08"),
        ("America/New_York", "2025-11-30"),
        ("Pacific/Auckland", "2026-04-05"),
        ("Antarctica/Troll", "2026-10-25"),
    ],
)
def test_day_is_never_cut_where_the_clock_changes(timezone: str, day: str) -> None:
    """The parts of a day, as instants: no gap, no overlap, and each cut a time that comes once."""
    whole = ExportRequest.of_days(days(day), timezone, "model")
    parts, final = [whole], []
    while parts:
        part = parts.pop()
        halves = part.halves()
        parts += reversed(halves) if halves else ()
        final += [] if halves else [part]
    where = ZoneInfo(timezone)
    assert len(final) >= 5
    assert (final[0].begin, final[-1].end) == (whole.begin, whole.end)
    for earlier, later in pairwise(final):
        assert earlier.end == later.begin
        for moment in (later.begin, later.begin - timedelta(milliseconds=1)):
            local = moment.replace(tzinfo=where)
            assert local.astimezone(UTC).astimezone(where) == local
            assert local.utcoffset() == local.replace(fold=1).utcoffset()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("Sun, 15 Nov 2026 10:30:20 GMT", 20),
        ("Sun, 15 Nov 2026 10:30:20 -0000", 20),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("999999999", MAX_WAIT_SECONDS),
        ("soon", 0.5),
        ("-3", 0.5),
        (None, 0.5),
    ],
)
def test_how_long_to_wait_for_the_service(header: str | None, seconds: float) -> None:
    assert seconds_to_wait(header, NOW, 0.5) == seconds


def test_never_more_requests_than_the_service_allows(workspace: Workspace, tmp_path: Path) -> None:
    """20 in any second, against a sandbox that says 429 from the 21st on and counts exactly."""
    with serve(
        workspace, now=lambda: NOW, requests_per_minute=20, clock=lambda: 60 * time.monotonic()
    ) as sandbox:
        fetch_from(
            sandbox,
            tmp_path / "test.duckdb",
            days("2026-09-01", "2026-10-20"),
            rate_limiter=RateLimiter(20, 1.0),
        )
        # 50 days and the month of September, none of them refused: 20, 20, 11
        assert len(sandbox.api_requests) == 51
