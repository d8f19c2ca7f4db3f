"""How many requests to have in flight: as many as the service can handle."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from langdock_usage.errors import Overloaded

INITIAL_LIMIT = 24
MAX_LIMIT = 100


class ConcurrencyLimiter:
    """A limit that grows with each answer and is halved when the service is overloaded.

    It grows by one for each answer, so that it doubles while an export takes its time; after the
    first trouble, and from half of what was too much, by one for each full round of answers.
    """

    def __init__(self, initial: int = INITIAL_LIMIT, maximum: int = MAX_LIMIT) -> None:
        self.limit = float(initial)
        self._maximum = maximum
        self._grows_slowly_from = float(maximum)
        self._count = 0
        self._changed = asyncio.Condition()
        self._halved_at = -math.inf

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A place for one request; an error raised in it says how the service bore it."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._count < int(self.limit))
            self._count += 1
        began = time.monotonic()
        try:
            yield
            self._grow()
        except Overloaded:
            self._halve(began)
            raise
        finally:
            self._count -= 1
            async with self._changed:
                self._changed.notify(max(0, int(self.limit) - self._count))

    def _grow(self) -> None:
        step = 1.0 if self.limit < self._grows_slowly_from else 1.0 / self.limit
        self.limit = min(self.limit + step, self._maximum)

    def _halve(self, began: float) -> None:
        """Once for all requests that were in flight together."""
        if began <= self._halved_at:
            return
        self._halved_at = time.monotonic()
        self.limit = self._grows_slowly_from = max(1.0, min(self.limit, self._count) / 2)
