"""Opening the DuckDB file, to read or to write; and what can be wrong with it."""

import glob
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event

import duckdb

from langdock_usage.errors import (
    DatabaseBusy,
    DatabaseLocked,
    DatabaseMissing,
    InvalidRequest,
    StoreError,
)
from langdock_usage.files import atomic_write
from langdock_usage.sql import read_sql
from langdock_usage.store.as_of import ARCHIVE, create_views_as_of
from langdock_usage.store.held import connect_again, held
from langdock_usage.store.lake.reading import attach_lake, open_lake
from langdock_usage.store.schema import create_all, current_version, stored_version
from langdock_usage.store.upgrade import upgrade
from langdock_usage.store.waiting import OnWait, when_free
from langdock_usage.text import first_line

# A writer has the file open for a fraction of a second at a time.
READER_WAIT_SECONDS = 5.0
# The oldest DuckDB that opens a file made here. The file keeps the format that it was made with.
STORAGE_VERSION = "v1.4.0"
HEADER_BYTES = 3 * 4096  # at the beginning of each database


@contextmanager
def open_for_reading(
    path: Path, moment: datetime | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection; with a `moment`, to the same views over what had come in by then.

    `path` is a DuckDB file or the folder of a lake, which is a state and knows no moments. Waits
    some seconds for a writer, and warns of it (DatabaseBusy) where that takes long.
    Raises DatabaseMissing, DatabaseLocked, InvalidRequest, StoreError.
    """
    if moment is None and (again := connect_again(path)):
        with _set_up(again):
            yield again
    elif not path.is_dir():
        with _open_file(path, moment) as connection:
            yield connection
    elif moment is None:
        with open_lake(path) as connection:
            yield _set_up(connection)
    else:
        raise InvalidRequest(
            f"{path} is a lake, which holds no former states; ask the database that it was made of."
        )


def attach_for_reading(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Make a DuckDB file, or a lake, that is open already known to another connection."""
    if path.is_dir():
        attach_lake(connection, path, name)
    else:
        file = duckdb.ConstantExpression(str(path))
        connection.execute(f"attach {file} as {name} (read_only)")


def _open_file(path: Path, moment: datetime | None) -> duckdb.DuckDBPyConnection:
    if not path.is_file():
        problem = f"There is no database at {path}; make one with `langdock-usage fetch`, or"
        raise _another(DatabaseMissing, problem)

    def warn(text: str) -> None:
        warnings.warn(text, DatabaseBusy, stacklevel=2)

    connect = partial(_connect, path, read_only=True, in_memory=moment is not None)
    connection = when_free(connect, path, READER_WAIT_SECONDS, warn)
    if moment is None:
        _check_version(path, connection)
    else:
        create_views_as_of(connection, moment)
    return connection


@contextmanager
def hold_open(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """`open_for_reading` until the end of the block, within which to open it again takes no time.

    Raises DatabaseMissing, DatabaseLocked, StoreError.
    """
    with open_for_reading(path) as connection, held(path, connection):
        yield connection


def _check_version(path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    if stored_version(connection) == current_version():
        return
    known = dict(connection.execute(read_sql("store/schema/relations")).fetchall())
    connection.close()
    if "usage" not in known:
        raise _another(StoreError, f"{path} is not a database of usage exports;")
    raise StoreError(
        f"{path} was made by another version; `langdock-usage rebuild`, or the next `fetch` or "
        "`load`, brings it up to date."
    )


def open_for_writing(
    path: Path,
    wait_seconds: float = 0.0,
    on_wait: OnWait | None = None,
    give_up: Event | None = None,
) -> duckdb.DuckDBPyConnection:
    """A connection that may write; makes the file, its tables and views where they are missing.

    Waits up to `wait_seconds`, and not longer than until `give_up` is set, for those who have the
    file open. Raises DatabaseLocked, StoreError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"Cannot make the folder {path.parent}: {error.strerror}.") from error
    if not path.exists() or _is_unfinished(path):
        _make(path)
    connect = partial(_connect, path, read_only=False)
    connection = when_free(connect, path, wait_seconds, on_wait, give_up)
    try:
        if stored_version(connection) != current_version():
            _bring_up_to_date(connection, path)
    except duckdb.Error as error:
        connection.close()
        raise StoreError(f"{path} cannot be used: {first_line(error)}") from error
    return connection


def logs_of(path: Path) -> list[Path]:
    """What DuckDB has written of changes that are not in the file yet; nothing of a closed one."""
    return sorted(path.parent.glob(f"{glob.escape(path.name)}.wal*"))


def _is_unfinished(path: Path) -> bool:
    """Whether it is a new database whose process was killed before it held anything."""
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
    except OSError:  # told when it is opened
        return False
    return len(head) < HEADER_BYTES and (not head or head[8:12] == b"DUCK")


def _make(path: Path) -> None:
    """A new database, at its place only when it is whole. Raises StoreError."""
    try:
        with atomic_write(path) as unfinished:
            try:
                with _connect(unfinished, read_only=False) as connection:
                    _bring_up_to_date(connection, path)
                    connection.execute("checkpoint")
                for log in logs_of(path):  # of a file that is gone: it must not meet the new one
                    log.unlink()
            finally:
                for log in logs_of(unfinished):
                    log.unlink()
    except duckdb.Error as error:
        raise StoreError(f"{path} cannot be made: {first_line(error)}") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be made: {error.strerror}.") from error


def _bring_up_to_date(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Tables and views of this version, in place of those that are there."""
    connection.begin()
    upgrade(connection, path)
    create_all(connection)
    connection.execute("delete from schema_version")
    connection.execute("insert into schema_version values (?)", [current_version()])
    connection.commit()


def _connect(path: Path, *, read_only: bool, in_memory: bool = False) -> duckdb.DuckDBPyConnection:
    try:
        if in_memory:
            connection = duckdb.connect()
            attach_for_reading(connection, path, ARCHIVE)
        elif read_only:
            connection = duckdb.connect(path, read_only=True)
        else:
            connection = duckdb.connect(
                path, config={"storage_compatibility_version": STORAGE_VERSION}
            )
    except duckdb.Error as error:
        raise _explained(path, error) from error
    return _set_up(connection)


def _set_up(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    # A progress bar would go to standard output, where results go. In a notebook without ipywidgets
    # it is off, and DuckDB 2.0 refuses to hear of it.
    (is_on,) = connection.execute("select current_setting('enable_progress_bar')").fetchall()[0]
    if is_on:
        connection.execute("set enable_progress_bar = false")
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _explained(path: Path, error: Exception) -> StoreError:
    message = str(error)
    if "Could not set lock" in message or "different configuration" in message:
        return DatabaseLocked(
            f"Another program has {path} open; try again when it is closed there."
        )
    # a CSV or Parquet file is read into memory, which cannot be read only
    if "not a valid DuckDB database" in message or "Cannot launch in-memory" in message:
        return _another(StoreError, f"{path} is not a DuckDB file;")
    return StoreError(f"{path} cannot be opened: {first_line(error)}")


def _another(kind: type[StoreError], problem: str) -> StoreError:
    return kind(f"{problem} open another.", on_command_line=f"{problem} name another with --db.")
