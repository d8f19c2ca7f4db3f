"""The line that each export has in the table `exports`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from langdock_usage.raw.archive import RawExport


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


def independent(records: Iterable[ExportRecord]) -> Iterator[list[ExportRecord]]:
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
