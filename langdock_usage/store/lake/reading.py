"""Opening a lake to read: the views of a database, over Parquet files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from langdock_usage.errors import StoreError
from langdock_usage.files import temporary_folder
from langdock_usage.raw.reference.kinds import KINDS
from langdock_usage.sql import VIEWS, read_sql
from langdock_usage.store.lake.locks import kept_as_it_is
from langdock_usage.store.lake.manifest import PARTITIONED, TABLES, Manifest, paths_of
from langdock_usage.text import first_line

# The views on these tables, in the order in which they build on each other.
LAKE_VIEWS = {
    "export_rows": "store/lake/export_rows",
    "export_sums": "store/excerpt/export_sums",
    **{view: definition for view, definition in VIEWS.items() if view not in TABLES},
}
# Where the lines of each kind of reference file are, as they were stated last.
STATED = {
    "keys": "key_owners",
    "workspaces": "workspace_names",
    "prices": "own_prices",
    "budgets": "budget_lines",
    "expected": "expected_events",
    "rates": "own_rates",
    "rates_used": "exchange_rates",
    "invoices": "invoices",
}
# Workspace and month are those in the names of folders: what a question leaves out is not opened.
_PARTITIONS = "hive_partitioning = true, hive_types = {'org_id': varchar, 'month': date}"


@contextmanager
def open_lake(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the views of a lake, which stays as it is until the end of the block.

    What does not fit into memory goes into a temporary folder. Raises DatabaseMissing, StoreError.
    """
    with (
        kept_as_it_is(folder),
        temporary_folder() as spilled,
        duckdb.connect(config={"temp_directory": str(spilled)}) as connection,
    ):
        manifest = Manifest.of_lake(folder)
        try:
            connection.execute("set allowed_directories = $1", [[f"{folder.resolve()}/"]])
            create_lake_views(connection, folder.resolve(), manifest)
        except duckdb.Error as error:
            raise StoreError(f"The lake {folder} cannot be read: {first_line(error)}") from error
        yield connection


def create_lake_views(
    connection: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest
) -> None:
    """The tables of a lake, and over them all views and tables of a database, as views.

    A lake knows what reference files state, not when they were loaded.
    """
    for table in TABLES:
        files = duckdb.ConstantExpression([str(one) for one in paths_of(folder, manifest, table)])
        kind = _PARTITIONS if table in PARTITIONED else "hive_partitioning = false"
        connection.execute(f"create view {table} as from read_parquet({files}, {kind})")
    for view, definition in LAKE_VIEWS.items():
        connection.execute(f"create view {view} as {read_sql(definition)}")
    for stated in KINDS:
        lines = read_sql("store/lake/loaded_lines", view=STATED[stated.name])
        connection.execute(f"create view {stated.table} as {lines}")
    loads = read_sql("store/lake/reference_loads", files=tuple(kind.name for kind in KINDS))
    connection.execute(f"create view reference_loads as {loads}")


def attach_lake(connection: duckdb.DuckDBPyConnection, folder: Path, name: str) -> None:
    """Make a lake, which is open already, known to a connection as a database in memory."""
    [(before,)] = connection.execute("select current_database()").fetchall()
    connection.execute(f"attach ':memory:' as {name}")
    connection.execute(f"use {name}")
    try:
        create_lake_views(connection, folder.resolve(), Manifest.of_lake(folder))
    finally:
        connection.execute(f"use {before}")
