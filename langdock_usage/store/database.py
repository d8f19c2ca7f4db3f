"""Opening the DuckDB file: to read, or to write; and what can be wrong with it."""

from collections.abc import Callable
from datetime import UTC, datetime
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

from langdock_usage.errors import DatabaseLocked, DatabaseMissing, StoreError
from langdock_usage.raw.archive import Archive
from langdock_usage.sql import read_sql
from langdock_usage.store.schema import (
    create_all,
    create_tables,
    create_views,
    current_version,
    stored_version,
)
from langdock_usage.text import counted

# A writer has the file open for a fraction of a second at a time.
READER_PATIENCE_SECONDS = 5.0
# The oldest DuckDB that opens a file made here. The file keeps the format that it was made with.
STORAGE_VERSION = "v1.4.0"
# Tables of which `as_of` sees a part, and the names under which that part is made of all of them.
RECEIVED = {"exports": "received", "key_owner_loads": "received_key_owner_loads"}

OnWait = Callable[[str], None]


def open_for_reading(path: Path, moment: datetime | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection; with a `moment`, to the same views over what had come in by then.

    Raises DatabaseMissing, DatabaseLocked, StoreError.
    """
    if not path.is_file():
        problem = f"There is no database at {path}; make one with `langdock-usage fetch`, or"
        raise _another(DatabaseMissing, problem)
    if moment is None:
        connection = _connect_to_read(path)
        _check_version(path, connection)
        return connection
    connection = _connect_to_read(path, in_memory=True)
    tables = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = 'archive' and table_name <> 'counted_exports'"
    ).fetchall()
    for (name,) in tables:
        table = duckdb.ColumnExpression(name)
        view = RECEIVED.get(name, table)
        connection.execute(f"create view {view} as from archive.main.{table}")
    for name in RECEIVED:
        connection.execute(read_sql(f"store/schema/{name}_as_of"), {"moment": moment})
    create_views(connection)
    return connection


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

    def say(state: RetryCallState) -> None:
        waited = state.seconds_since_start or 0.0
        if on_wait and not said and waited >= min(1.0, wait_seconds / 2):
            said.append(True)
            on_wait(
                f"Another program has {path} open; waiting up to "
                f"{counted(round(wait_seconds), 'second')} until it is closed there."
            )

    said: list[bool] = []
    give_up = give_up or Event()
    connection = Retrying(
        retry=retry_if_exception_type(DatabaseLocked),
        stop=stop_after_delay(wait_seconds) | stop_when_event_set(give_up),
        wait=wait_fixed(0.1),
        sleep=sleep_using_event(give_up),
        before_sleep=say,
        reraise=True,
    )(_connect, path, read_only=False)
    try:
        if stored_version(connection) != current_version():
            connection.begin()
            _upgrade(connection, path)
            create_all(connection)
            connection.execute("delete from schema_version")
            connection.execute("insert into schema_version values (?)", [current_version()])
            connection.commit()
    except duckdb.Error as error:
        connection.close()
        raise StoreError(f"{path} cannot be used: {first_line(error)}") from error
    return connection


def _upgrade(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Bring the tables of an older version to what this one expects of them."""
    kinds = dict(connection.execute(read_sql("store/schema/relations")).fetchall())
    if "key_owners" in kinds and kinds["key_owners"] == "table":
        _keep_owners_of_version_0_1(connection, path)
    if kinds.get("counted_exports") == "view":
        connection.execute("drop view counted_exports")
        create_tables(connection)
        connection.execute(read_sql("store/schema/from_version_0_1"))
        connection.execute(read_sql("store/write/insert_export_models"), {"export_ids": None})


def _keep_owners_of_version_0_1(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Version 0.1 had a table for the keys file that was loaded last; its moment is in the archive.

    The files that were loaded before lie in the archive too, for the next writer to take in.
    """
    moment = max(Archive(path).kept_keys(), default=datetime(1970, 1, 1, tzinfo=UTC))
    connection.execute(read_sql("store/schema/loaded_key_owners"))
    connection.execute("insert into loaded_key_owners select $1, * from key_owners", [moment])
    connection.execute(
        "insert into key_owner_loads select $1, count(*) from key_owners having count(*) > 0",
        [moment],
    )
    connection.execute("drop table key_owners")


def _connect_to_read(path: Path, *, in_memory: bool = False) -> duckdb.DuckDBPyConnection:
    return Retrying(
        retry=retry_if_exception_type(DatabaseLocked),
        stop=stop_after_delay(READER_PATIENCE_SECONDS),
        wait=wait_fixed(0.05),
        reraise=True,
    )(_connect, path, read_only=True, in_memory=in_memory)


def _connect(path: Path, *, read_only: bool, in_memory: bool = False) -> duckdb.DuckDBPyConnection:
    try:
        if in_memory:
            connection = duckdb.connect()
            file = duckdb.ConstantExpression(str(path))
            connection.execute(f"attach {file} as archive (read_only)")
        elif read_only:
            connection = duckdb.connect(path, read_only=True)
        else:
            connection = duckdb.connect(
                path, config={"storage_compatibility_version": STORAGE_VERSION}
            )
    except (duckdb.IOException, duckdb.ConnectionException) as error:
        raise _explained(path, error) from error
    except duckdb.Error as error:
        raise StoreError(f"{path} cannot be opened: {first_line(error)}") from error
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
    if "not a valid DuckDB database" in message:
        return _another(StoreError, f"{path} is not a DuckDB file;")
    return StoreError(f"{path} cannot be opened: {first_line(error)}")


def _another(kind: type[StoreError], problem: str) -> StoreError:
    return kind(f"{problem} open another.", on_command_line=f"{problem} name another with --db.")


def first_line(error: Exception) -> str:
    """What DuckDB says, without the excerpt of the query that it appends."""
    return next(iter(str(error).splitlines()), "unknown error")
