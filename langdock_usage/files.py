"""Writing a file whole or not at all, whenever the process dies; and files for a while."""

import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".unfinished"
STALE_SECONDS = 3600.0  # whoever wrote nothing for so long has died
TEMPORARY = "langdock-usage-"  # how the names of folders for a while begin
_OURS = re.compile(rf"\.[0-9a-f]{{12}}{re.escape(UNFINISHED)}(\.wal.*)?")


def remove_stale(folder: Path) -> None:
    """Remove what killed processes left unfinished in a folder; not what is being written now."""
    for path in folder.glob(f".*{UNFINISHED}*"):
        with suppress(OSError):  # another process was quicker
            age_seconds = time.time() - path.stat().st_mtime
            if _OURS.fullmatch(path.name) and age_seconds > STALE_SECONDS:
                path.unlink()


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """A file to write beside `path`, which it replaces at the end, safe on the disk.

    An error, or the end of the process, leaves what stood at `path` as it was.
    """
    unfinished = path.with_name(f".{secrets.token_hex(6)}{UNFINISHED}")
    try:
        yield unfinished
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        if error.filename not in (None, str(unfinished)):  # None: while it was written
            raise
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def size_bytes(path: Path) -> int:
    """The size of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone at the end of the block; later ones remove what a killed one left.

    A lock, which the operating system gives back when its process ends, tells that it is in use.
    """
    from filelock import FileLock

    _remove_unused(Path(tempfile.gettempdir()))
    with (
        tempfile.TemporaryDirectory(prefix=TEMPORARY) as folder,
        FileLock(Path(folder, ".lock")),
    ):
        inside = Path(folder, "files")
        inside.mkdir()
        yield inside


def _remove_unused(parent: Path) -> None:
    """Remove the temporary folders of processes that were killed; not those of others."""
    from filelock import FileLock, Timeout

    for folder in parent.glob(f"{TEMPORARY}*"):
        with suppress(OSError, Timeout):
            found = folder.lstat()
            is_ours = found.st_uid == getattr(os, "getuid", lambda: 0)()
            if is_ours and time.time() - found.st_mtime > STALE_SECONDS:
                with FileLock(folder / ".lock", timeout=0):
                    shutil.rmtree(folder)
