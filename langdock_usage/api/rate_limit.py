"""Never more requests in a minute than the service allows."""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

REQUESTS_PER_WINDOW = 500
WINDOW_SECONDS = 60.0


class RateLimiter:
    """At most 500 requests in any 60 seconds, as the service counts them.

    The service counts a request at some moment between its start and its answer. A request holds
    its place until 60 s after its answer came: then no 60 s of the service's clock see more.
    """

    def __init__(
        self, requests: int = REQUESTS_PER_WINDOW, window_seconds: float = WINDOW_SECONDS
    ) -> None:
        self._places = asyncio.Semaphore(requests)
        self._window_seconds = window_seconds
        self._answered: deque[float] = deque()
        self._held_until = -math.inf

    def hold(self, seconds: float) -> None:
        """Let no request out for so long: the service said that there were too many."""
        self._held_until = max(self._held_until, time.monotonic() + seconds)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A place for one request."""
        await self._take_place()
        try:
            yield
        finally:
            self._answered.append(time.monotonic())

    async def _take_place(self) -> None:
        while True:
            now = time.monotonic()
            while self._answered and now - self._answered[0] >= self._window_seconds:
                self._answered.popleft()
                self._places.release()
            if now >= self._held_until and not self._places.locked():
                await self._places.acquire()
                return
            await asyncio.sleep(0.05)
