"""What a lake holds: the file `lake.json` in its folder, and the Parquet files that it names.

    lake.json
    usage/org_id=…/month=2026-10-01/rows.parquet        partitioned, as `uncounted_rows` is
    exports/rows.parquet                                one file for each of the other tables

A partition has the names that Hive, Spark and DuckDB know: a workspace or month that is NULL is
`__HIVE_DEFAULT_PARTITION__`, and what could mean something in a path is written as `%2F`. Both
columns stand in the files, too. The partition without a workspace and month is always there, so
that a table without rows has its columns.

A run writes the files that change, and a new `lake.json`, into a folder that becomes `.next` when
it is whole; from then on they hold. They are then moved to their places, `lake.json` last. So each
file is found in `.next`, or where it belongs, whenever a process ends.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from langdock_usage.errors import DatabaseMissing, StoreError

FORMAT = 1  # another one as soon as tables have other columns
MANIFEST = "lake.json"
NEXT = ".next"
PARTITIONED = ("usage", "uncounted_rows")
TABLES = (
    *PARTITIONED,
    *("exports", "counted_exports", "exclusive_models", "price_books", "model_prices"),
    *("key_owners", "workspace_names", "own_prices", "budget_lines", "expected_events"),
    *("own_rates", "exchange_rates", "invoices"),
)
_FILE = "rows.parquet"
_NONE = "__HIVE_DEFAULT_PARTITION__"
_IN_PATHS = re.compile("[\x00-\x7f]")
_HARMLESS = re.compile("[A-Za-z0-9_.~-]")


@dataclass(frozen=True)
class LakeDatabase:
    """A database that a lake was made of: its path, as seen from the lake, and what it holds.

    A path that was given from the root stays as it is.
    """

    path: str
    workspaces: list[str]
    export_ids: list[str]


@dataclass(frozen=True)
class LakeFile:
    """A file of a lake: the number of its rows, and a hash of all that they are made of."""

    fingerprint: str
    rows: int


@dataclass(frozen=True)
class Manifest:
    """What `lake.json` says; `files` go by their paths in the folder, with `/`."""

    databases: list[LakeDatabase] = field(default_factory=list)
    files: Mapping[str, LakeFile] = field(default_factory=dict)

    def to_json(self) -> str:
        """One line for each file and export, so that differences can be seen."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def parse(cls, text: str | bytes, folder: str) -> "Manifest":
        """What the text of `lake.json` in a folder says. Raises StoreError."""
        try:
            stated: dict[str, Any] = json.loads(text)
            if stated["format"] != FORMAT:
                raise StoreError(
                    f"{folder} was written by another version; remove the folder and write the "
                    "lake anew."
                )
            if any(".." in PurePosixPath(name).parts for name in stated["files"]):
                raise ValueError("a file that is not of the lake")
            return cls(
                [LakeDatabase(**one) for one in stated["databases"]],
                {name: LakeFile(**one) for name, one in stated["files"].items()},
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StoreError(
                f"{folder}/{MANIFEST} is damaged; remove the folder and write the lake anew."
            ) from error

    @classmethod
    def of(cls, folder: Path) -> "Manifest | None":
        """What the lake in a folder holds; None where there is no lake. Raises StoreError."""
        return cls.at(folder / NEXT / MANIFEST) or cls.at(folder / MANIFEST)

    @classmethod
    def at(cls, path: Path) -> "Manifest | None":
        """What a file says; None where there is none. Raises StoreError."""
        try:
            state = path.stat()
            return _read(path, (state.st_ino, state.st_mtime_ns, state.st_size))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}.") from error

    @classmethod
    def of_lake(cls, folder: Path) -> "Manifest":
        """What the lake in a folder holds. Raises DatabaseMissing, StoreError."""
        found = cls.of(folder)
        if found is None:
            problem = f"There is no lake in {folder}; make one with `langdock-usage lake {folder}`."
            raise DatabaseMissing(problem)
        return found


@lru_cache(maxsize=4)  # that of hundreds of workspaces is long
def _read(path: Path, _state: tuple[int, ...]) -> Manifest:
    return Manifest.parse(path.read_bytes(), str(path.parent))


def paths_of(folder: Path, manifest: Manifest, table: str) -> Iterator[Path]:
    """The Parquet files of a table, where they are now."""
    is_moving = (folder / NEXT).is_dir()
    for name in manifest.files:
        if name.startswith(f"{table}/"):
            moving = folder / NEXT / name
            yield moving if is_moving and moving.exists() else folder / name


def file_of(table: str) -> str:
    """The name in the folder of a table that is not partitioned."""
    return f"{table}/{_FILE}"


def partition_of(table: str, org_id: str | None, month: date | None) -> str:
    """The name in the folder of a partition."""
    return f"{table}/org_id={_in_path(org_id)}/month={month or _NONE}/{_FILE}"


def _in_path(name: str | None) -> str:
    if name is None:
        return _NONE
    # Spark reads %E6 as a letter of its own, DuckDB as a byte: letters beyond ASCII stay
    escaped = _IN_PATHS.sub(lambda sign: _escaped(sign[0]), name)
    return "%5F" + escaped[1:] if escaped == _NONE else escaped


def _escaped(sign: str) -> str:
    return sign if _HARMLESS.fullmatch(sign) else f"%{ord(sign):02X}"


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, safe on the disk."""
    if path.is_dir() and os.name != "posix":
        return
    number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)
