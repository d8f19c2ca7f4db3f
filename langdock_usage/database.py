"""Opening the DuckDB file: to read, or to write; and what can be wrong with it."""

import re
from datetime import datetime
from pathlib import Path

import duckdb
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from .errors import DatabaseLocked, DatabaseMissing, StoreError
from .sql import VIEWS, read_sql

LOCK_PATIENCE_SECONDS = 2.0


def open_for_reading(path: Path, moment: datetime | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection; with a `moment`, to the same views over what had come in by then.

    Raises DatabaseMissing, DatabaseLocked, StoreError.
    """
    if not path.is_file():
        raise DatabaseMissing(
            f"There is no database at {path}; make one with `langdock-usage fetch`, "
            "or name another with --db."
        )
    if moment is None:
        connection = _connect(path, read_only=True)
        _check_views(path, connection)
        return connection
    connection = _connect(path, read_only=True, in_memory=True)
    tables = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'archive'"
    ).fetchall()
    for (name,) in tables:
        table = duckdb.ColumnExpression(name)
        view = "received" if name == "exports" else table
        connection.execute(f"create view {view} as from archive.main.{table}")
    connection.execute(read_sql("exports_as_of"), {"moment": moment})
    for view in VIEWS:
        connection.execute(read_sql(view))
    return connection


def _check_views(path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    known = {name for (name,) in connection.execute(read_sql("view_names")).fetchall()}
    if known >= set(VIEWS):
        return
    connection.close()
    if "usage" not in known:
        raise StoreError(f"{path} is not a database of usage exports; name another with --db.")
    raise StoreError(
        f"{path} was made by an earlier version; `langdock-usage rebuild`, or the next `fetch` or "
        "`load`, brings it up to date."
    )


def open_for_writing(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection that may write; makes the file, its tables and views where they are missing.

    Raises DatabaseLocked, StoreError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"Cannot make the folder {path.parent}: {error.strerror}.") from error
    connection = _connect(path, read_only=False)
    try:
        connection.begin()
        for name in ("schema", "key_owners", *VIEWS):
            connection.execute(read_sql(name))
        connection.commit()
    except duckdb.Error as error:
        connection.close()
        raise StoreError(f"{path} cannot be used: {first_line(error)}") from error
    return connection


@retry(
    retry=retry_if_exception_type(DatabaseLocked),
    stop=stop_after_delay(LOCK_PATIENCE_SECONDS),
    wait=wait_fixed(0.1),
    reraise=True,
)
def _connect(path: Path, *, read_only: bool, in_memory: bool = False) -> duckdb.DuckDBPyConnection:
    try:
        if in_memory:
            connection = duckdb.connect()
            file = duckdb.ConstantExpression(str(path))
            connection.execute(f"attach {file} as archive (read_only)")
        else:
            connection = duckdb.connect(path, read_only=read_only)
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
        process = re.search(r"PID (\d+)", message)
        who = f"Another process (PID {process[1]})" if process else "Another process"
        return DatabaseLocked(f"{who} has {path} open; try again when it is done, or end it.")
    if "not a valid DuckDB database" in message:
        return StoreError(f"{path} is not a DuckDB file; name another one with --db.")
    return StoreError(f"{path} cannot be opened: {first_line(error)}")


def first_line(error: Exception) -> str:
    """What DuckDB says, without the excerpt of the query that it appends."""
    return next(iter(str(error).splitlines()), "unknown error")
