"""How often a request is tried again, and how long to wait before that."""

import email.utils
import random
from collections.abc import Callable
from datetime import UTC, datetime

from tenacity import RetryCallState

from langdock_usage.errors import NoAnswer, Overloaded, ServiceUnavailable

MAX_WAIT_SECONDS = 60.0
# Waits double from half a second: these outlast 7 s without a connection, and a minute of trouble
# at the service, its rate limit included.
MAX_TRIES = 5
MAX_TRIES_OVERLOADED = 8
MAX_TRIES_WITHOUT_ANSWER = 3  # of minutes each


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
    except (ValueError, OverflowError):
        return None
    # a date without a zone is in UTC
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
