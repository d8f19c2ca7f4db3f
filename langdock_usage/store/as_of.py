"""The database as it was at a moment in the past."""

from datetime import datetime

import duckdb

from langdock_usage.sql import AS_TABLES, read_sql
from langdock_usage.store.schema import create_views

ARCHIVE = "archive"  # the name under which the file is attached
# Tables of which a moment sees a part, and the names under which that part is made of all of them.
RECEIVED = {
    "exports": "received",
    "reference_loads": "received_reference_loads",
    "price_books": "received_price_books",
}


def create_views_as_of(connection: duckdb.DuckDBPyConnection, moment: datetime) -> None:
    """The tables and views, in memory, over what the attached file had received by then."""
    tables = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = $archive and not list_contains($found_again, table_name)",
        {"archive": ARCHIVE, "found_again": ["counted_exports", *AS_TABLES]},
    ).fetchall()
    for (name,) in tables:
        table = duckdb.ColumnExpression(name)
        view = RECEIVED.get(name, table)
        connection.execute(f"create view {view} as from {ARCHIVE}.main.{table}")
    for name in RECEIVED:
        connection.execute(read_sql(f"store/schema/{name}_as_of"), {"moment": moment})
    create_views(connection)
