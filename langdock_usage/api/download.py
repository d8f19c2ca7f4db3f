"""The CSV behind a signed link at the storage host, which must not be given the API key."""

import asyncio

import httpx

from langdock_usage.api.bodies import UNPACKED, TooLarge, body_of
from langdock_usage.api.network import TIMEOUT, network
from langdock_usage.errors import ApiError, Overloaded, ServiceUnavailable
from langdock_usage.raw.exports import count_rows
from langdock_usage.text import counted

MAX_EXPORT_BYTES = 512 * 1024 * 1024
HOST = "The storage host"


async def download(http: httpx.AsyncClient, link: httpx.URL, large: asyncio.Lock) -> bytes:
    """The file behind a signed link, content encoding undone; see `body_of`.

    No credentials: the link is the permission. Raises Overloaded, ServiceUnavailable, ApiError.
    """
    async with (
        network(HOST),
        http.stream(
            "GET",
            link,
            headers=UNPACKED,
            follow_redirects=False,
            timeout=TIMEOUT,
        ) as response,
    ):
        if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            retry_after = response.headers.get("Retry-After")
            text = f"{HOST} answered {response.status_code}."
            raise Overloaded(text, retry_after=retry_after)
        if not response.is_success:
            # an expired link is mended by a fresh export
            raise ServiceUnavailable(f"{HOST} answered {response.status_code}.")
        try:
            return await body_of(response, HOST, MAX_EXPORT_BYTES, large)
        except TooLarge:
            raise ApiError(
                f"The export is larger than {MAX_EXPORT_BYTES >> 20} MiB; ask for a shorter period."
            ) from None


def check_whole(csv: bytes, record_count: object) -> None:
    """Raise ServiceUnavailable where this is not, or not all of, the CSV that was announced."""
    if csv.lstrip()[:1] == b"<":
        raise ServiceUnavailable(f"{HOST} answered with a page in place of the CSV.")
    rows = count_rows(csv)
    if record_count is not None and record_count not in (rows, str(rows)):
        is_number = isinstance(record_count, int | float | str)
        announced = str(record_count)[:20] if is_number else "something else"
        raise ServiceUnavailable(
            f"The CSV has {counted(rows, 'row')} where {announced} were announced."
        )
