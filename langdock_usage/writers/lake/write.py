"""Writing a lake, or bringing it up to date: only files whose rows changed are written."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from langdock_usage.errors import DatabaseLocked, InvalidRequest, StoreError
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.store.lake.locks import IN_USE, read_by_nobody
from langdock_usage.store.lake.manifest import MANIFEST, NEXT, LakeFile, Manifest
from langdock_usage.store.waiting import OnWait
from langdock_usage.text import counted, first_line
from langdock_usage.writers.lake.install import UNFINISHED, finish, install
from langdock_usage.writers.lake.parts import Part, parts_of
from langdock_usage.writers.lake.sources import Sources, opened

LOCK = ".lock"
_HIDDEN = (LOCK, IN_USE, UNFINISHED)
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class WrittenLake:
    """What a run wrote: files of how many, the rows in them, and the files that it removed."""

    folder: Path
    written: int
    files: int
    rows: int
    removed: int

    def __str__(self) -> str:
        if not self.written and not self.removed:
            return f"{self.folder} is up to date: {counted(self.files, 'file')}."
        removed = f", {self.removed} removed" if self.removed else ""
        return (
            f"{self.folder}: {self.written} of {counted(self.files, 'file')} written"
            f"{removed}, {counted(self.rows, 'row')}."
        )


def databases_of_lake(folder: Path) -> list[Path]:
    """The databases that a lake was made of last; none where there is no lake."""
    manifest = Manifest.of(folder)
    paths = [Path(one.path) for one in manifest.databases] if manifest else []
    return [path if path.is_absolute() else Path(os.path.relpath(folder / path)) for path in paths]


def write_lake(
    folder: Path,
    databases: Sequence[Path],
    on_progress: OnProgress,
    *,
    wait_seconds: float = WAIT_SECONDS,
    on_wait: OnWait | None = None,
) -> WrittenLake:
    """Write what these databases hold into the folder, in place of what it held.

    Who reads the lake meanwhile reads it as it was, or as it is then. Raises InvalidRequest,
    DatabaseMissing, DatabaseLocked, ExportConflict, StoreError; the lake is then as it was.
    """
    try:
        _check_folder(folder)
        with _only_writer(folder):
            if (folder / NEXT).exists() or (folder / UNFINISHED).exists():
                with read_by_nobody(folder, wait_seconds, on_wait):
                    finish(folder)
            try:
                with opened(databases) as sources:
                    written, is_new = _write(folder, sources, on_progress)
                if is_new:
                    with read_by_nobody(folder, wait_seconds, on_wait):
                        install(folder)
            finally:
                shutil.rmtree(folder / UNFINISHED, ignore_errors=True)
    except (OSError, duckdb.Error) as error:
        reason = first_line(error) if isinstance(error, duckdb.Error) else error.strerror
        raise StoreError(f"The lake {folder} cannot be written: {reason}") from error
    return written


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InvalidRequest(f"{folder} is a file; name a folder for the lake.")
    others = {path.name for path in folder.glob("*")} - {*_HIDDEN}
    if others and not _is_lake(folder):
        raise InvalidRequest(
            f"{folder} holds something else; name a folder of its own for the lake."
        )


def _is_lake(folder: Path) -> bool:
    return (folder / MANIFEST).exists() or (folder / NEXT).exists()


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    """Keep other writers out. A new folder of which no lake becomes is removed."""
    lock = FileLock(folder / LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise DatabaseLocked(
            f"Another process is writing the lake {folder}; try again when it is done."
        ) from None
    try:
        yield
    finally:
        is_lake = _is_lake(folder)
        with suppress(OSError):  # not ours alone
            if not is_lake:
                (folder / IN_USE).unlink(missing_ok=True)
                (folder / LOCK).unlink(missing_ok=True)
            lock.release()
            if not is_lake:
                folder.rmdir()


def _write(folder: Path, sources: Sources, on_progress: OnProgress) -> tuple[WrittenLake, bool]:
    """Write what changed, for `install`; and whether anything did."""
    before = Manifest.of(folder) or Manifest()
    parts = list(parts_of(sources))
    changed = [part for part in parts if not _is_there(folder, before, part)]
    unfinished = folder / UNFINISHED
    files = dict(before.files)
    for done, part in enumerate(changed, start=1):
        files[part.name] = _write_part(sources, part, unfinished / part.name)
        on_progress(done, len(changed))
    after = Manifest(sources.seen_from(folder), {part.name: files[part.name] for part in parts})
    is_new = bool(changed) or after != before
    if is_new:
        unfinished.mkdir(exist_ok=True)
        (unfinished / MANIFEST).write_text(after.to_json(), encoding="utf-8", newline="\n")
    written = WrittenLake(
        folder,
        written=len(changed),
        files=len(parts),
        rows=sum(files[part.name].rows for part in changed),
        removed=len(before.files.keys() - after.files.keys()),
    )
    return written, is_new


def _is_there(folder: Path, before: Manifest, part: Part) -> bool:
    known = before.files.get(part.name)
    return (
        known is not None
        and known.fingerprint == part.fingerprint
        and (folder / part.name).exists()
    )


def _write_part(sources: Sources, part: Part, path: Path) -> LakeFile:
    path.parent.mkdir(parents=True)
    row = sources.connection.execute(
        f"copy ({part.query}) to $path (format parquet, compression zstd)",
        {**part.values, "path": str(path)},
    ).fetchone()
    return LakeFile(part.fingerprint, int(row[0]) if row else 0)
