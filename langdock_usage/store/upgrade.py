"""What older versions kept in another way, brought to what this one expects."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from langdock_usage.raw.archive import Archive
from langdock_usage.sql import read_sql
from langdock_usage.store.schema import create_tables


def upgrade(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
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
