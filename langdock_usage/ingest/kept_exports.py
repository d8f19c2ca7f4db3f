"""Exports that are kept in the archive, added to the database."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from langdock_usage.errors import ExportConflict, ExportFormatError
from langdock_usage.raw.archive import Archive, RawExport
from langdock_usage.store.writing.incoming import AddedExport
from langdock_usage.store.writing.store import Store

BATCH = 100

Outcome = AddedExport | ExportFormatError | ExportConflict


def add_kept(store: Store, archive: Archive, raws: Sequence[RawExport]) -> list[Outcome]:
    """Add the first of these exports; what became of each, in order.

    A batch of them comes in at once; where one is refused, those before it and no more. The one
    that is refused is set aside, and its error says where to.
    """
    batch = raws[:BATCH]
    with suppress(ExportFormatError, ExportConflict):
        return [*store.add_exports([_named(archive, raw) for raw in batch])]
    outcomes: list[Outcome] = []
    for raw in batch:
        try:
            outcomes.append(store.add_export(*_named(archive, raw)))
        except (ExportFormatError, ExportConflict) as error:
            aside = archive.set_aside(raw)
            return [*outcomes, type(error)(f"{error} (set aside: {aside})")]
    return outcomes


def _named(archive: Archive, raw: RawExport) -> tuple[RawExport, Path | None, str]:
    return raw, archive.csv_path(raw), f"the export of {raw.window}"
