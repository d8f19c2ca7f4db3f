"""Databases that hold what a statement may show: one team's, or cost centre's, own usage."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Literal

import duckdb

from langdock_usage.errors import StoreError
from langdock_usage.files import temporary_folder
from langdock_usage.sql import VIEWS, read_sql
from langdock_usage.store.connection import attach_for_reading, open_for_writing
from langdock_usage.store.schema import follow_up
from langdock_usage.text import first_line
from langdock_usage.windows import Period

Grouping = Literal["team", "cost_center"]

_TABLES = (
    *("export_rows", "exports", "counted_exports", "usage"),
    *("price_books", "model_prices"),
    "loaded_rates_used",
    *("loaded_key_owners", "loaded_workspace_names", "loaded_budgets", "loaded_expected_events"),
    "reference_loads",
)
# Views that most questions ask are tables here, so that answers come sooner; and in `usage`, how
# tokens add up stays as all rows of a model prove it.
_ALSO_AS_TABLES = ("usage", "stored_days", "prices_in_force")


@dataclass(frozen=True)
class OwnUsage:
    """The usage of a workspace up to the end of a month, by whom it counts for."""

    grouping: Grouping
    org_id: str
    month: Period
    _connection: duckdb.DuckDBPyConnection
    _empty: Path

    def write(self, name: str, file: Path) -> None:
        """A new database with what is theirs who are called `name`. Raises StoreError.

        Rows of their keys while these were theirs, up to the end of the month; every export, with
        the number of these rows; their owners, budgets and planned events, the prices of their
        models. Of others nothing: no name, id, amount or count.
        """
        values: dict[str, object] = {"name": name, "org_id": self.org_id, "last": self.month.last}
        try:
            copyfile(self._empty, file)
            self._connection.execute(f"attach {duckdb.ConstantExpression(str(file))} as excerpt")
            try:
                for table in _TABLES:
                    query = read_sql(f"store/excerpt/own/{table}", grouping=self.grouping)
                    self._connection.execute(
                        f"insert into excerpt.main.{table} by name {query}", _used(values, query)
                    )
                self._connection.execute("use excerpt")
                follow_up(self._connection)
                for view in _ALSO_AS_TABLES[1:]:
                    self._connection.execute(f"insert into {view} {read_sql(VIEWS[view])}")
            finally:
                self._connection.execute("use original")
                self._connection.execute("detach excerpt")
        except (OSError, duckdb.Error) as error:
            raise StoreError(f"A statement has no room: {first_line(error)}") from error


@contextmanager
def own_usage(database: Path, grouping: Grouping, org_id: str, month: Period) -> Iterator[OwnUsage]:
    """The usage of a workspace, until the end of the block. Raises StoreError."""
    with temporary_folder() as folder, duckdb.connect() as connection:
        empty = folder / "empty.duckdb"
        with open_for_writing(empty) as made:  # once: it takes longer than to fill it
            for view in _ALSO_AS_TABLES:
                made.execute(f"create table filled as from {view}")
                made.execute(f"drop view {view}")
                made.execute(f"alter table filled rename to {view}")
            made.execute("drop table export_sums")
            made.execute(f"create view export_sums as {read_sql('store/excerpt/export_sums')}")
        try:
            connection.execute("set TimeZone = 'UTC'")
            attach_for_reading(connection, database, "original")
            connection.execute("use original")
            values: dict[str, object] = {"org_id": org_id, "last": month.last}
            for table in ("own_rows", "counted_rows", "key_names"):
                query = read_sql(f"store/excerpt/{table}", grouping=grouping)
                connection.execute(query, _used(values, query))
        except duckdb.Error as error:
            raise StoreError(f"{database} cannot be copied: {first_line(error)}") from error
        yield OwnUsage(grouping, org_id, month, connection, empty)


def _used(values: dict[str, object], query: str) -> dict[str, object]:
    """The parameters that stand in a query: DuckDB takes no others."""
    return {name: value for name, value in values.items() if f"${name}" in query}
