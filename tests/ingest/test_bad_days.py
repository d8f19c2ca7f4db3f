"""Days that fail keep no other day away, and what has arrived stays."""

import asyncio
import gzip
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from langdock_usage.api.client import UsageExportClient
from langdock_usage.api.download import download
from langdock_usage.api.responses import DatesRefused, data_of
from langdock_usage.errors import PeriodMismatch, RequestRefused, ServiceUnavailable
from langdock_usage.ingest.fetching.fetch import fetch
from langdock_usage.ingest.fetching.result import FetchResult
from langdock_usage.raw.archive import Archive
from langdock_usage.sandbox.service.server import Sandbox, serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from langdock_usage.windows import Period
from tests.support.data.databases import days
from tests.support.fetching import NOW, TIMEZONE
from tests.support.queries import rows


class Gate(httpx.AsyncHTTPTransport):
    """The sandbox, but for requests that begin on certain days, and for its storage host."""

    def __init__(
        self,
        *,
        shifted: Collection[str] = (),
        refused: Collection[str] = (),
        slow: Collection[str] = (),
        storage_down: int = 0,
    ) -> None:
        super().__init__()
        self.shifted, self.refused, self.slow = shifted, refused, slow
        self.storage_down = storage_down

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            self.storage_down -= 1
            if self.storage_down >= 0:
                return httpx.Response(503, request=request)
            return await super().handle_async_request(request)
        text = request.content.decode()
        begin = text.partition('"date":"')[2][:10]
        if begin in self.slow:
            await asyncio.sleep(60)
        if begin in self.refused:
            body = {"error": "Bad request", "message": "Usage can be exported 12 months back"}
            return httpx.Response(400, json=body, request=request)
        if begin in self.shifted:  # the service reads another day
            text = text.replace(begin, "2026-10-01")
            request = httpx.Request("POST", request.url, headers=request.headers, content=text)
        return await super().handle_async_request(request)


def fetch_through(
    gate: Gate,
    sandbox: Sandbox,
    database: Path,
    period: Period | None = None,
    seconds: float = 60,
) -> FetchResult:
    async def run() -> FetchResult:
        async with httpx.AsyncClient(transport=gate) as http:
            client = UsageExportClient(
                http, sandbox.base_url, sandbox.api_key, backoff_seconds=0.01
            )
            fetching = fetch(
                database, client, period=period, default_timezone=TIMEZONE, now=NOW, refresh_days=0
            )
            return await asyncio.wait_for(fetching, seconds)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


def stored(database: Path) -> set[date]:
    query = "select window_start from exports where window_start = window_end"
    return {day for (day,) in rows(database, query)}


@pytest.fixture
def own_sandbox(workspace: Workspace) -> Iterator[Sandbox]:
    with serve(workspace, now=lambda: NOW) as sandbox:
        yield sandbox


def test_days_that_stay_bad_keep_no_other_day_away(own_sandbox: Sandbox, tmp_path: Path) -> None:
    """The first day among them: it is asked for again, before all that is stored."""
    database = tmp_path / "test.duckdb"
    bad = {"2026-11-02", "2026-11-05", "2026-11-06", "2026-11-07", "2026-11-09"}
    with pytest.raises(PeriodMismatch, match=r"5 of 9 days are missing: 2026-11-02, .*2026-11-09"):
        fetch_through(Gate(shifted=bad), own_sandbox, database, days("2026-11-02", "2026-11-10"))
    good = {3, 4, 8, 10}
    assert {day.day for day in stored(database)} == good
    with pytest.raises(PeriodMismatch, match="5 of 9 days are missing"):
        fetch_through(Gate(shifted=bad), own_sandbox, database)
    assert {day.day for day in stored(database)} == good | {11, 12, 13, 14}
    fetched = fetch_through(Gate(), own_sandbox, database)
    assert {str(day) for day in fetched.days} == bad
    assert {day.day for day in stored(database)} == set(range(2, 15))


