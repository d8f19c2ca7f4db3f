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
from langdock_usage.store.database import OnWait, first_line, open_for_writing
from langdock_usage.store.incoming import Incoming, TakenIn
from langdock_usage.store.schema import count_exports
from langdock_usage.store.stored import Stored


class Store(Stored):
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
        super().__init__(open_for_writing(path, wait_seconds, on_wait, give_up))
        self.path = path

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
            known: set[tuple[str | None, str]] = set()
            taken_in = []
            for one in incoming:
                if one.workspace not in known:
                    self._admit(one)
                    known.add(one.workspace)
                taken_in.append(self._finish(one, counts.get(one.raw.export_id, 0)))
            count_exports(self._connection)
            self._connection.commit()
        except duckdb.Error as error:
            self._give_up()
            raise StoreError(f"{self.path} cannot be written: {first_line(error)}") from error
        except BaseException:
            self._give_up()
            raise
        return taken_in

    def unload(self, export_id: str, others: Iterable[RawExport]) -> None:
        """Forget an export, as if it had never come in; `others` are all that stay, as received.

        Which workspace a day without usage belongs to, and what supersedes what, is worked out
        anew from them.
        """
        query = "select export_id, org_id, record_count from exports"
        known = {
            stored: (org_id, count)
            for stored, org_id, count in self._connection.execute(query).fetchall()
        }
        self._connection.begin()
        try:
            self._connection.execute("delete from export_rows where export_id = ?", [export_id])
            self._connection.execute("delete from export_models where export_id = ?", [export_id])
            self._connection.execute("delete from exports")
            for raw in others:
                if raw.export_id not in known:
                    continue
                stated, count = known[raw.export_id]
                org_id = stated if count else raw.org_id
                self._adopt_nameless(org_id)
                self._record(raw, org_id, count)
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
        if org_id and not self.workspaces():
            self._connection.execute(
                "update exports set org_id = $org_id where org_id is null", {"org_id": org_id}
            )

    def _admit(self, one: Incoming) -> None:
        """A workspace, and its zone, before the first of its exports. Raises ExportConflict."""
        self._adopt_nameless(one.org_id)
        known = self.timezone_of(one.org_id, other_than=one.raw.timezone)
        if known:
            raise ExportConflict(
                f"{one.name} is in time zone {one.raw.timezone}, but workspace {one.org_id} is "
                f"stored in {known}, which it keeps; use --timezone {known} if that is its zone, "
                "else begin a new database with --db."
            )

    def _check_overlap(self, one: Incoming) -> None:
        window = one.raw.window
        if len(window) == 1:
            return  # a day lies within another period or outside of it
        overlap = self._connection.execute(
            read_sql("store/write/overlapping"),
            {"org_id": one.org_id, "window_start": window.first, "window_end": window.last},
        ).fetchone()
        if overlap:
            export_id, first, last = overlap
            raise ExportConflict(
                f"{one.name} ({window}) overlaps the stored export {export_id} ({first} to {last}) "
                "without one containing the other; days in both would be counted twice."
            )

    def _finish(self, one: Incoming, count: int) -> TakenIn:
        self._check_overlap(one)
        self._record(one.raw, one.org_id, count)
        return TakenIn(one.raw.export_id, one.org_id, count, one.unknown_columns)

    def _record(self, raw: RawExport, org_id: str | None, count: int) -> None:
        """The line of an export whose rows are in, and what it supersedes."""
        same = {
            "org_id": org_id,
            "window_start": raw.window.first,
            "window_end": raw.window.last,
            "group_by": raw.group_by,
        }
        yields_to: str | None = None
        if raw.yields_to:
            found = self._connection.execute(
                read_sql("store/write/yields_to"), {**same, "yields_to": raw.yields_to}
            ).fetchone()
            yields_to = found[0] if found else None
        self._connection.execute(
            read_sql("store/write/insert_export"),
            {
                "export_id": raw.export_id,
                **same,
                "timezone": raw.timezone,
                "fetched_at": raw.fetched_at,
                "record_count": count,
                "sha256": raw.sha256,
                "source": raw.source,
                "superseded_by": yields_to,
                "date_form": raw.date_form,
                "asked_from": raw.asked_from,
            },
        )
        if yields_to is None:
            self._connection.execute(
                read_sql("store/write/supersede"), {**same, "export_id": raw.export_id}
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
