"""Writing a file whole or not at all, whenever the process dies."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".unfinished"


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
