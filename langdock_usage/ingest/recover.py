"""What an earlier run kept just before it was killed: taken in before anything else happens."""

from langdock_usage.errors import ExportConflict, ExportFormatError, StoreError
from langdock_usage.ingest.intake import take_in
from langdock_usage.ingest.owners import restore_keys
from langdock_usage.ingest.unload import finish_unloading
from langdock_usage.raw.archive import Archive
from langdock_usage.store.store import Store


def take_in_kept(store: Store, archive: Archive) -> list[str]:
    """Take in every raw export that the database lacks; says what it refuses, and why."""
    refused: list[str] = []
    archive.sweep()
    finish_unloading(store, archive)
    stored = store.lookups.export_ids()
    refused += restore_keys(store, archive)
    for raw in archive:
        if raw.export_id not in stored:
            try:
                archive.verified_csv(raw)
                take_in(store, archive, raw)
            except (ExportFormatError, ExportConflict) as error:
                refused.append(str(error))
            except StoreError as error:
                refused.append(f"{error} (set aside: {archive.set_aside(raw)})")
    return refused
