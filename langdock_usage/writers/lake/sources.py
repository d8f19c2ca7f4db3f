"""The databases that a lake is made of, open for reading all together."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from langdock_usage.errors import ExportConflict, InvalidRequest
from langdock_usage.files import temporary_folder
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.raw.reference.kinds.rates import RATES
from langdock_usage.raw.reference.kinds.rates_used import RATES_USED
from langdock_usage.raw.reference.kinds.workspaces import WORKSPACES
from langdock_usage.raw.reference.reference_file import ReferenceFile
from langdock_usage.sql import read_sql
from langdock_usage.store.connection import attach_for_reading, open_for_reading
from langdock_usage.store.lake.manifest import LakeDatabase

# Of most tables, several databases are the sum of their lines. These have a way of their own,
_OWN_WAYS = ("key_owners", "workspace_names", "price_books", "model_prices")
# here a line may be for every workspace (then, what it is about),
_OF_WORKSPACES = {
    "own_prices": "model, valid_from",
    "budget_lines": "scope, name, valid_from",
    "invoices": "number",
}
# and of these, nothing may be stated twice.
_STATED_ONCE: dict[str, ReferenceFile[Any]] = {
    "key_owners": KEYS,
    "workspace_names": WORKSPACES,
    "own_rates": RATES,
    "exchange_rates": RATES_USED,
}


@dataclass(frozen=True)
class Sources:
    """Databases, attached to one connection under these names."""

    connection: duckdb.DuckDBPyConnection
    databases: dict[str, Path]

    def rows_of(self, table: str) -> str:
        """The query for a table that is not partitioned."""
        names = tuple(self.databases)
        if len(names) == 1:
            return f"from {names[0]}.{table}"
        if table in _OWN_WAYS:
            return read_sql(f"writers/lake/{table}", databases=names)
        if table in _OF_WORKSPACES:
            return read_sql(
                "writers/lake/of_workspaces",
                table=table,
                databases=names,
                subject=_OF_WORKSPACES[table],
            )
        return read_sql("writers/lake/table", table=table, databases=names)

    def seen_from(self, folder: Path) -> list[LakeDatabase]:
        """What a lake in this folder says of them."""
        ids = "select {} from {}.exports where {} is not null order by all"
        return [
            LakeDatabase(
                path.as_posix() if path.is_absolute() else _seen_from(folder, path),
                self._values(ids.format("distinct org_id", name, "org_id")),
                self._values(ids.format("export_id", name, "export_id")),
            )
            for name, path in self.databases.items()
        ]

    def _values(self, query: str) -> list[str]:
        return [value for (value,) in self.connection.execute(query).fetchall()]

    def check(self) -> None:
        """Raise ExportConflict where they cannot be put together."""
        if len(self.databases) == 1:
            return
        query = read_sql("writers/lake/workspaces_twice", databases=tuple(self.databases))
        for org_id, names in self.connection.execute(query).fetchall():
            first, second, *_ = (self.databases[name] for name in names)
            raise ExportConflict(
                f"{first} and {second} both hold the workspace {org_id!r}; a lake takes each "
                "workspace from one database."
            )
        for table, kind in _STATED_ONCE.items():
            subject = ", ".join(kind.unique)
            query = read_sql(
                "writers/lake/contradictions", subject=subject, lines=self.rows_of(table)
            )
            for found in self.connection.execute(query).fetchall():
                about = ", ".join(str(value) for value in found if value is not None)
                raise ExportConflict(
                    f"The databases state different {table.replace('_', ' ')} for {about!r}; load "
                    "the same file into each of them, or write lakes of their own."
                )


def _seen_from(folder: Path, path: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


@contextmanager
def opened(paths: Sequence[Path]) -> Iterator[Sources]:
    """Databases that nobody can change until the end of the block; each of them once.

    Raises DatabaseMissing, DatabaseLocked, InvalidRequest, StoreError, ExportConflict.
    """
    distinct = {os.path.realpath(path): path for path in paths}
    with (
        ExitStack() as held,
        temporary_folder() as spilled,
        duckdb.connect(config={"temp_directory": str(spilled)}) as connection,
    ):
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_progress_bar = false")
        databases: dict[str, Path] = {}
        for number, path in enumerate(distinct.values(), start=1):
            if path.is_dir():
                raise InvalidRequest(f"{path} is a folder; name databases with --db.")
            held.enter_context(open_for_reading(path))
            databases[f"database_{number}"] = path
            attach_for_reading(connection, path, f"database_{number}")
        sources = Sources(connection, databases)
        sources.check()
        yield sources
