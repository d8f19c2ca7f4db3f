"""The CSV behind a signed link at the storage host, which must not be given the API key."""

import zlib

import httpx

from langdock_usage.api.network import TIMEOUT, network
from langdock_usage.errors import ApiError, Overloaded, ServiceUnavailable
from langdock_usage.raw.exports import count_rows
from langdock_usage.text import counted

MAX_EXPORT_BYTES = 512 * 1024 * 1024


async def download(http: httpx.AsyncClient, link: httpx.URL) -> bytes:
    """The file behind a signed link, content encoding undone.

    No credentials: the link is the permission. Raises Overloaded, ServiceUnavailable, ApiError.
    """
    packed = bytearray()
    async with (
        network("The storage host"),
        http.stream(
            "GET",
            link,
            headers={"Accept-Encoding": "identity"},
            follow_redirects=False,
            timeout=TIMEOUT,
        ) as response,
    ):
        if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            retry_after = response.headers.get("Retry-After")
            text = f"The storage host answered {response.status_code}."
            raise Overloaded(text, retry_after=retry_after)
        if not response.is_success:
            # an expired link is mended by a fresh export
            raise ServiceUnavailable(f"The storage host answered {response.status_code}.")
        async for chunk in response.aiter_raw():
            packed += chunk
            _check_size(len(packed))
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    return bytes(packed) if encoding == "identity" else _unpacked(bytes(packed), encoding)


def _check_size(size: int) -> None:
    if size > MAX_EXPORT_BYTES:
        raise ApiError(
            f"The export is larger than {MAX_EXPORT_BYTES >> 20} MiB; ask for a shorter period."
        )


def _unpacked(packed: bytes, encoding: str) -> bytes:
    """A body in gzip, which nobody asked for; httpx would take one that breaks off for whole."""
    if encoding not in ("gzip", "x-gzip"):
        raise ServiceUnavailable(f"The storage host answered in the encoding {encoding!r}.")
    content = bytearray()
    while True:  # one member after the other
        stream = zlib.decompressobj(wbits=31)
        try:
            content += stream.decompress(packed, MAX_EXPORT_BYTES + 1)
        except zlib.error as error:
            raise ServiceUnavailable("The storage host answered with damaged gzip.") from error
        _check_size(len(content))
        if not stream.eof:
            raise ServiceUnavailable("The storage host answered with gzip that breaks off.")
        packed = stream.unused_data
        if not packed:
            return bytes(content)


def check_whole(csv: bytes, record_count: object) -> None:
    """Raise ServiceUnavailable where this is not, or not all of, the CSV that was announced."""
    if csv.lstrip()[:1] == b"<":
        raise ServiceUnavailable("The storage host answered with a page in place of the CSV.")
    rows = count_rows(csv)
    if record_count is not None and str(rows) != str(record_count):
        raise ServiceUnavailable(
            f"The CSV has {counted(rows, 'row')} where {record_count} were announced."
        )
