"""The body of an answer, in bounded memory whatever a host sends."""

import asyncio
import gzip
import io
import zlib
from contextlib import AsyncExitStack

import httpx

from langdock_usage.errors import ServiceUnavailable

# httpx would undo any encoding, whatever it unpacks to, and take one that breaks off for whole
UNPACKED = {"Accept-Encoding": "identity"}
LARGE_BYTES = 8 * 1024 * 1024


class TooLarge(Exception):
    """A body is larger than its limit."""


async def body_of(
    response: httpx.Response, who: str, limit_bytes: int, large: asyncio.Lock | None = None
) -> bytes:
    """The body, content encoding undone: of gzip alone, though nobody asked for it.

    Of many at once, those that are large come one after the other, each as it gets `large`.
    Raises TooLarge, and ServiceUnavailable where it is damaged; `who` begins its text.
    """
    if response.is_stream_consumed:  # by whoever passed the client in
        return response.content
    async with AsyncExitStack() as turn:
        packed = bytearray()
        async for chunk in response.aiter_raw():
            if large and len(packed) <= LARGE_BYTES < len(packed) + len(chunk):
                await turn.enter_async_context(large)
            packed += chunk
            if len(packed) > limit_bytes:
                packed.clear()  # the error would keep it
                raise TooLarge
        return _decoded(response, packed, who, limit_bytes)


def _decoded(response: httpx.Response, packed: bytearray, who: str, limit_bytes: int) -> bytes:
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "identity":
        return bytes(packed)
    if encoding not in ("gzip", "x-gzip"):
        raise ServiceUnavailable(f"{who} answered in the encoding {encoding[:20]!r}.")
    content = _unpacked(packed, who, limit_bytes)
    if len(content) > limit_bytes:
        raise TooLarge
    return content


def _unpacked(packed: bytearray, who: str, limit_bytes: int) -> bytes:
    """What is in it, up to one byte more than the limit."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            if packed:
                return file.read(limit_bytes + 1)
    except EOFError:
        pass
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ServiceUnavailable(f"{who} answered with damaged gzip.") from error
    raise ServiceUnavailable(f"{who} answered with gzip that breaks off.")
