"""Reference files into the database, whole or not at all; and again from the copies of them."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from langdock_usage.errors import DatabaseMissing, ReferenceFileError
from langdock_usage.raw.archive import Archive
from langdock_usage.raw.csv_file import read_csv_file
from langdock_usage.raw.reference.copies import ReferenceCopies
from langdock_usage.raw.reference.kinds import KINDS
from langdock_usage.raw.reference.reading import read_lines
from langdock_usage.raw.reference.reference_file import Line, ReferenceFile
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.store.waiting import OnWait
from langdock_usage.store.writing.lock import only_writer, refuse_lake
from langdock_usage.store.writing.store import Store

MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class LoadedFile:
    """What a file holds: how many lines, on how many subjects, and what people should look at.

    `unchanged_since` is when the same file was loaded; None if it was not the last one.
    """

    line_count: int
    subject_count: int
    warnings: tuple[str, ...]
    unchanged_since: datetime | None = None


def load_file(
    kind: ReferenceFile[Line],
    database: Path,
    file: Path,
    *,
    wait_seconds: float = WAIT_SECONDS,
    on_wait: OnWait | None = None,
) -> LoadedFile:
    """Load a file in place of the one before, all of it or nothing, and keep a copy.

    What was loaded before stays known to `as_of`.

    Raises ReferenceFileError with every wrong line, DatabaseMissing, DatabaseLocked.
    """
    refuse_lake(database)
    if not database.is_file():
        raise DatabaseMissing(
            f"There is no database at {database}; make one with `langdock-usage fetch` first."
        )
    csv = read_csv_file(file)
    lines = read_lines(kind, csv)
    archive = Archive(database)
    copies = ReferenceCopies(archive, kind.name)
    with (
        only_writer(database, wait_seconds, on_wait),
        Store(database, wait_seconds=wait_seconds, on_wait=on_wait) as store,
    ):
        restore(store, archive)
        unchanged_since = _load_of(csv.content, copies, store)
        if unchanged_since is None:
            _check(kind, file, lines, store)
            _add(kind, csv.content, lines, copies, store)
        warnings = tuple(kind.warn(store.lookups, lines))
    subjects = {tuple(getattr(line, name) for name in kind.subject) for line in lines.values()}
    return LoadedFile(len(lines), len(subjects), warnings, unchanged_since)


def _check(kind: ReferenceFile[Line], file: Path, lines: dict[int, Line], store: Store) -> None:
    """Raises ReferenceFileError with what is wrong beside the usage that is known."""
    faults = sorted(kind.refuse(store.lookups, lines))
    if faults:
        told = "; ".join(f"line {number}: {fault}" for number, fault in faults)
        raise ReferenceFileError(f"{file}: {told}. Nothing was changed.")


def restore(store: Store, archive: Archive) -> list[str]:
    """Load the copies that the database lacks; says which of them cannot be read."""
    unreadable: list[str] = []
    for kind in KINDS:
        known = store.lookups.reference_loads(kind.name)
        for loaded_at, path in ReferenceCopies(archive, kind.name).by_moment().items():
            if loaded_at not in known:
                try:
                    _insert(store, kind, read_lines(kind, read_csv_file(path)), loaded_at)
                except ReferenceFileError as error:
                    unreadable.append(f"{error} Move it out of the folder.")
    return unreadable


def unreadable_copies(archive: Archive) -> dict[Path, str]:
    """The copies that cannot be read, and why."""
    found: dict[Path, str] = {}
    for kind in KINDS:
        for path in ReferenceCopies(archive, kind.name).by_moment().values():
            try:
                read_lines(kind, read_csv_file(path))
            except ReferenceFileError as error:
                found[path] = str(error)
    return found


def _load_of(content: bytes, copies: ReferenceCopies, store: Store) -> datetime | None:
    """When this very file was loaded, if no other one was loaded since."""
    last = max(store.lookups.reference_loads(copies.name), default=None)
    copy = copies.by_moment().get(last) if last else None
    return last if copy and copy.read_bytes() == content else None


def _add(
    kind: ReferenceFile[Line],
    content: bytes,
    lines: dict[int, Line],
    copies: ReferenceCopies,
    store: Store,
) -> None:
    """Keep the copy, then insert the lines: should the process die, the next writer goes on."""
    now = datetime.now(UTC)
    last = max(store.lookups.reference_loads(kind.name), default=now - MOMENT)
    loaded_at = max(now, last + MOMENT)  # also if the clock was set back
    copy = copies.keep(content, loaded_at)
    try:
        _insert(store, kind, lines, loaded_at)
    except BaseException:
        copy.unlink()
        raise


def _insert(
    store: Store, kind: ReferenceFile[Line], lines: dict[int, Line], loaded_at: datetime
) -> None:
    rows = [asdict(line) for line in lines.values()]
    store.add_reference_file(kind.name, kind.table, rows, loaded_at)
