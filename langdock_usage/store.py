"""Taking exports into the database: each whole or not at all, in a transaction of its own."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from .archive import RawExport
from .database import first_line, open_for_writing
from .errors import ExportConflict, ExportFormatError, StoreError
from .exports import Header, Stated, first_fault, is_gzip, read_stated
from .keys_file import KeyOwner
from .sql import read_sql
from .windows import Period, month_of


@dataclass(frozen=True)
class TakenIn:
    """What an export brought. `org_id` is None for a day without usage of an unknown workspace."""

    export_id: str
    org_id: str | None
    record_count: int
    unknown_columns: tuple[str, ...] = ()


class Store:
    """A database that may be written to. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._is_new = not path.exists()
        self._connection = open_for_writing(path)
        self.path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        unused = self._is_new and not self.export_ids()
        self._connection.close()
        if error and unused:  # a command that failed leaves things as they were
            self.path.unlink()

    def take_in(self, raw: RawExport, csv: Path | None, name: str) -> TakenIn:
        """Take in one export with its CSV (None: the service had no data); `name` is for errors.

        Raises ExportFormatError and ExportConflict; the database is then as it was.
        """
        stated = read_stated(csv, name) if csv else None
        if stated and raw.group_by == "model" and not stated.header.has_model:
            raise ExportFormatError(
                f"{name}, line 1: the export was to be grouped by model but has no model column."
            )
        org_id = self._workspace(raw, stated, name)
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

    def replace_key_owners(self, owners: Iterable[KeyOwner]) -> None:
        """Whose each API key is: all of these instead of what was known."""
        self._connection.begin()
        try:
            self._connection.execute("delete from key_owners")
            for owner in owners:
                self._connection.execute(read_sql("insert_key_owner"), asdict(owner))
            self._connection.commit()
        except BaseException:
            self._give_up()
            raise

    def counted_cost(self, org_id: str, days: Period) -> Decimal | None:
        """Cost in USD of the periods that count and hold some of these days; None without any."""
        rows: list[tuple[Decimal | None]] = self._connection.execute(
            read_sql("counted_cost"), {"org_id": org_id, "first": days.first, "last": days.last}
        ).fetchall()
        return rows[0][0]

    def counts(self, export_id: str) -> bool:
        """Whether an export is one of those that count."""
        query = "select count(*) from counted_exports where export_id = ?"
        [(count,)] = self._connection.execute(query, [export_id]).fetchall()
        return bool(count)

    def straddled(self) -> list[tuple[date, date, str]]:
        """Periods (first and last day) in which an API key with usage changed hands."""
        return self._connection.execute(read_sql("straddled")).fetchall()

    def key_names(self) -> list[tuple[str, str | None]]:
        """Every name that each API key ever had."""
        return self._connection.execute(read_sql("key_names")).fetchall()

    def workspaces(self) -> dict[str, str]:
        """Every workspace of the database with its time zone."""
        rows = self._connection.execute(read_sql("workspaces")).fetchall()
        return dict(rows)

    def timezone_of(self, org_id: str | None, *, other_than: str = "") -> str | None:
        """The zone of a workspace, or of the days whose workspace is not known yet."""
        found = self._connection.execute(
            "select timezone from exports where org_id is not distinct from ? and timezone <> ?",
            [org_id, other_than],
        ).fetchone()
        return str(found[0]) if found else None

    def unfinished_days(self, org_id: str | None) -> set[date]:
        """Stored days that were fetched before they were over."""
        rows = self._connection.execute(read_sql("unfinished_days"), {"org_id": org_id}).fetchall()
        return {day for (day,) in rows}

    def single_days(self, org_id: str | None) -> set[date]:
        """The days for which an export of just that day, grouped by model, is stored."""
        rows = self._connection.execute(read_sql("single_days"), {"org_id": org_id}).fetchall()
        return {day for (day,) in rows}

    def export_ids(self) -> set[str]:
        """The id of every export in the database."""
        rows = self._connection.execute("select export_id from exports").fetchall()
        return {export_id for (export_id,) in rows}

    def usage_of_day(self, org_id: str | None, day: date) -> tuple[str, int, Decimal] | None:
        """Export, rows and cost in USD of a stored day that has usage; else None."""
        found: tuple[str, int, Decimal] | None = self._connection.execute(
            read_sql("usage_of_day"), {"org_id": org_id, "day": day}
        ).fetchone()
        return found

    def months_to_reconcile(self, org_id: str, first: date) -> list[Period]:
        """Complete months since `first` that no ungrouped export newer than their days covers."""
        rows = self._connection.execute(
            read_sql("months_to_reconcile"), {"org_id": org_id, "first": first}
        ).fetchall()
        return [month_of(month) for (month,) in rows]

    def differences(self, org_id: str) -> list[tuple[date, str, str | None, int, Decimal]]:
        """Month, key, name, requests and USD by which a month differs from its days."""
        return self._connection.execute(read_sql("differences"), {"org_id": org_id}).fetchall()

    def find(
        self, org_id: str, window: Period, timezone: str, group_by: str | None, sha256: str | None
    ) -> str | None:
        """The export of this period with this very content that was taken in already."""
        found = self._connection.execute(
            read_sql("same_export"),
            {
                "org_id": org_id,
                "window_start": window.first,
                "window_end": window.last,
                "timezone": timezone,
                "group_by": group_by,
                "sha256": sha256,
            },
        ).fetchone()
        return str(found[0]) if found else None

    def first_day(self, org_id: str | None) -> date | None:
        """The first day of any period that is stored."""
        row = self._connection.execute(
            "select min(window_start) from exports where org_id is not distinct from ?", [org_id]
        ).fetchone()
        return row[0] if row else None

    def _workspace(self, raw: RawExport, stated: Stated | None, name: str) -> str | None:
        answered = stated.org_id if stated else None
        if answered and raw.org_id and answered != raw.org_id:
            raise ExportConflict(
                f"{name} belongs to workspace {answered!r}, but {raw.org_id!r} was asked for; "
                f"use the key of that workspace, or say --org {answered} if this one is meant."
            )
        return answered or raw.org_id

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
        window = {"window_start": raw.window.first, "window_end": raw.window.last}
        self._connection.execute(
            read_sql("insert_export"),
            {
                "export_id": raw.export_id,
                "org_id": org_id,
                **window,
                "timezone": raw.timezone,
                "group_by": raw.group_by,
                "fetched_at": raw.fetched_at,
                "record_count": count,
                "sha256": raw.sha256,
                "source": raw.source,
                "superseded_by": raw.yields_to,
            },
        )
        if raw.yields_to is None:
            self._connection.execute(
                read_sql("supersede"),
                {
                    "export_id": raw.export_id,
                    "org_id": org_id,
                    **window,
                    "group_by": raw.group_by,
                },
            )
        return count

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
            (count,) = self._connection.execute(
                read_sql("take_in"),
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
