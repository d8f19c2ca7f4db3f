"""Making the database anew from the raw exports that lie beside it."""

from collections.abc import Callable
from pathlib import Path

from .archive import Archive
from .database import open_for_writing
from .errors import NoData
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
    open_for_writing(database).close()  # nobody else may be using the file that is replaced
    fresh = database.with_name(f".{database.name}.rebuilding")
    fresh.unlink(missing_ok=True)
    try:
        with Store(fresh) as store:
            for done, raw in enumerate(raws, start=1):
                csv = archive.verified_csv(raw)
                store.take_in(raw, csv, str(csv))
                on_progress(done, len(raws))
            restore_keys(store, archive)
        fresh.replace(database)
    finally:
        fresh.unlink(missing_ok=True)
    return len(raws)
