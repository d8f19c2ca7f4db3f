"""The CSV of a raw export on the disk: compressed, whole, and known by its hash."""

import gzip
import hashlib
import io
import shutil
import zlib
from pathlib import Path

from isal import isal_zlib

from langdock_usage.errors import ExportFormatError
from langdock_usage.files import atomic_write
from langdock_usage.raw.exports import is_gzip

GZIP_WITHOUT_NAME_AND_TIME = 31  # how zlib asks for it


def sha256_of(csv: bytes | Path | None) -> str | None:
    """The hash of a CSV, compression undone. Raises ExportFormatError."""
    if csv is None:
        return None
    if isinstance(csv, bytes):
        return hashlib.sha256(csv).hexdigest()
    open_binary = gzip.open if is_gzip(csv) else open
    digest = hashlib.sha256()
    try:
        with open_binary(csv, "rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ExportFormatError(f"{csv}: the compressed file is damaged ({error}).") from error
    return digest.hexdigest()


def write_csv(path: Path, csv: bytes | Path) -> None:
    """Write a CSV compressed, a chunk at a time; the same CSV makes the same file."""
    with atomic_write(path) as unfinished:
        if isinstance(csv, Path) and is_gzip(csv):
            shutil.copyfile(csv, unfinished)
            return
        # the fastest level of a fast library: a million rows come in all the same
        packer = isal_zlib.compressobj(level=1, wbits=GZIP_WITHOUT_NAME_AND_TIME)
        with (
            io.BytesIO(csv) if isinstance(csv, bytes) else csv.open("rb") as source,
            unfinished.open("wb") as target,
        ):
            while chunk := source.read(1 << 20):
                target.write(packer.compress(chunk))
            target.write(packer.flush())
