"""One writer at a time: a lock file of the archive, held from a command's first to its last word.

The database itself is open only while something is written. So `fetch` keeps other writers out
while it waits for the service, and readers out for the fraction of a second that a write takes.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from langdock_usage.errors import DatabaseLocked, StoreError
from langdock_usage.files import remove_stale
from langdock_usage.raw.archive import Archive
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.store.connection import logs_of, open_for_writing
from langdock_usage.store.waiting import OnWait
from langdock_usage.text import counted


@contextmanager
def only_writer(
    database: Path, wait_seconds: float = WAIT_SECONDS, on_wait: OnWait | None = None
) -> Iterator[None]:
    """Keep every other process from writing to this database and its raw exports.

    The operating system gives the lock back when the process ends. A new database that is left
    without any export is removed. Raises DatabaseLocked where another process holds the lock
    for longer than `wait_seconds`.
    """
    refuse_lake(database)
    archive = Archive(database)
    folder = archive.folder
    lock = FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if on_wait and wait_seconds:
                on_wait(f"Another process adds to {database}; waiting for it.")
            lock.acquire(timeout=wait_seconds, poll_interval=0.1)
    except Timeout:
        raise DatabaseLocked(
            f"Another process has been adding to {database} for more than "
            f"{counted(round(wait_seconds), 'second')}; try again when it is done."
        ) from None
    except OSError as error:
        raise StoreError(f"Cannot write into the folder {folder}: {error.strerror}.") from error
    is_new = not database.exists()
    try:
        # what killed processes left
        remove_database(being_rebuilt(database))
        remove_stale(database.parent)
        archive.sweep()
        yield
    finally:
        if is_new and database.exists():
            _remove_unused(database)
        lock.release()


def refuse_lake(database: Path) -> None:
    """Raise StoreError for the folder of a lake, which is written from databases alone."""
    if database.is_dir():
        raise StoreError(
            f"{database} is a folder, to which nothing is added: name a database, and bring a lake "
            "of it up to date with `langdock-usage lake`."
        )


def being_rebuilt(database: Path) -> Path:
    """Where a new file is made that will take the place of this one."""
    return database.with_name(f".{database.name}.rebuilding")


def remove_database(path: Path) -> None:
    """Remove a file that nobody has open, and what belongs to it."""
    for file in (path, *logs_of(path)):
        file.unlink(missing_ok=True)


def _remove_unused(database: Path) -> None:
    with suppress(StoreError):
        with open_for_writing(database) as connection:
            used = connection.execute("select 1 from exports limit 1").fetchone()
        if not used:
            remove_database(database)