def test_history_may_begin_some_days_later(own_sandbox: Sandbox, tmp_path: Path) -> None:
    """The service refuses the two oldest days of twelve months."""
    database = tmp_path / "test.duckdb"
    refused = {"2025-11-15", "2025-11-16"}
    period = days("2025-11-15", "2025-11-19")
    fetched = fetch_through(Gate(refused=refused), own_sandbox, database, period)
    assert [text.partition(",")[0] for text in sorted(fetched.warnings)] == sorted(refused)
    assert {day.day for day in stored(database)} == {17, 18, 19}


def test_service_that_refuses_every_day_is_not_asked_for_all(
    own_sandbox: Sandbox, tmp_path: Path
) -> None:
    october = days("2026-09-15", "2026-11-14")
    gate = Gate(refused={str(day) for day in october.days()})
    with pytest.raises(RequestRefused, match=r"12 months back.*61 of 61 days are missing"):
        fetch_through(gate, own_sandbox, tmp_path / "test.duckdb", october)
    assert not (tmp_path / "test.duckdb").exists()


def test_what_arrived_is_kept_although_an_earlier_day_is_slow(
    own_sandbox: Sandbox, tmp_path: Path
) -> None:
    database = tmp_path / "test.duckdb"
    fetch_through(Gate(), own_sandbox, database, days("2026-11-01"))
    with suppress(TimeoutError):  # what Ctrl-C does: the fetch is cancelled
        fetch_through(
            Gate(slow={"2026-11-02"}), own_sandbox, database, days("2026-11-02", "2026-11-14"), 3
        )
    assert len(Archive(database).ids()) == 13
    fetched = fetch_through(Gate(), own_sandbox, database)
    assert [str(day) for day in fetched.days] == ["2026-11-02"]


def test_trouble_at_the_storage_host_costs_no_new_export(
    own_sandbox: Sandbox, tmp_path: Path
) -> None:
    fetch_through(Gate(storage_down=4), own_sandbox, tmp_path / "test.duckdb", days("2026-11-01"))
    assert len(own_sandbox.api_requests) == 1


CSV = b"a,b\n1,2948\n"


@pytest.mark.parametrize(
    ("encoding", "body", "said"),
    [
        ("gzip", gzip.compress(CSV, mtime=0), None),
        ("gzip", gzip.compress(CSV[:5], mtime=0) + gzip.compress(CSV[5:], mtime=0), None),
        ("gzip", gzip.compress(CSV, mtime=0)[:-9], "breaks off"),
        ("gzip", b"", "breaks off"),
        ("gzip", b"\x1f\x8b not gzip", "damaged"),
        ("br", CSV, "'br'"),
    ],
)
def test_body_that_was_packed_is_whole_or_refused(
    encoding: str, body: bytes, said: str | None
) -> None:
    class Storage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Encoding", encoding)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    async def run(link: str) -> bytes:
        async with httpx.AsyncClient() as http:
            return await download(http, httpx.URL(link), asyncio.Lock())

    with ThreadingHTTPServer(("127.0.0.1", 0), Storage) as host, ThreadPoolExecutor(1) as thread:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        link = f"http://127.0.0.1:{host.server_port}/export.csv"
        answer = thread.submit(lambda: asyncio.run(run(link)))
        if said:
            with pytest.raises(ServiceUnavailable, match=said):
                answer.result()
        else:
            assert answer.result() == CSV
        host.shutdown()


def test_refusal_that_repeats_the_request_is_judged_by_what_it_says() -> None:
    """Every request for days names `group_by`; that is not what this one is refused for."""
    answer = {"message": "Invalid ISO datetime at from.date", "received": {"group_by": "model"}}
    with pytest.raises(DatesRefused):
        data_of(httpx.Response(400, json=answer), "sk-ld-1")
    about_grouping = {"error": "Bad request", "message": "Unsupported group_by: 'team'"}
    with pytest.raises(RequestRefused) as refused:
        data_of(httpx.Response(400, json=about_grouping), "sk-ld-1")
    assert not isinstance(refused.value, DatesRefused)


def test_key_is_never_shown_masked_in_part_either() -> None:
    answer = {"message": "bad key sk-ld-secret-**** given"}
    with pytest.raises(Exception, match="bad key … given"):
        data_of(httpx.Response(401, json=answer), "sk-ld-secret-1234")
