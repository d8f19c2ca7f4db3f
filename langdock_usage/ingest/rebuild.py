"""Making the database again from the raw exports that lie beside it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from langdock_usage.errors import DatabaseLocked, NoData, StoreError
from langdock_usage.ingest.damaged import consequence, refusal
from langdock_usage.ingest.kept_exports import BATCH
from langdock_usage.ingest.reference_files import restore, unreadable_copies
from langdock_usage.raw.archive import Archive, Damaged, RawExport
from langdock_usage.raw.price_books import unreadable_books
from langdock_usage.raw.reference.copies import set_aside
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.store.connection import logs_of, open_for_reading, open_for_writing
from langdock_usage.store.waiting import OnWait
from langdock_usage.store.writing.lock import being_rebuilt, only_writer, remove_database
from langdock_usage.store.writing.store import Store


@dataclass(frozen=True)
class Rebuilt:
    """How many exports the database is made of, and a line for each that was left out."""

    export_count: int
    left_out: tuple[str, ...]


def rebuild(
    database: Path,
    on_progress: Callable[[int, int], None],
    *,
    skip_damaged: bool = False,
    wait_seconds: float = WAIT_SECONDS,
    on_wait: OnWait | None = None,
) -> Rebuilt:
    """Replace `database` by one made from its raw exports and what is kept beside them alone.

    The old file stays, and can be read, until the new one is whole. With `skip_damaged`, raw
    exports that are not as they were received, and copies of reference files or price books that
    cannot be read, are left out and set aside; otherwise StoreError names them all. Raises NoData,
    DatabaseLocked as well.
    """
    archive = Archive(database)
    with only_writer(database, wait_seconds, on_wait):
        raws, damaged = archive.intact()
        unreadable = unreadable_copies(archive) | unreadable_books(archive)
        if (damaged or unreadable) and not skip_damaged:
            raise refusal([*(one.reason for one in damaged), *unreadable.values()])
        if not raws:
            what = "no intact raw exports" if damaged else "no raw exports"
            raise NoData(f"There are {what} in {archive.folder}; nothing was changed.")
        fresh = being_rebuilt(database)
        try:
            consequences = _make(fresh, archive, raws, damaged, on_progress)
            _check_whole(fresh, len(raws))
            _exchange(database, fresh, wait_seconds, on_wait)
        finally:
            remove_database(fresh)
        left_out = [
            f"{one.reason} Set aside: {archive.set_aside(one.export_id)}; {what_follows}"
            for one, what_follows in zip(damaged, consequences, strict=True)
        ]
        for path, reason in unreadable.items():
            left_out.append(f"{reason} Set aside: {set_aside(path)}.")
    return Rebuilt(len(raws), tuple(left_out))


def _make(
    fresh: Path,
    archive: Archive,
    raws: list[RawExport],
    damaged: list[Damaged],
    on_progress: Callable[[int, int], None],
) -> list[str]:
    """Make the new file; what follows from each damaged export that it lacks."""
    with Store(fresh, archive=archive) as store:
        for first in range(0, len(raws), BATCH):
            batch = [(raw, archive.csv_path(raw)) for raw in raws[first : first + BATCH]]
            store.add_exports([(raw, csv, str(csv)) for raw, csv in batch])
            on_progress(first + len(batch), len(raws))
        restore(store, archive)
        store.keep_up_with_prices()
        store.write_all()
        return [consequence(store, one) for one in damaged]


def _check_whole(fresh: Path, export_count: int) -> None:
    """Nothing is exchanged before the new file is safe on the disk, and opens with every export."""
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    with open_for_reading(fresh) as connection:
        [(count,)] = connection.execute("select count(*) from exports").fetchall()
    if count != export_count or logs_of(fresh):
        raise StoreError(
            f"The new database is not whole: it holds {count} of {export_count} exports; the old "
            "one is as it was."
        )


def _exchange(database: Path, fresh: Path, wait_seconds: float, on_wait: OnWait | None) -> None:
    """Put the new file in the place of the old one, once nobody has that open."""
    if database.exists():
        try:
            # closing it writes its log into it: the log must not meet the new file
            open_for_writing(database, wait_seconds, on_wait).close()
        except DatabaseLocked:
            raise
        except StoreError:  # beyond opening, and the new one holds all that is known
            pass
    for log in logs_of(database):
        log.unlink()
    fresh.replace(database)
