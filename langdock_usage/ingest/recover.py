"""What an earlier run left unfinished when it was killed: finished before anything else happens."""

from langdock_usage.errors import StoreError
from langdock_usage.ingest.kept_exports import add_kept
from langdock_usage.ingest.reference_files import restore
from langdock_usage.ingest.unload import finish_unloading
from langdock_usage.raw.archive import Archive, RawExport
from langdock_usage.store.writing.store import Store


def recover(store: Store, archive: Archive) -> list[str]:
    """Add every kept export that the database lacks; says what is refused, and why."""
    finish_unloading(store, archive)
    refused = restore(store, archive)
    stored = store.lookups.export_ids()
    waiting: list[RawExport] = []
    for raw in archive:
        if raw.export_id not in stored:
            try:
                archive.verified_csv(raw)
                waiting.append(raw)
            except StoreError as error:
                refused.append(f"{error} (set aside: {archive.set_aside(raw)})")
    while waiting:
        outcomes = add_kept(store, archive, waiting)
        refused += [str(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
        waiting = waiting[len(outcomes) :]
    return refused
