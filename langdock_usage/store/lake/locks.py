"""Who reads a lake keeps it as it is; who changes it waits until nobody reads."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from langdock_usage.errors import DatabaseLocked
from langdock_usage.store.waiting import OnWait
from langdock_usage.text import counted

IN_USE = ".in-use"
_POLL_SECONDS = 0.05


@contextmanager
def kept_as_it_is(folder: Path) -> Iterator[None]:
    """Until the end of the block, nobody changes the lake. Waits while somebody moves its files.

    Needs no right to write. On Windows, a file that is open cannot be replaced anyway.
    """
    try:
        number = os.open(folder / IN_USE, os.O_RDONLY)
    except OSError:  # a copy that was made without hidden files: nobody changes it
        yield
        return
    try:
        if sys.platform != "win32":
            import fcntl

            with suppress(OSError):  # a file system that knows no locks
                fcntl.flock(number, fcntl.LOCK_SH)
        yield
    finally:
        os.close(number)


@contextmanager
def read_by_nobody(folder: Path, wait_seconds: float, on_wait: OnWait | None) -> Iterator[None]:
    """Until the end of the block, nobody else reads the lake. Raises DatabaseLocked."""
    number = os.open(folder / IN_USE, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if sys.platform != "win32":
            _wait(number, folder, wait_seconds, on_wait)
        yield
    finally:
        os.close(number)


def _wait(number: int, folder: Path, wait_seconds: float, on_wait: OnWait | None) -> None:
    import fcntl

    end = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise DatabaseLocked(
                    f"Another program has been reading the lake {folder} for more than "
                    f"{counted(round(wait_seconds), 'second')}; nothing was changed."
                ) from None
        if on_wait:
            on_wait(f"Another program reads the lake {folder}; waiting until it is done.")
            on_wait = None
        time.sleep(_POLL_SECONDS)
