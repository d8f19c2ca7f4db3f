"""Waiting until no other program has the database open."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import duckdb
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_after_delay,
    stop_when_event_set,
    wait_fixed,
)

from langdock_usage.errors import DatabaseLocked
from langdock_usage.text import counted

OnWait = Callable[[str], None]
SILENT_SECONDS = 1.0  # so long nobody is told


def when_free(
    connect: Callable[[], duckdb.DuckDBPyConnection],
    path: Path,
    wait_seconds: float,
    on_wait: OnWait | None = None,
    give_up: Event | None = None,
) -> duckdb.DuckDBPyConnection:
    """What `connect` opens, as soon as other programs let it.

    Waits up to `wait_seconds`, and not longer than until `give_up` is set; `on_wait` is told once.
    Raises DatabaseLocked.
    """

    def say(state: RetryCallState) -> None:
        waited = state.seconds_since_start or 0.0
        if on_wait and not said and waited >= min(SILENT_SECONDS, wait_seconds / 2):
            said.append(True)
            on_wait(
                f"Another program has {path} open; waiting up to "
                f"{counted(round(wait_seconds), 'second')} until it is closed there."
            )

    said: list[bool] = []
    give_up = give_up or Event()
    return Retrying(
        retry=retry_if_exception_type(DatabaseLocked),
        stop=stop_after_delay(wait_seconds) | stop_when_event_set(give_up),
        wait=wait_fixed(0.05),
        sleep=sleep_using_event(give_up),
        before_sleep=say,
        reraise=True,
    )(connect)
