"""A service that answers whatever it likes: one clear error, in bounded memory, and nothing stored.

Its limits are lowered, so that it shows at once where one is missing.
"""

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langdock_usage.api.client import UsageExportClient
from langdock_usage.errors import LangdockUsageError
from langdock_usage.ingest.fetching.fetch import fetch
from langdock_usage.raw.archive import Archive
from tests.endurance import IS_LONG
from tests.endurance.hostile_host import Answer, Host, answer, endless, host
from tests.support.data.databases import csv_of, days
from tests.support.fetching import NOW

DAY = days("2026-11-01")
KEY = "sk-ld-very-secret"
CSV = csv_of([{"requests": "7"}], DAY)
MIB = 1 << 20
MAX_EXPORT_BYTES = 4 * MIB
ZEROS = gzip.compress(bytes(900 * MIB) if IS_LONG else bytes(100 * MIB))
OK = b"HTTP/1.1 200 OK\r\n"
BLANKS = b" " * 65536

HOSTILE: dict[str, Answer] = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "closed within the head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "closed within the body": answer(b"{", "Content-Length: 1000"),
    "body beyond its length": answer(b"{" * 1000, "Content-Length: 1"),
    "length that is no number": answer(b"{}", "Content-Length: lots"),
    "length below nothing": answer(b"{}", "Content-Length: -1"),
    "two lengths": answer(b"{}", "Content-Length: 2", "Content-Length: 1"),
    "chunks of no size": answer(b"zz\r\n{}\r\n", "Transfer-Encoding: chunked"),
    "chunks without end": answer(b"2\r\n{}\r\n", "Transfer-Encoding: chunked"),
    "header without end": endless(OK, b"X-More: " + b"x" * 60_000),
    "headers without end": endless(OK, b"X-More: x\r\n" * 1000),
    "body without end": endless(OK + b"\r\n", BLANKS),
    "chunked body without end": endless(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + BLANKS + b"\r\n"
    ),
    "not yet, for ever": endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 0.01),
    "bomb": answer(ZEROS, "Content-Encoding: gzip"),
    "bomb in a bomb": answer(gzip.compress(ZEROS), "Content-Encoding: gzip, gzip"),
    "packed in nothing, often": answer(gzip.compress(b"") * 5_000, "Content-Encoding: gzip"),
    "gzip that is none": answer(b"PK", "Content-Encoding: gzip"),
    "gzip and then something else": answer(gzip.compress(b"{}") + b"x", "Content-Encoding: gzip"),
    "brotli": answer(b"\x0b", "Content-Encoding: br"),
    "zstandard": answer(b"\x28\xb5\x2f\xfd", "Content-Encoding: zstd"),
    "no encoding at all": answer(b"{}", f"Content-Encoding: {'x' * 5000}"),
    "text of bytes": answer(b"no data", "Content-Type: text/csv; charset=zlib", status="404 No"),
    "code page that is none": answer(b"\xff\xfe", "Content-Type: text/csv; charset=\xff"),
    "redirect": answer(b"", "Location: https://example.org/", status="302 Found"),
    "redirect to itself": answer(b"", "Location: /export/api-keys", status="308 Permanent"),
    "wait for ever": answer(b"{}", f"Retry-After: {'9' * 400}", status="429 Too Many"),
    "wait until nobody knows when": answer(
        b"{}", "Retry-After: Mon, 01 Jan 99999999999 00:00:00 -99999", status="503 No"
    ),
    "status that is none": b"HTTP/1.1 999 What\r\n\r\n{}",
    "a page": answer(b"<html>" * 1000, "Content-Type: text/html"),
    "an error of a megabyte": answer(
        json.dumps({"message": "x\n" * 400_000}).encode(), status="400 Bad Request"
    ),
    "the key": answer(json.dumps({"message": f"bad {KEY}"}).encode(), status="401 No"),
    "nested without end": answer(b"[" * 900_000),
    "nested message": answer(b'{"message":' + b"[" * 400 + b"]" * 400 + b"}", status="400 Bad"),
    "number without end": answer(b'{"data":' + b"9" * 900_000 + b"}"),
}
# what only the API says; the storage host says nothing but a CSV
LINKS = (
    *("", "x", "//", "file:///etc/passwd", "ftp://127.0.0.1/x", "https://", "https://[::1"),
    *("http://\ud800", "https://\x00.example", "javascript:alert(1)", "http://a b/", "x" * 70_000),
)


@pytest.fixture(scope="module")
def api() -> Iterator[Host]:
    with host() as api:
        yield api


@pytest.fixture(scope="module")
def storage() -> Iterator[Host]:
    with host() as storage:
        yield storage


