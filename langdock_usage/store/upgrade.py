"""Bringing a database that an older version made to what this one expects of it."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from langdock_usage.raw.archive import Archive
from langdock_usage.raw.reference.copies import ReferenceCopies
from langdock_usage.sql import AS_TABLES, read_sql
from langdock_usage.store.schema import create_tables


def upgrade(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Carry over what older tables hold, before the views are made."""
    kinds = dict(connection.execute(read_sql("store/schema/relations")).fetchall())
    if kinds.get("key_owners") == "table":
        _keep_owners_of_version_0_1(connection, path)
    if "key_owner_loads" in kinds:
        _keep_loads_of_keys(connection)
    if kinds.get("counted_exports") == "view":
        connection.execute("drop view counted_exports")
        create_tables(connection)
        connection.execute(read_sql("store/schema/from_version_0_1"))
        connection.execute(read_sql("store/write/insert_export_models"), {"export_ids": None})
    for name in AS_TABLES:
        if kinds.get(name) == "view":
            connection.execute(f"drop view {name}")
    if "export_rows" in kinds and "export_sums" not in kinds:
        create_tables(connection)
        connection.execute(read_sql("store/write/insert_export_sums"), {"export_ids": None})


def _keep_owners_of_version_0_1(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Version 0.1 had a table for the keys file that was loaded last; its moment is in the archive.

    The files that were loaded before lie in the archive too, for the next writer to load.
    """
    copies = ReferenceCopies(Archive(path), "keys").by_moment()
    moment = max(copies, default=datetime(1970, 1, 1, tzinfo=UTC))
    create_tables(connection)
    connection.execute("insert into loaded_key_owners select $1, * from key_owners", [moment])
    connection.execute(
        "insert into reference_loads select 'keys', $1, count(*) from key_owners "
        "having count(*) > 0",
        [moment],
    )
    connection.execute("drop table key_owners")


def _keep_loads_of_keys(connection: duckdb.DuckDBPyConnection) -> None:
    """Before there were other reference files, loads of keys had a table of their own."""
    create_tables(connection)
    connection.execute(
        "insert into reference_loads select 'keys', loaded_at, line_count from key_owner_loads"
    )
    connection.execute("drop table key_owner_loads")
