"""Making the database anew from the raw exports that lie beside it."""

from collections.abc import Callable
from pathlib import Path

from .archive import Archive, RawExport
from .database import OnWait, open_for_writing
from .errors import DatabaseLocked, NoData, StoreError
from .lock import only_writer
from .owners import restore_keys
from .settings import WAIT_SECONDS
from .store import Store


def rebuild(
    database: Path,
    on_progress: Callable[[int, int], None],
    *,
    wait_seconds: float = WAIT_SECONDS,
    on_wait: OnWait | None = None,
) -> int:
    """Replace `database` by one made from its raw exports alone; how many there were.

    The old file stays, and can be read, until the new one is whole. Raises NoData, DatabaseLocked,
    and StoreError where a raw export is not as it was received.
    """
    archive = Archive(database)
    with only_writer(database, wait_seconds, on_wait):
        raws = list(archive)
        if not raws:
            raise NoData(f"There are no raw exports in {archive.folder}; nothing was changed.")
        fresh = database.with_name(f".{database.name}.rebuilding")
        fresh.unlink(missing_ok=True)
        try:
            _make(fresh, archive, raws, on_progress)
            _exchange(database, fresh, wait_seconds, on_wait)
        finally:
            fresh.unlink(missing_ok=True)
    return len(raws)


def _make(
    fresh: Path,
    archive: Archive,
    raws: list[RawExport],
    on_progress: Callable[[int, int], None],
) -> None:
    with Store(fresh) as store:
        for done, raw in enumerate(raws, start=1):
            csv = archive.verified_csv(raw)
            store.take_in(raw, csv, str(csv))
            on_progress(done, len(raws))
        restore_keys(store, archive)


def _exchange(database: Path, fresh: Path, wait_seconds: float, on_wait: OnWait | None) -> None:
    """Put the new file in the place of the old one, once nobody has that open."""
    if database.exists():
        try:
            # closing it writes its log into it: the log must not meet the new file
            open_for_writing(database, wait_seconds, on_wait).close()
        except DatabaseLocked:
            raise
        except StoreError:  # beyond opening: kept for a look, with its log
            for path in (database, database.with_name(f"{database.name}.wal")):
                if path.exists():
                    path.replace(path.with_name(f"{path.name}.damaged"))
    fresh.replace(database)
