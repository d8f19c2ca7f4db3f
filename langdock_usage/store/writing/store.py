"""Writing to the database: whole or not at all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, Self

import duckdb

from langdock_usage.errors import StoreError
from langdock_usage.raw.archive import Archive, RawExport
from langdock_usage.raw.reference.kinds.prices import PRICES
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.sql import read_sql
from langdock_usage.store.connection import open_for_writing
from langdock_usage.store.lookups import Lookups
from langdock_usage.store.model_prices import (
    keep_books,
    keep_up_with_prices,
    price_new_models,
    restore_books,
)
from langdock_usage.store.schema import follow_up
from langdock_usage.store.waiting import OnWait
from langdock_usage.store.writing.export_records import ExportRecord, record_exports
from langdock_usage.store.writing.incoming import AddedExport, Incoming
from langdock_usage.store.writing.insert_rows import insert_rows
from langdock_usage.text import first_line


class Store:
    """A database that may be written to. Use it as a context manager, and for as short as it takes.

    Waits up to `wait_seconds` for those who have it open; `on_wait` is told so once. The price
    books are kept in `archive`, which is that of the file unless it will take the place of another.
    Raises DatabaseLocked, StoreError.
    """

    def __init__(
        self,
        path: Path,
        *,
        wait_seconds: float = WAIT_SECONDS,
        on_wait: OnWait | None = None,
        give_up: Event | None = None,
        archive: Archive | None = None,
    ) -> None:
        self.path = path
        self._archive = archive or Archive(path)
        self._connection = open_for_writing(path, wait_seconds, on_wait, give_up)
        self.lookups = Lookups(self._connection)
        with self._transaction():
            # the own prices of a book that is restored are still to come
            if not restore_books(self._connection, self._archive):
                keep_up_with_prices(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                keep_books(self._connection, self._archive)
        finally:
            self._connection.close()

    def write_all(self) -> None:
        """Write everything into the file itself, which needs no log then. Raises StoreError.

        Closing does so, too, but says nothing where it fails.
        """
        try:
            self._connection.execute("checkpoint")
        except duckdb.Error as error:
            raise StoreError(f"{self.path} cannot be written: {first_line(error)}") from error

    def add_export(self, raw: RawExport, csv: Path | None, name: str) -> AddedExport:
        """Add one export with its CSV (None: the service had no data); `name` is for errors.

        Raises ExportFormatError and ExportConflict; the database is then as it was.
        """
        return self.add_exports([(raw, csv, name)])[0]

    def add_exports(
        self, exports: Sequence[tuple[RawExport, Path | None, str]]
    ) -> list[AddedExport]:
        """Add some exports, all or none, in this order; otherwise like `add_export`."""
        incoming = [Incoming.read(*export) for export in exports]
        with self._transaction():
            counts = insert_rows(self._connection, incoming)
            records = [
                ExportRecord(one.raw, one.org_id, counts.get(one.raw.export_id, 0), one.name)
                for one in incoming
            ]
            record_exports(self._connection, records)
            price_new_models(self._connection, [one.raw.export_id for one in incoming])
        return [
            AddedExport(one.raw.export_id, record.org_id, record.record_count, one.unknown_columns)
            for one, record in zip(incoming, records, strict=True)
        ]

    def remove_export(self, export_id: str, others: Iterable[RawExport]) -> None:
        """Remove an export, as if it had never come in; `others` are all that stay, as received.

        Which workspace a day without usage belongs to, and what supersedes what, is worked out
        again from them.
        """
        query = "select export_id, org_id, record_count from exports"
        stored = {
            name: (org_id, count)
            for name, org_id, count in self._connection.execute(query).fetchall()
        }
        records = []
        for raw in others:
            if raw.export_id in stored:
                stated, count = stored[raw.export_id]
                org_id = stated if count else raw.org_id
                records.append(ExportRecord(raw, org_id, count, f"the export {raw.export_id}"))
        with self._transaction():
            self._connection.execute("delete from export_rows where export_id = ?", [export_id])
            self._connection.execute("delete from export_models where export_id = ?", [export_id])
            self._connection.execute("delete from export_sums where export_id = ?", [export_id])
            self._connection.execute("delete from exports")
            record_exports(self._connection, records)

    def add_reference_file(
        self, file: str, table: str, lines: Sequence[Mapping[str, Any]], loaded_at: datetime
    ) -> None:
        """What a reference file says: all of its lines hold from the moment on, no others.

        `file` is the name of its kind, `table` where its lines are stored.
        """
        with self._transaction():
            self._connection.execute(
                "insert into reference_loads values (?, ?, ?)", [file, loaded_at, len(lines)]
            )
            if lines:
                new = self._connection.sql(
                    read_sql("store/write/reference_lines"),
                    params={"loaded_at": loaded_at, "lines": lines},
                )
                new.select(*self._connection.table(table).columns).insert_into(table)
            follow_up(self._connection)
            if file == PRICES.name:
                keep_up_with_prices(self._connection, loaded_at)

    def keep_up_with_prices(self) -> None:
        """A new price book, if own prices or the installed list are not those of the newest one."""
        with self._transaction():
            keep_up_with_prices(self._connection)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All that is done in the block, or nothing. Raises StoreError for errors of DuckDB."""
        self._connection.begin()
        try:
            yield
            self._connection.commit()
        except BaseException as error:
            with suppress(duckdb.Error):  # a connection that broke has no transaction left
                self._connection.rollback()
            if isinstance(error, duckdb.Error):
                text = f"{self.path} cannot be written: {first_line(error)}"
                raise StoreError(text) from error
            raise