@pytest.fixture(autouse=True, scope="module")
def low_limits() -> Iterator[None]:
    """So that no test takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("langdock_usage.api.network.ANSWER_SECONDS", 0.5)
        patch.setattr("langdock_usage.api.download.MAX_EXPORT_BYTES", MAX_EXPORT_BYTES)
        patch.setattr("langdock_usage.api.bodies.LARGE_BYTES", MIB)
        for name in ("MAX_TRIES", "MAX_TRIES_OVERLOADED", "MAX_TRIES_WITHOUT_ANSWER"):
            patch.setattr(f"langdock_usage.api.retries.{name}", 2)
        patch.setattr("langdock_usage.api.retries.MAX_WAIT_SECONDS", 0.01)
        yield


def exported(api: Host, times: int = 1) -> list[bytes | BaseException | None]:
    """What comes of asking for so many exports at once."""

    async def ask() -> list[bytes | BaseException | None]:
        async with httpx.AsyncClient(verify=False, trust_env=False) as http:
            client = UsageExportClient(http, api.url, KEY, backoff_seconds=0.001)
            exports = [client.export(DAY, "UTC", "model") for _ in range(times)]
            return await asyncio.gather(*exports, return_exceptions=True)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(ask())).result()


def assert_clear(error: object) -> None:
    """An error of this package, and one line that somebody can read."""
    assert isinstance(error, LangdockUsageError), repr(error)
    text = str(error)
    assert len(text.splitlines()) == 1
    assert len(text) < 700
    assert KEY not in text


def link_to(storage: Host, **others: object) -> bytes:
    data = {"downloadUrl": f"{storage.url}/export.csv", "recordCount": 1} | others
    return answer(json.dumps({"success": True, "data": data}).encode())


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_api_and_storage_host(name: str, api: Host, storage: Host) -> None:
    storage.requests.clear()
    tracemalloc.start()
    try:
        api.answer, storage.answer = HOSTILE[name], answer(CSV)
        said = exported(api)
        if name != "text of bytes":
            assert_clear(said[0])
        else:
            assert said == [None]
        assert storage.requests == []
        api.answer, storage.answer = link_to(storage), HOSTILE[name]
        assert_clear(exported(api)[0])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert not any(KEY.encode() in request for request in storage.requests)
    assert peak < 8 * MAX_EXPORT_BYTES


def test_many_large_bodies_at_once_come_one_after_the_other(
    api: Host, storage: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("langdock_usage.api.download.MAX_EXPORT_BYTES", 16 * MIB)
    api.answer = link_to(storage)
    storage.answer = HOSTILE["body without end"]
    tracemalloc.start()
    try:
        for error in exported(api, times=20):
            assert_clear(error)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200 * MIB  # 20 that are small and one that is not; all of them have 320


@pytest.mark.parametrize("link", LINKS, ids=range(len(LINKS)))
def test_link_that_leads_nowhere(link: str, api: Host, storage: Host) -> None:
    api.answer = link_to(storage, downloadUrl=link)
    [error] = exported(api)
    assert_clear(error)


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([10**400, "1", 1.0, "2026-11-01T00:00:00Z", "9999-12-31T23:59:59+00:01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """A good answer, some of its values something else, and perhaps some of its bytes, too."""
    date_range: dict[str, object] = {
        "from": "2026-11-01T00:00:00.000Z",
        "to": "2026-11-01T23:59:59.999Z",
    }
    data: dict[str, object] = {"downloadUrl": "LINK", "recordCount": 1, "dateRange": date_range}
    whole: dict[str, object] = {"success": True, "data": data, "message": "no data"}
    for part in (date_range, data, whole):
        for name in draw(st.sets(st.sampled_from([*part]), max_size=1)):
            part[name] = draw(ANY_JSON)
    text = json.dumps(whole)
    if draw(st.booleans()):
        at, size = draw(st.integers(0, len(text))), draw(st.integers(0, 5))
        text = text[:at] + draw(st.text(max_size=5)) + text[at + size :]
    return text.encode(errors="surrogatepass")


@settings(
    max_examples=1_000 if IS_LONG else 40,
    derandomize=not IS_LONG,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=answers(), status=st.sampled_from(["200 OK"] * 3 + ["400 No", "404 No", "422 No"]))
def test_json_of_any_shape(body: bytes, status: str, api: Host, storage: Host) -> None:
    body = body.replace(b"LINK", f"{storage.url}/export.csv".encode())
    api.answer, storage.answer = answer(body, status=status), answer(CSV)
    [said] = exported(api)
    if isinstance(said, BaseException):
        assert_clear(said)
    else:
        assert said == (CSV if status == "200 OK" else None)
    assert not any(KEY.encode() in request for request in storage.requests)


@pytest.mark.parametrize("name", ["bomb", "closed within the body"])
def test_nothing_is_stored(name: str, api: Host, storage: Host, tmp_path: Path) -> None:
    async def run(database: Path) -> None:
        async with httpx.AsyncClient(verify=False, trust_env=False) as http:
            client = UsageExportClient(http, api.url, KEY, backoff_seconds=0.001)
            await fetch(database, client, period=DAY, now=NOW)

    api.answer, storage.answer = link_to(storage), HOSTILE[name]
    database = tmp_path / "test.duckdb"
    with (
        ThreadPoolExecutor(1) as thread,
        pytest.raises(LangdockUsageError, match=r"larger|cut") as raised,
    ):
        thread.submit(lambda: asyncio.run(run(database))).result()
    assert_clear(raised.value)
    assert not database.exists()
    assert Archive(database).ids() == set()
