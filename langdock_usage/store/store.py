"""Taking exports into the database: each whole or not at all, in a transaction of its own."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

import duckdb

from langdock_usage.errors import ExportConflict, ExportFormatError, StoreError
from langdock_usage.raw.archive import RawExport
from langdock_usage.raw.header import Header
from langdock_usage.raw.keys_file import KeyOwner
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.sql import read_sql
from langdock_usage.store.database import first_line, open_for_writing
from langdock_usage.store.export_records import ExportRecord, independent
from langdock_usage.store.incoming import Incoming, TakenIn
from langdock_usage.store.schema import count_exports
from langdock_usage.store.stored import Lookups
from langdock_usage.store.waiting import OnWait


class Store:
    """A database that may be written to. Use it as a context manager, and for as short as it takes.

    Waits up to `wait_seconds` for those who have it open; `on_wait` is told so once. Raises
    DatabaseLocked, StoreError.
    """

    def __init__(
        self,
        path: Path,
        *,
        wait_seconds: float = WAIT_SECONDS,
        on_wait: OnWait | None = None,
        give_up: Event | None = None,
    ) -> None:
        self.path = path
        self._connection = open_for_writing(path, wait_seconds, on_wait, give_up)
        self.lookups = Lookups(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()

    def take_in(self, raw: RawExport, csv: Path | None, name: str) -> TakenIn:
        """Take in one export with its CSV (None: the service had no data); `name` is for errors.

        Raises ExportFormatError and ExportConflict; the database is then as it was.
        """
        return self.take_in_all([(raw, csv, name)])[0]

    def take_in_all(self, exports: Sequence[tuple[RawExport, Path | None, str]]) -> list[TakenIn]:
        """Take in some exports, all or none, in this order; otherwise like `take_in`."""
        incoming = [Incoming.read(*export) for export in exports]
        self._connection.begin()
        try:
            counts = self._insert_rows([one for one in incoming if one.has_rows])
            records = [
                ExportRecord(one.raw, one.org_id, counts.get(one.raw.export_id, 0), one.name)
                for one in incoming
            ]
            self._record(records)
            count_exports(self._connection)
            self._connection.commit()
        except duckdb.Error as error:
            self._give_up()
            raise StoreError(f"{self.path} cannot be written: {first_line(error)}") from error
        except BaseException:
            self._give_up()
            raise
        return [
            TakenIn(one.raw.export_id, record.org_id, record.record_count, one.unknown_columns)
            for one, record in zip(incoming, records, strict=True)
        ]

    def unload(self, export_id: str, others: Iterable[RawExport]) -> None:
        """Forget an export, as if it had never come in; `others` are all that stay, as received.

        Which workspace a day without usage belongs to, and what supersedes what, is worked out
        anew from them.
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
        self._connection.begin()
        try:
            self._connection.execute("delete from export_rows where export_id = ?", [export_id])
            self._connection.execute("delete from export_models where export_id = ?", [export_id])
            self._connection.execute("delete from exports")
            self._record(records)
            count_exports(self._connection)
            self._connection.commit()
        except BaseException:
            self._give_up()
            raise

    def replace_key_owners(self, owners: Iterable[KeyOwner], loaded_at: datetime) -> None:
        """Whose each API key is: from the moment on, all of these instead of what was known."""
        lines = list(owners)
        self._connection.begin()
        try:
            self._connection.execute(
                "insert into key_owner_loads values (?, ?)", [loaded_at, len(lines)]
            )
            for owner in lines:
                self._connection.execute(
                    read_sql("store/write/insert_key_owner"),
                    asdict(owner) | {"loaded_at": loaded_at},
                )
            self._connection.commit()
        except BaseException:
            self._give_up()
            raise

    def _give_up(self) -> None:
        with suppress(duckdb.Error):  # a connection that broke has no transaction left
            self._connection.rollback()

    def _adopt_nameless(self, org_id: str | None) -> None:
        """The first answer that names a workspace says whose the days without usage were."""
        if org_id and not self.lookups.workspaces():
            self._connection.execute(
                "update exports set org_id = $org_id where org_id is null", {"org_id": org_id}
            )

    def _record(self, records: Iterable[ExportRecord]) -> None:
        """The lines of exports whose rows are in, in this order, and what each supersedes.

        Raises ExportConflict.
        """
        for part in independent(records):
            self._admit(part[0])
            export_ids = [record.raw.export_id for record in part]
            self._connection.execute(
                read_sql("store/write/insert_exports"),
                {"exports": [record.as_struct() for record in part]},
            )
            self._connection.execute(read_sql("store/write/supersede"), {"export_ids": export_ids})
            self._check_overlap(part)

    def _admit(self, one: ExportRecord) -> None:
        """A workspace, and its zone, before the first of its exports. Raises ExportConflict."""
        self._adopt_nameless(one.org_id)
        known = self.lookups.timezone_of(one.org_id, other_than=one.raw.timezone)
        if known:
            raise ExportConflict(
                f"{one.name} is in time zone {one.raw.timezone}, but workspace {one.org_id} is "
                f"stored in {known}, which it keeps; use --timezone {known} if that is its zone, "
                "else begin a new database with --db."
            )

    def _check_overlap(self, records: Sequence[ExportRecord]) -> None:
        by_id = {one.raw.export_id: one for one in records if len(one.raw.window) > 1}
        overlap = (
            by_id
            and self._connection.execute(
                read_sql("store/write/overlapping"), {"export_ids": list(by_id)}
            ).fetchone()
        )
        if overlap:
            export_id, other_id, first, last = overlap
            one = by_id[export_id]
            raise ExportConflict(
                f"{one.name} ({one.raw.window}) overlaps the stored export {other_id} ({first} to "
                f"{last}) without one containing the other; days in both would be counted twice."
            )

    def _insert_rows(self, incoming: Sequence[Incoming]) -> dict[str, int]:
        """The rows of these exports; how many each has. Files of one kind are read together."""
        kinds: dict[tuple[Header, bool], list[Incoming]] = {}
        for one in incoming:
            kinds.setdefault(one.kind, []).append(one)
        counts: dict[str, int] = {}
        for (header, is_packed), some in kinds.items():
            counts |= self._insert_files(header, is_packed, some)
        return counts

    def _insert_files(
        self, header: Header, is_packed: bool, some: Sequence[Incoming]
    ) -> dict[str, int]:
        export_ids = [one.raw.export_id for one in some]
        try:
            self._connection.execute(
                read_sql("store/write/take_in", has_raw_model=header.has_raw_model),
                {
                    "incoming": [one.as_struct() for one in some],
                    "paths": [str(one.csv) for one in some],
                    "columns": header.duckdb_columns(),
                    "compression": "gzip" if is_packed else "none",
                },
            )
            found: list[tuple[str, int, bool]] = self._connection.execute(
                read_sql("store/write/rows_taken_in"),
                {"export_ids": export_ids},
            ).fetchall()
            self._connection.execute(
                read_sql("store/write/insert_export_models"), {"export_ids": export_ids}
            )
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            for one in some:
                one.raise_fault()
            raise ExportFormatError(f"{some[0].name}: {first_line(error)}") from error
        repeated = {export_id for export_id, _, is_repeated in found if is_repeated}
        for one in some:
            if one.raw.export_id in repeated:
                one.raise_fault()
                raise ExportFormatError(f"{one.name}: states a key twice")
        return {export_id: count for export_id, count, _ in found}
