"""Taking back an export that was loaded by mistake, as if it had never been loaded."""

from dataclasses import dataclass
from pathlib import Path

from langdock_usage.errors import DatabaseMissing, InvalidRequest, StoreError
from langdock_usage.escaping import printable
from langdock_usage.raw.archive import UNLOADED, Archive, RawExport
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.store.waiting import OnWait
from langdock_usage.store.writing.lock import only_writer, refuse_lake
from langdock_usage.store.writing.store import Store
from langdock_usage.text import suggestion


@dataclass(frozen=True)
class Unloaded:
    """What was taken back, where it is kept, and what that changed of its period, in words."""

    raw: RawExport
    kept_at: Path
    changes: str

    def __str__(self) -> str:
        """One line for people."""
        line = (
            f"Took back {printable(self.raw.source)}, the export {self.raw.export_id}; "
            f"it is kept as {self.kept_at}."
        )
        return f"{line} What counts in {self.raw.window} {self.changes or 'is as before'}."


def unload(
    database: Path,
    export_id: str,
    *,
    wait_seconds: float = WAIT_SECONDS,
    on_wait: OnWait | None = None,
) -> Unloaded:
    """Take back an export that was loaded by hand: what it superseded counts again.

    Its raw files are kept in a folder of their own, out of reach of `rebuild`. Raises
    DatabaseMissing, DatabaseLocked, and InvalidRequest where no loaded export has this id.
    """
    refuse_lake(database)
    if not database.is_file():
        raise DatabaseMissing(f"There is no database at {database}; name another with --db.")
    archive = Archive(database)
    with (
        only_writer(database, wait_seconds, on_wait),
        Store(database, wait_seconds=wait_seconds, on_wait=on_wait) as store,
    ):
        finish_unloading(store, archive)
        raw = _loaded(archive, export_id)
        _check_that_others_are_kept(store, archive)
        org_id = raw.org_id or ""  # a file names its workspace
        before = store.lookups.totals(org_id, raw.window)
        # the files first: should the process die here, the next run goes on from them
        kept_at = archive.set_aside(raw, UNLOADED)
        store.remove_export(raw.export_id, archive)
        changes = before.changes_to(store.lookups.totals(org_id, raw.window))
    return Unloaded(raw, kept_at, changes)


def finish_unloading(store: Store, archive: Archive) -> None:
    """Do what is left to do of an export that an earlier run was taking back when it was killed."""
    stored = store.lookups.export_ids()
    for raw in archive.unloaded():
        archive.set_aside(raw, UNLOADED)
        if raw.export_id in stored:
            _check_that_others_are_kept(store, archive)
            store.remove_export(raw.export_id, archive)


def _loaded(archive: Archive, export_id: str) -> RawExport:
    known = {raw.export_id: raw for raw in archive}
    raw = known.get(export_id)
    if raw is None and any(raw.export_id == export_id for raw in archive.unloaded()):
        raise InvalidRequest(f"{export_id} was taken back already.")
    if raw is None:
        loaded = [raw.export_id for raw in known.values() if raw.is_loaded]
        raise InvalidRequest(
            f"There is no loaded export {export_id!r}; {suggestion(export_id, loaded)}"
        )
    if not raw.is_loaded:
        raise InvalidRequest(
            f"{export_id} was fetched from {raw.source}; only what was loaded by hand can be taken "
            "back."
        )
    return raw


def _check_that_others_are_kept(store: Store, archive: Archive) -> None:
    """The raw files say how the exports that stay relate to one another."""
    lost = (
        store.lookups.export_ids() - archive.ids() - {raw.export_id for raw in archive.unloaded()}
    )
    if lost:
        raise StoreError(
            f"{len(lost)} exports of {store.path} have no raw file in {archive.folder}, "
            f"{min(lost)} for one; nothing was changed."
        )
