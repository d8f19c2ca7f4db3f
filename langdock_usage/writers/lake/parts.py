"""The files that a lake consists of: what is in each, and a hash by which a change is known."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import duckdb

from langdock_usage.sql import read_sql, source_of
from langdock_usage.store.lake.manifest import FORMAT, PARTITIONED, TABLES, file_of, partition_of
from langdock_usage.writers.lake.sources import Sources

_DEFINITIONS = (
    *("store/staging/usage", "store/staging/exclusive_models", "store/staging/counted_exports"),
    *("store/periods", "store/write/row_accounting", "store/write/insert_rows"),
    *(f"writers/lake/{table}" for table in PARTITIONED),
)


@dataclass(frozen=True)
class Part:
    """One file: its name in the folder, and the query for its rows."""

    name: str
    fingerprint: str
    query: str
    values: Mapping[str, object] = field(default_factory=dict)


def parts_of(sources: Sources) -> Iterator[Part]:
    """Every file of a lake of these databases."""
    for table in TABLES:
        if table in PARTITIONED:
            yield from _partitions(sources, table)
        else:
            query = sources.rows_of(table)
            counted = read_sql("writers/lake/fingerprint", rows=query)
            row = sources.connection.execute(counted).fetchone()
            # what a hash is depends on the version of DuckDB
            yield Part(file_of(table), _hash(row, duckdb.__version__), f"{query} order by all")


def _partitions(sources: Sources, table: str) -> Iterator[Part]:
    parts: dict[str, Part] = {}
    for database in sources.databases:
        query = read_sql(f"writers/lake/{table}_partitions", database=database)
        for org_id, month, content in sources.connection.execute(query).fetchall():
            part = _partition(table, database, org_id, month, content)
            parts[part.name] = part
    # an empty one, where there is none: it says which columns there are
    columns = _partition(table, next(iter(sources.databases)), None, None, "")
    yield from {columns.name: columns, **parts}.values()


def _partition(
    table: str, database: str, org_id: str | None, month: date | None, content: str
) -> Part:
    query = read_sql(
        f"writers/lake/{table}",
        database=database,
        has_org_id=org_id is not None,
        has_month=month is not None,
    )
    given = {"org_id": org_id, "month": month}
    values = {name: value for name, value in given.items() if value is not None}
    return Part(partition_of(table, org_id, month), _hash(content, _definitions()), query, values)


@cache
def _definitions() -> str:
    """A hash of all that says what the rows of a partition are."""
    return _hash(FORMAT, *map(source_of, _DEFINITIONS))


def _hash(*values: object) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()
