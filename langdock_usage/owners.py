"""Whose each API key is: from a file into the database, and from the database into a file."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from .archive import Archive
from .asked import nearest
from .database import OnWait
from .errors import DatabaseMissing
from .harmless import guarded
from .keys_file import COLUMNS, FOR_ORIENTATION, KeyOwner, read_keys
from .lock import only_writer
from .settings import WAIT_SECONDS
from .sql import read_sql
from .store import Store

if TYPE_CHECKING:
    from .queries import Usage


@dataclass(frozen=True)
class LoadedKeys:
    """What a load brought: how many lines and keys, and what people should look at."""

    line_count: int
    key_count: int
    remarks: tuple[str, ...]


def load_keys(
    database: Path,
    file: Path,
    *,
    wait_seconds: float = WAIT_SECONDS,
    on_wait: OnWait | None = None,
) -> LoadedKeys:
    """Take what the file says instead of what was known, all of it or nothing, and keep a copy.

    Raises KeysFileError with every wrong line, DatabaseMissing, DatabaseLocked.
    """
    if not database.is_file():
        raise DatabaseMissing(
            f"There is no database at {database}; make one with `langdock-usage fetch` first."
        )
    owners = read_keys(file)
    with (
        only_writer(database, wait_seconds, on_wait),
        Store(database, wait_seconds=wait_seconds, on_wait=on_wait) as store,
    ):
        Archive(database).keep_keys(file.read_bytes(), datetime.now(UTC))
        store.replace_key_owners(owners.values())
        remarks = [*_unknown_keys(store, owners), *_straddled(store)]
    return LoadedKeys(
        len(owners), len({owner.api_key_id for owner in owners.values()}), tuple(remarks)
    )


def restore_keys(store: Store, archive: Archive) -> None:
    """Take the file that was loaded last, for a database that is made anew."""
    kept = archive.newest_keys()
    if kept:
        store.replace_key_owners(read_keys(kept).values())


def _unknown_keys(store: Store, owners: dict[int, KeyOwner]) -> Iterable[str]:
    known = sorted({api_key_id for api_key_id, _ in store.key_names()})
    for line, owner in owners.items():
        for api_key_id in (owner.api_key_id, owner.successor_of):
            if api_key_id and api_key_id not in known:
                near = nearest(api_key_id, known)
                hint = f"; did you mean {near[0]!r}?" if near else "."
                yield f"line {line}: no usage of the key {api_key_id!r} is known{hint}"


def _straddled(store: Store) -> Iterable[str]:
    for first, last, api_key_id in store.straddled():
        yield (
            f"the key {api_key_id!r} changes hands within {first} to {last}, which is known as one "
            f"sum: it counts whole for the owner on {last}."
        )


def template(usage: "Usage") -> str:
    """The keys file to fill in: what is known already, and a line for each key that is missing."""
    lines = usage.sql(read_sql("keys_template"), exact=True)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *FOR_ORIENTATION])
    for row in lines[[*COLUMNS, *FOR_ORIENTATION]].itertuples(index=False):
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return guarded(value) if isinstance(value, str) else ""
