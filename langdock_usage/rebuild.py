"""Making the database anew from the raw exports that lie beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .archive import Archive, RawExport
from .database import open_for_writing
from .errors import DatabaseLocked, NoData, StoreError
from .owners import restore_keys
from .store import Store


def rebuild(database: Path, on_progress: Callable[[int, int], None]) -> int:
    """Replace `database` by one made from its raw exports alone; how many there were.

    The old file stays until the new one is whole. Raises NoData, DatabaseLocked, and StoreError
    where a raw export is not as it was received.
    """
    archive = Archive(database)
    raws = list(archive)
    if not raws:
        raise NoData(f"There are no raw exports in {archive.folder}; nothing was changed.")
    with _held(database) as is_damaged:
        _replace(database, archive, raws, on_progress, is_damaged)
    return len(raws)


@contextmanager
def _held(database: Path) -> Iterator[bool]:
    """Keep everybody else out of the file that is replaced; says whether it is beyond opening."""
    try:
        held = open_for_writing(database)
    except DatabaseLocked:
        raise
    except StoreError:
        yield True
    else:
        with held:
            yield False


def _replace(
    database: Path,
    archive: Archive,
    raws: list[RawExport],
    on_progress: Callable[[int, int], None],
    is_damaged: bool,
) -> None:
    fresh = database.with_name(f".{database.name}.rebuilding")
    fresh.unlink(missing_ok=True)
    try:
        with Store(fresh) as store:
            for done, raw in enumerate(raws, start=1):
                csv = archive.verified_csv(raw)
                store.take_in(raw, csv, str(csv))
                on_progress(done, len(raws))
            restore_keys(store, archive)
        if is_damaged:  # kept for a look, with the log that must not meet the new file
            for path in (database, database.with_name(f"{database.name}.wal")):
                if path.exists():
                    path.replace(path.with_name(f"{path.name}.damaged"))
        fresh.replace(database)
    finally:
        fresh.unlink(missing_ok=True)
