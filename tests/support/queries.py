"""Rows of a query, as DuckDB hands them out."""

from pathlib import Path
from typing import Any

import duckdb

from langdock_usage.store.writing.store import Store


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def ask(store: Store, query: str) -> list[tuple[Any, ...]]:
    """Rows of a query on the connection of the store."""
    store._connection.execute("set enable_progress_bar = false")
    return store._connection.execute(query).fetchall()


def everything(store: Store) -> list[list[tuple[Any, ...]]]:
    return [ask(store, "from exports order by all"), ask(store, "from export_rows order by all")]
