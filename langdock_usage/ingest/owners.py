"""Whose each API key is: from a file into the database, and from the database into a file."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from langdock_usage.errors import DatabaseMissing, KeysFileError
from langdock_usage.harmless import csv_line, guarded
from langdock_usage.raw.archive import Archive
from langdock_usage.raw.csv_file import read_csv_file
from langdock_usage.raw.keys_file import (
    COLUMNS,
    FOR_ORIENTATION,
    KeyOwner,
    as_read,
    keys_in,
    read_keys,
)
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.sql import read_sql
from langdock_usage.store.lock import only_writer
from langdock_usage.store.store import Store
from langdock_usage.store.waiting import OnWait
from langdock_usage.text import nearest
from langdock_usage.whole_file import whole_file

if TYPE_CHECKING:
    from langdock_usage.metrics.usage import Usage


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

    What was known stays known to `as_of`.

    Raises KeysFileError with every wrong line, DatabaseMissing, DatabaseLocked.
    """
    if not database.is_file():
        raise DatabaseMissing(
            f"There is no database at {database}; make one with `langdock-usage fetch` first."
        )
    owners = read_keys(file)
    archive = Archive(database)
    with (
        only_writer(database, wait_seconds, on_wait),
        Store(database, wait_seconds=wait_seconds, on_wait=on_wait) as store,
    ):
        restore_keys(store, archive)
        now = datetime.now(UTC)
        archive.keep_keys(file.read_bytes(), now)
        store.replace_key_owners(owners.values(), now)
        remarks = [*_unknown_keys(store, owners), *_straddled(store)]
    return LoadedKeys(
        len(owners), len({owner.api_key_id for owner in owners.values()}), tuple(remarks)
    )


def restore_keys(store: Store, archive: Archive) -> list[str]:
    """Take in the kept files that the database lacks; says which of them cannot be read."""
    known = store.lookups.key_owner_loads()
    unreadable: list[str] = []
    for loaded_at, path in archive.kept_keys().items():
        if loaded_at not in known:
            try:
                store.replace_key_owners(read_keys(path).values(), loaded_at)
            except KeysFileError as error:
                unreadable.append(f"{error} Move it out of the folder.")
    return unreadable


def unreadable_keys(archive: Archive) -> dict[Path, str]:
    """The kept files that cannot be read, and why."""
    found: dict[Path, str] = {}
    for path in archive.kept_keys().values():
        try:
            read_keys(path)
        except KeysFileError as error:
            found[path] = str(error)
    return found


def _unknown_keys(store: Store, owners: dict[int, KeyOwner]) -> Iterable[str]:
    known = sorted({api_key_id for api_key_id, _ in store.lookups.key_names()})
    for line, owner in owners.items():
        for api_key_id in (owner.api_key_id, owner.successor_of):
            if api_key_id and api_key_id not in known:
                near = nearest(api_key_id, known)
                hint = f"; did you mean {near[0]!r}?" if near else "."
                yield f"line {line}: no usage of the key {api_key_id!r} is known{hint}"


def _straddled(store: Store) -> Iterable[str]:
    for first, last, api_key_id in store.lookups.straddled():
        yield (
            f"the key {api_key_id!r} changes hands within {first} to {last}, which is known as one "
            f"sum: it counts whole for the owner on {last}."
        )


def template(usage: "Usage") -> str:
    """The keys file to fill in: what is known already, and a line for each key that is missing."""
    names = [*COLUMNS, *FOR_ORIENTATION]
    rows = [[row[name] for name in names] for row in _template_rows(usage)]
    return "".join(f"{csv_line(row)}\n" for row in [names, *rows])


def add_missing_keys(file: Path, usage: "Usage") -> int:
    """Append a line for each key that the file lacks; how many keys. Raises KeysFileError.

    What stands in the file stays as it is, byte for byte.
    """
    kept = read_csv_file(file)
    present = keys_in(kept)
    missing = [row for row in _template_rows(usage) if as_read(row["api_key_id"]) not in present]
    if kept.delimiter == ";":  # a spreadsheet that writes it reads 3.5 as a day in May
        missing = [
            row | {"total_cost_usd": row["total_cost_usd"].replace(".", ",")} for row in missing
        ]
    if missing:
        with whole_file(file.resolve()) as unfinished:
            rows = [[row.get(name, "") for name in kept.columns] for row in missing]
            unfinished.write_bytes(kept.with_rows(rows))
            shutil.copymode(file, unfinished)
    return len({row["api_key_id"] for row in missing})


def _template_rows(usage: "Usage") -> list[dict[str, str]]:
    lines = usage.sql(read_sql("ingest/keys_template"), exact=True)
    return [
        {str(name): _cell(value) for name, value in row.items()} for row in lines.to_dict("records")
    ]


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return guarded(value) if isinstance(value, str) else ""
