"""Databases that this process keeps open for a while, so that to open them again takes no time.

Nobody can change one of them meanwhile, so that what was looked up once is known.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import duckdb

from langdock_usage.sql import read_sql

Rows = list[tuple[Any, ...]]

_HELD: dict[Path, duckdb.DuckDBPyConnection] = {}
_LOOKED_UP: WeakKeyDictionary[duckdb.DuckDBPyConnection, dict[str, Rows]] = WeakKeyDictionary()
"""By connection; those to one database have one dictionary."""


@contextmanager
def held(path: Path, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Others connect by way of this connection until the end of the block."""
    if path in _HELD:  # by somebody who holds it longer
        yield
        return
    _HELD[path], _LOOKED_UP[connection] = connection, {}
    try:
        yield
    finally:
        del _HELD[path]


def connect_again(path: Path) -> duckdb.DuckDBPyConnection | None:
    """Another connection to a database that is held; None where it is not."""
    first = _HELD.get(path)
    if first is None:
        return None
    connection = first.cursor()
    _LOOKED_UP[connection] = _LOOKED_UP[first]
    return connection


def look_up(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, object] | None = None
) -> Rows:
    """The rows of `read_sql(name)`; nobody may change them."""
    known = _LOOKED_UP.get(connection, {})
    question = f"{name} {parameters}"
    if question not in known:
        known[question] = connection.execute(read_sql(name), parameters).fetchall()
    return known[question]
