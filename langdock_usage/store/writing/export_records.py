"""The line that each export has in the table `exports`, and what it says of the others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from langdock_usage.errors import ExportConflict
from langdock_usage.raw.archive import RawExport
from langdock_usage.sql import read_sql
from langdock_usage.store.lookups import Lookups
from langdock_usage.store.schema import count_exports


@dataclass(frozen=True)
class ExportRecord:
    """An export, its workspace and the number of its rows; `name` is for errors."""

    raw: RawExport
    org_id: str | None
    record_count: int
    name: str

    def as_struct(self) -> dict[str, Any]:
        """For `insert_exports.sql`."""
        raw = self.raw
        return {
            "export_id": raw.export_id,
            "org_id": self.org_id,
            "window_start": raw.window.first,
            "window_end": raw.window.last,
            "timezone": raw.timezone,
            "group_by": raw.group_by,
            "fetched_at": raw.fetched_at,
            "record_count": self.record_count,
            "sha256": raw.sha256,
            "source": raw.source,
            "yields_to": raw.yields_to,
            "date_form": raw.date_form,
            "asked_from": raw.asked_from,
        }


def record_exports(connection: duckdb.DuckDBPyConnection, records: Iterable[ExportRecord]) -> None:
    """Insert these lines, in this order, with what each supersedes; then find out which count.

    Raises ExportConflict.
    """
    for part in _independent(records):
        _admit_workspace(connection, part[0])
        connection.execute(
            read_sql("store/write/insert_exports"),
            {"exports": [record.as_struct() for record in part]},
        )
        export_ids = [record.raw.export_id for record in part]
        _change(connection, read_sql("store/write/supersede"), {"export_ids": export_ids})
        _check_overlap(connection, part)
    count_exports(connection)


def _independent(records: Iterable[ExportRecord]) -> Iterator[list[ExportRecord]]:
    """These records, in their order, in parts in which no export depends on another one.

    Those of a part are of one workspace and zone, each of another period or grouping.
    """
    part: list[ExportRecord] = []
    seen: set[object] = set()
    for record in records:
        workspace = record.org_id, record.raw.timezone
        period = record.raw.window, record.raw.group_by
        if part and (period in seen or workspace != (part[0].org_id, part[0].raw.timezone)):
            yield part
            part, seen = [], set()
        part.append(record)
        seen.add(period)
    if part:
        yield part


def _change(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, object]
) -> None:
    """Put the lines of this query in the place of those with their ids.

    An update would do, but of a table with a primary key, DuckDB 2.0 may not find it in the log of
    a process that was killed before it wrote the log into the file.
    """
    connection.execute(f"create or replace temp table changed_exports as {query}", parameters)
    connection.execute(
        "delete from exports where export_id in (select export_id from changed_exports)"
    )
    connection.execute("insert into exports by name from changed_exports")
    connection.execute("drop table changed_exports")


def _admit_workspace(connection: duckdb.DuckDBPyConnection, record: ExportRecord) -> None:
    """A workspace, and its zone, before the first of its exports. Raises ExportConflict."""
    lookups = Lookups(connection)
    if record.org_id and not lookups.workspaces():
        # the first answer that names a workspace says whose the days without usage were
        query = "select * replace ($org_id as org_id) from exports where org_id is null"
        _change(connection, query, {"org_id": record.org_id})
    known = lookups.timezone_of(record.org_id, other_than=record.raw.timezone)
    if known:
        raise ExportConflict(
            f"{record.name} is in time zone {record.raw.timezone}, but workspace {record.org_id} "
            f"is stored in {known}, which it keeps; use --timezone {known} if that is its zone, "
            "else begin a new database with --db."
        )


def _check_overlap(connection: duckdb.DuckDBPyConnection, records: Sequence[ExportRecord]) -> None:
    longer = {record.raw.export_id: record for record in records if len(record.raw.window) > 1}
    overlaps = connection.execute(
        read_sql("store/write/overlapping"), {"export_ids": list(longer)}
    ).fetchall()
    for export_id, other_id, first, last in overlaps:
        record = longer[export_id]
        raise ExportConflict(
            f"{record.name} ({record.raw.window}) overlaps the stored export {other_id} "
            f"({first} to {last}) without one containing the other; days in both would be counted "
            "twice."
        )
