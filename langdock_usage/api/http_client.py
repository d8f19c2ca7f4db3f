"""The HTTP client that requests go out with."""

import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

# As many connections as requests in flight. One that is idle is closed before a server may do so,
# which a request on its way would take for a failure.
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=2.0)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
POOLS = 16


class SpreadClient(httpx.AsyncClient):
    """Spreads its requests over several clients, so that the pool of none has many connections.

    At each step of a request, a pool looks at all of its connections: with a hundred of them, that
    takes longer than the request itself.
    """

    def __init__(self, *, trust_env: bool) -> None:
        super().__init__(transport=httpx.AsyncBaseTransport())  # sends nothing itself
        self._others_trust_env = trust_env
        self._others: list[httpx.AsyncClient] = []
        self._in_flight = [0] * POOLS

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request; as `httpx.AsyncClient` does."""
        if not self._others:
            self._others = self._make_others()
        # the first of the least busy, because its connections are still open
        place = self._in_flight.index(min(self._in_flight))
        self._in_flight[place] += 1
        try:
            return await self._others[place].send(request, **options)
        finally:
            self._in_flight[place] -= 1

    async def aclose(self) -> None:
        """Close all connections."""
        for client in self._others:
            await client.aclose()
        await super().aclose()

    def _make_others(self) -> list[httpx.AsyncClient]:
        """Not before they are needed, and reading all certificates once."""
        trust_env = self._others_trust_env
        verify = httpx.create_ssl_context(trust_env=trust_env)
        return [
            httpx.AsyncClient(verify=verify, trust_env=trust_env, limits=LIMITS)
            for _ in range(POOLS)
        ]


@asynccontextmanager
async def http_client(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client for this base. A proxy of the environment is left out for a loopback base."""
    # at INFO it would write signed links into a log
    logging.getLogger("httpx").setLevel(logging.WARNING)
    async with aclosing(SpreadClient(trust_env=not is_loopback(base_url))) as client:
        yield client


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine."""
    return urlsplit(url).hostname in LOOPBACK
