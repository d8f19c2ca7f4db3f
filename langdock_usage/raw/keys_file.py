"""The file that says whose each API key is: what it must look like, or which lines are wrong.

    api_key_id,team,cost_center,owner,valid_from,successor_of
    3f1c…,Support,4711,Ana,,
    3f1c…,Sales,4712,Ben,2026-10-01,
    9ab2…,,,,,3f1c…

One line per key and state; all columns but the id may be empty or missing. A state holds from
`valid_from` (empty: from the beginning) until the key's next line begins. `successor_of` names the
rotated key that this one follows; with nothing else, the key is whose that one is.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from langdock_usage.errors import InvalidRequest, KeysFileError
from langdock_usage.harmless import without_guard
from langdock_usage.raw.csv_file import CsvFile, read_csv_file
from langdock_usage.text import suggestion
from langdock_usage.windows import parse_day

UNASSIGNED = "unassigned"
MAX_LENGTH = 200
SHOWN_FAULTS = 20
# what `keys template` writes beside our columns, so that people know what they fill in
FOR_ORIENTATION = ("api_key_name", "total_cost_usd")


@dataclass(frozen=True)
class KeyOwner:
    """One line: whose a key is from a day on."""

    api_key_id: str
    team: str | None = None
    cost_center: str | None = None
    owner: str | None = None
    valid_from: date | None = None
    successor_of: str | None = None


COLUMNS = tuple(field.name for field in fields(KeyOwner))


def read_keys(path: Path) -> dict[int, KeyOwner]:
    """The lines of the file, by their numbers. Raises KeysFileError, which names all mistakes."""
    file = read_csv_file(path)
    found: dict[int, KeyOwner] = {}
    faults = [(1, fault) for fault in _wrong_columns(file.columns)]
    for line, row in file.rows.items():
        if len(row) != len(file.columns):
            expected = f"the header has {len(file.columns)} columns"
            faults.append((line, f"has {len(row)} values where {expected}"))
            continue
        owner, of_line = _owner(dict(zip(file.columns, row, strict=True)))
        faults += [(line, fault) for fault in of_line]
        if owner:
            found[line] = owner
    faults += _contradictions(found)
    if faults:
        shown = [f"line {line}: {fault}" for line, fault in sorted(faults)[:SHOWN_FAULTS]]
        more = f"; and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
        raise KeysFileError(f"{path}: {'; '.join(shown)}{more}. Nothing was changed.")
    return found


def keys_in(file: CsvFile) -> set[str]:
    """The keys that have a line, whatever else is wrong with it. Raises KeysFileError."""
    if "api_key_id" not in file.columns:
        raise KeysFileError(
            f"{file.path}, line 1: the column 'api_key_id' is missing. Nothing was changed."
        )
    place = file.columns.index("api_key_id")
    return {as_read(row[place]) for row in file.rows.values() if len(row) > place}


def as_read(cell: str) -> str:
    """What a cell says: without its guard, and in one of the forms that look the same."""
    return unicodedata.normalize("NFC", without_guard(cell.strip()))


def _wrong_columns(names: list[str]) -> Iterator[str]:
    for name in dict.fromkeys(names):
        if name not in (*COLUMNS, *FOR_ORIENTATION):
            yield f"there is no column {name!r} ({suggestion(name, COLUMNS).rstrip('.')})"
        if names.count(name) > 1:
            yield f"the column {name!r} stands there twice"
    if "api_key_id" not in names:
        yield (
            "the column 'api_key_id' is missing; "
            "`langdock-usage keys template` writes a file to fill in"
        )


def _owner(values: Mapping[str, str]) -> tuple[KeyOwner | None, list[str]]:
    """What a line says, if its key and day can be read, and all that is wrong with it."""
    read: dict[str, Any] = {}
    faults: list[str] = []
    for name in [name for name in COLUMNS if name in values]:
        try:
            read[name] = (_day if name == "valid_from" else _text)(name, values[name])
        except ValueError as error:
            faults.append(str(error))
    if read.get("successor_of") and read["successor_of"] == read.get("api_key_id"):
        faults.append(f"the key {read.pop('successor_of')!r} cannot be its own successor")
    if "api_key_id" not in read or ("valid_from" in values and "valid_from" not in read):
        return None, faults
    return KeyOwner(**read), faults


def _day(name: str, value: str) -> date | None:
    try:
        return parse_day(value.strip()) if value.strip() else None
    except InvalidRequest as error:
        raise ValueError(f"{name}: {str(error).rstrip('.')}") from None


def _text(name: str, value: str) -> str | None:
    text = as_read(value)
    if not text and name == "api_key_id":
        raise ValueError(f"{name} is empty")
    if not text.isprintable():
        raise ValueError(f"{name} holds a sign that cannot be printed")
    if len(text) > MAX_LENGTH:
        raise ValueError(f"{name} has more than {MAX_LENGTH} signs")
    if text.casefold() == UNASSIGNED and name in ("team", "cost_center"):
        raise ValueError(f"{name} cannot be called {text!r}, which stands for none; leave it empty")
    return text or None


def _contradictions(owners: dict[int, KeyOwner]) -> Iterator[tuple[int, str]]:
    """What lines say against each other."""
    states: dict[tuple[str, date | None], int] = {}
    older: dict[str, tuple[str, int]] = {}
    newer: dict[str, tuple[str, int]] = {}
    for line, owner in owners.items():
        state = (owner.api_key_id, owner.valid_from)
        if state in states:
            since = owner.valid_from or "the beginning"
            yield line, f"says again whose the key is from {since} on; see line {states[state]}"
        states.setdefault(state, line)
        if owner.successor_of is None:
            continue
        before, said = older.setdefault(owner.api_key_id, (owner.successor_of, line))
        if before != owner.successor_of:
            yield line, f"the key follows {owner.successor_of!r}, but {before!r} on line {said}"
        after, said = newer.setdefault(owner.successor_of, (owner.api_key_id, line))
        if after != owner.api_key_id:
            yield (
                line,
                f"{owner.successor_of!r} has the successor {after!r} already, on line {said}",
            )
    for key, (before, line) in older.items():
        if _leads_back(key, before, older):
            yield line, f"the successors of {key!r} lead back to itself"


def _leads_back(key: str, before: str, older: dict[str, tuple[str, int]]) -> bool:
    passed = set()
    while before in older and before not in passed:
        if before == key:
            return True
        passed.add(before)
        before = older[before][0]
    return before == key
