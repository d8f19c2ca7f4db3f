"""The file that says whose each API key is: what it must look like, or which lines are wrong.

    api_key_id,team,cost_center,owner,valid_from,successor_of
    3f1c…,Support,4711,Ana,,
    3f1c…,Sales,4712,Ben,2026-10-01,
    9ab2…,,,,,3f1c…

One line per key and state; all columns but the id may be empty or missing. A state holds from
`valid_from` (empty: from the beginning) until the key's next line begins. `successor_of` names the
rotated key that this one follows; with nothing else, the key is whose that one is.
"""

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from .asked import suggestion
from .errors import InvalidRequest, KeysFileError
from .harmless import without_guard
from .windows import parse_day

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
    """The lines of the file, by their numbers. Raises KeysFileError, which names the wrong ones."""
    found: dict[int, KeyOwner] = {}
    faults: list[tuple[int, str]] = []
    for line, values in _values(path):
        try:
            found[line] = _owner(values)
        except ValueError as error:
            faults.append((line, str(error)))
    faults += _contradictions(found)
    if faults:
        shown = [f"line {line}: {fault}" for line, fault in sorted(faults)[:SHOWN_FAULTS]]
        more = f"; and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
        raise KeysFileError(f"{path}: {'; '.join(shown)}{more}. Nothing was changed.")
    return found


def _values(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line's number and its values by column; blank lines are left out."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise KeysFileError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        before = error.object[: error.start].count(b"\n") + 1
        raise KeysFileError(
            f"{path}, line {before}: not UTF-8; save it as `CSV UTF-8`. Nothing was changed."
        ) from None
    first = text.partition("\n")[0]
    # a German Excel writes semicolons
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        header = _header(next(reader, []), path)
        line = reader.line_num + 1
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, dict(zip(header, _of_length(row, header, line, path), strict=True))
            line = reader.line_num + 1
    except csv.Error as error:
        raise KeysFileError(f"{path}, line {reader.line_num}: not a CSV file ({error}).") from None


def _header(cells: list[str], path: Path) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    for name in names:
        if name not in (*COLUMNS, *FOR_ORIENTATION):
            raise KeysFileError(
                f"{path}, line 1: there is no column {name!r}; {suggestion(name, COLUMNS)}"
            )
        if names.count(name) > 1:
            raise KeysFileError(f"{path}, line 1: the column {name!r} stands there twice.")
    if "api_key_id" not in names:
        raise KeysFileError(
            f"{path}, line 1: the column 'api_key_id' is missing; "
            "`langdock-usage keys template` writes a file to fill in."
        )
    return names


def _of_length(row: list[str], header: list[str], line: int, path: Path) -> list[str]:
    if len(row) != len(header):
        raise KeysFileError(
            f"{path}, line {line}: has {len(row)} values where the header has {len(header)} "
            "columns. Nothing was changed."
        )
    return row


def _owner(values: dict[str, str]) -> KeyOwner:
    texts = {
        name: _text(name, values[name])
        for name in COLUMNS
        if name in values and name != "valid_from"
    }
    api_key_id = texts.pop("api_key_id")
    if api_key_id is None:
        raise ValueError("api_key_id is empty")
    if texts.get("successor_of") == api_key_id:
        raise ValueError(f"the key {api_key_id!r} cannot be its own successor")
    day = values.get("valid_from", "").strip()
    try:
        return KeyOwner(api_key_id, **texts, valid_from=parse_day(day) if day else None)
    except InvalidRequest as error:
        raise ValueError(f"valid_from: {str(error).rstrip('.')}") from None


def _text(name: str, value: str) -> str | None:
    text = unicodedata.normalize("NFC", without_guard(value.strip()))
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
