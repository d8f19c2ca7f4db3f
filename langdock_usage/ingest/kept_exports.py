"""Exports that are kept in the archive, added to the database."""

from collections.abc import Sequence
from pathlib import Path

from langdock_usage.errors import ExportConflict, ExportFormatError
from langdock_usage.raw.archive import Archive, RawExport
from langdock_usage.store.writing.incoming import AddedExport
from langdock_usage.store.writing.store import Store

BATCH = 200

Outcome = AddedExport | ExportFormatError | ExportConflict


def add_kept(store: Store, archive: Archive, raws: Sequence[RawExport]) -> list[Outcome]:
    """Add the first of these exports; what became of each, in order.

    A batch of them comes in at once; where one is refused, those before it, in halves. The one that
    is refused is set aside, and its error says where to.
    """
    batch = raws[:BATCH]
    try:
        return [*store.add_exports([_named(archive, raw) for raw in batch])]
    except (ExportFormatError, ExportConflict) as error:
        if len(batch) > 1:
            return add_kept(store, archive, batch[: len(batch) // 2])
        aside = archive.set_aside(batch[0])
        return [type(error)(f"{error} (set aside: {aside})")]


def _named(archive: Archive, raw: RawExport) -> tuple[RawExport, Path | None, str]:
    return raw, archive.csv_path(raw), f"the export of {raw.window}"
