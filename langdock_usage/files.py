"""Writing a file whole or not at all, whenever the process dies."""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".unfinished"
STALE_SECONDS = 3600.0  # whoever wrote nothing for so long has died
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
        if error.filename != str(unfinished):
            raise
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def size_bytes(path: Path) -> int:
    """The size of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
