"""How fast and how often to ask: never over the service's rate limit, and patient when it fails."""

import asyncio
import email.utils
import math
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from tenacity import RetryCallState

from langdock_usage.errors import NoAnswer, Overloaded, ServiceUnavailable

REQUESTS_PER_WINDOW = 500
WINDOW_SECONDS = 60.0
MAX_WAIT_SECONDS = 60.0
# Waits double from half a second: these outlast 7 s without a connection, and a minute of trouble
# at the service, its rate limit included.
MAX_TRIES = 5
MAX_TRIES_OVERLOADED = 8
MAX_TRIES_WITHOUT_ANSWER = 3  # of minutes each


class Pace:
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


def wait_between_tries(backoff_seconds: float) -> Callable[[RetryCallState], float]:
    """Seconds to wait before the next try: what the service asks for, else doubling with jitter."""

    def wait(state: RetryCallState) -> float:
        error = _error(state)
        asked = error.retry_after if isinstance(error, ServiceUnavailable) else None
        doubling = backoff_seconds * 2 ** (state.attempt_number - 1)
        jitter = random.uniform(0, backoff_seconds)  # noqa: S311
        return seconds_to_wait(asked, datetime.now(UTC), doubling) + jitter

    return wait


def seconds_to_wait(retry_after: str | None, now: datetime, otherwise: float) -> float:
    """What the service asks for, where it does, but never longer than a minute."""
    asked = _retry_after_seconds(retry_after, now) if retry_after else None
    return min(otherwise if asked is None else asked, MAX_WAIT_SECONDS)


def stop_after_tries(state: RetryCallState) -> bool:
    """Whether to give up after this try."""
    match _error(state):
        case NoAnswer():
            limit = MAX_TRIES_WITHOUT_ANSWER
        case Overloaded():
            limit = MAX_TRIES_OVERLOADED
        case _:
            limit = MAX_TRIES
    return state.attempt_number >= limit


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _retry_after_seconds(header: str, now: datetime) -> float | None:
    """`Retry-After` as seconds or an HTTP date; None where it is neither."""
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    # a date without a zone is in UTC
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
