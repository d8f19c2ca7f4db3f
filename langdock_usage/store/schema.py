"""What a database is made of: tables, views, and what each means; and the version of all that."""

import hashlib
from functools import cache

import duckdb

from langdock_usage.columns import columns, meaning_of, views
from langdock_usage.raw.reference.kinds import KINDS
from langdock_usage.sql import AS_TABLES, VIEWS, read_sql, source_of

_TABLES = ("store/schema/schema", "store/schema/reference_loads", "store/schema/price_books")
_COUNTED_EXPORTS = "store/staging/counted_exports"
# what the others take their metrics and rules from
_SHARED = (
    *("store/metrics", "store/prices", "store/periods", "store/write/row_accounting"),
    "store/schema/loaded_lines",
)


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables of exports and of what people state, where they are missing."""
    for name in _TABLES:
        connection.execute(read_sql(name))
    for kind in KINDS:
        connection.execute(
            read_sql("store/schema/loaded_lines", table=kind.table, columns=kind.sql_columns)
        )


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """The views, each in place of the one before, and the tables that follow from others."""
    connection.execute(f"create or replace table counted_exports as {read_sql(_COUNTED_EXPORTS)}")
    for name, definition in VIEWS.items():
        kind = "table" if name in AS_TABLES else "view"
        connection.execute(f"create or replace {kind} {name} as {read_sql(definition)}")


def create_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables, views, and a comment on each column."""
    create_tables(connection)
    create_views(connection)
    for name, kind in connection.execute(read_sql("store/schema/relations")).fetchall():
        connection.execute(f"comment on {kind} {name} is {_quoted(views().get(name))}")
    for name, column in connection.execute(read_sql("store/schema/columns")).fetchall():
        meaning = _quoted(meaning_of(column, name))
        connection.execute(f"comment on column {name}.{column} is {meaning}")


def count_exports(connection: duckdb.DuckDBPyConnection) -> None:
    """Find out again which exports count, and what follows; after every change of `exports`."""
    _fill(connection, "counted_exports", _COUNTED_EXPORTS)
    follow_up(connection)


def follow_up(connection: duckdb.DuckDBPyConnection) -> None:
    """Find out again what `AS_TABLES` hold; after every change of exports or reference files."""
    for name in AS_TABLES:
        _fill(connection, name, VIEWS[name])


def _fill(connection: duckdb.DuckDBPyConnection, table: str, definition: str) -> None:
    connection.execute(f"truncate {table}")  # a new table would have no comments
    connection.execute(f"insert into {table} {read_sql(definition)}")


@cache
def current_version() -> str:
    """A hash of all that tables and views are made of, their comments included."""
    names = (*_TABLES, *_SHARED, _COUNTED_EXPORTS, *VIEWS.values())
    texts = [source_of(name) for name in names]
    texts += [f"{kind.table} {kind.sql_columns}" for kind in KINDS]
    texts += AS_TABLES
    texts += [f"{name}: {meaning}" for name, meaning in views().items()]
    texts += [f"{name}: {column.meaning}" for name, column in columns().items()]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def stored_version(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The hash that a database was made with; None for one of version 0.1, or for another's."""
    try:
        found = connection.execute("select sha256 from schema_version").fetchone()
    except duckdb.CatalogException:
        return None
    return str(found[0]) if found else None


def _quoted(text: str | None) -> str:
    """A text of ours as a literal: `comment on` takes no parameters."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"
