"""Taking exports into the database: each whole or not at all, in a transaction of its own."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

import duckdb

from .archive import RawExport
from .database import OnWait, first_line, open_for_writing
from .errors import ExportConflict, ExportFormatError, StoreError
from .exports import Stated, first_fault, is_gzip, read_stated
from .header import Header
from .keys_file import KeyOwner
from .settings import WAIT_SECONDS
from .sql import read_sql
from .stored import Stored
from .windows import Period


@dataclass(frozen=True)
class TakenIn:
    """What an export brought. `org_id` is None for a day without usage of an unknown workspace."""

    export_id: str
    org_id: str | None
    record_count: int
    unknown_columns: tuple[str, ...] = ()


def workspace_of(stated: Stated | None, asked_for: str | None, name: str) -> str | None:
    """The workspace that an export states, else the one asked for. Raises ExportConflict."""
    answered = stated.org_id if stated else None
    if answered and asked_for and answered != asked_for:
        raise ExportConflict(
            f"{name} belongs to workspace {answered!r}, but {asked_for!r} was asked for; "
            f"use the key of that workspace, or say --org {answered} if this one is meant."
        )
    return answered or asked_for


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
        stated = read_stated(csv, name) if csv else None
        if stated and raw.group_by == "model" and not stated.header.has_model:
            raise ExportFormatError(
                f"{name}, line 1: the export was to be grouped by model but has no model column."
            )
        org_id = workspace_of(stated, raw.org_id, name)
        self._connection.begin()
        try:
            self._adopt_nameless(org_id)
            self._check_conflicts(raw, org_id, name)
            count = self._insert(raw, org_id, csv, stated, name)
            self._connection.commit()
        except duckdb.Error as error:
            self._give_up()
            raise StoreError(f"{self.path} cannot be written: {first_line(error)}") from error
        except BaseException:
            self._give_up()
            raise
        unknown = stated.header.unknown if stated else ()
        return TakenIn(raw.export_id, org_id, count, unknown)

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
            self._connection.execute("delete from exports")
            for raw in others:
                if raw.export_id not in known:
                    continue
                stated, count = known[raw.export_id]
                org_id = stated if count else raw.org_id
                self._adopt_nameless(org_id)
                self._record(raw, org_id, count)
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
                    read_sql("insert_key_owner"), asdict(owner) | {"loaded_at": loaded_at}
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

    def _check_conflicts(self, raw: RawExport, org_id: str | None, name: str) -> None:
        known = self.timezone_of(org_id, other_than=raw.timezone)
        if known:
            raise ExportConflict(
                f"{name} is in time zone {raw.timezone}, but workspace {org_id} is stored in "
                f"{known}, which it keeps; use --timezone {known} if that is its zone, "
                "else begin a new database with --db."
            )
        overlap = self._connection.execute(
            read_sql("overlapping"),
            {
                "org_id": org_id,
                "window_start": raw.window.first,
                "window_end": raw.window.last,
            },
        ).fetchone()
        if overlap:
            export_id, first, last = overlap
            raise ExportConflict(
                f"{name} ({raw.window}) overlaps the stored export {export_id} ({first} to {last}) "
                "without one containing the other; days in both would be counted twice."
            )

    def _insert(
        self, raw: RawExport, org_id: str | None, csv: Path | None, stated: Stated | None, name: str
    ) -> int:
        count = 0
        if csv and stated and stated.utc_dates:
            count = self._insert_rows(raw, csv, stated.header, stated.utc_dates, org_id, name)
        self._record(raw, org_id, count)
        return count

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
                read_sql("yields_to"), {**same, "yields_to": raw.yields_to}
            ).fetchone()
            yields_to = found[0] if found else None
        self._connection.execute(
            read_sql("insert_export"),
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
            },
        )
        if yields_to is None:
            self._connection.execute(read_sql("supersede"), {**same, "export_id": raw.export_id})

    def _insert_rows(
        self,
        raw: RawExport,
        csv: Path,
        header: Header,
        utc_dates: Period,
        org_id: str | None,
        name: str,
    ) -> int:
        try:
            rows = "rows_added_up" if header.has_raw_model else "rows_as_stated"
            (count,) = self._connection.execute(
                read_sql("take_in") + read_sql(rows),
                {
                    "export_id": raw.export_id,
                    "path": str(csv),
                    "columns": header.duckdb_columns(),
                    "compression": "gzip" if is_gzip(csv) else "none",
                    "org_id": org_id,
                    "period_start": utc_dates.first.isoformat(),
                    "period_end": utc_dates.last.isoformat(),
                },
            ).fetchall()[0]
            (repeated,) = self._connection.execute(
                read_sql("repeated_grain"), {"export_id": raw.export_id}
            ).fetchall()[0]
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            reason = first_fault(csv, name) or f"{name}: {first_line(error)}"
            raise ExportFormatError(reason) from error
        if repeated:
            raise ExportFormatError(first_fault(csv, name) or f"{name}: states a key twice")
        return int(count)
