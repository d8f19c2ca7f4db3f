"""Whose each API key is.

    api_key_id,team,cost_center,owner,valid_from,successor_of
    3f1c…,Support,4711,Ana,,
    3f1c…,Sales,4712,Ben,2026-10-01,
    9ab2…,,,,,3f1c…

One line per key and state; all columns but the id may be empty or missing. A state holds from
`valid_from` (empty: from the beginning) until the key's next line begins. `successor_of` names the
rotated key that this one follows; with nothing else, the key is whose that one is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from langdock_usage.raw.reference.cells import day, text
from langdock_usage.raw.reference.reference_file import KnownUsage, ReferenceFile, unknown

UNASSIGNED = "unassigned"


def _group(column: str, cell: str) -> str:
    """The name of a team or cost centre."""
    if cell.casefold() == UNASSIGNED:
        raise ValueError(
            f"{column} cannot be called {cell!r}, which stands for none; leave it empty"
        )
    return text(column, cell)


@dataclass(frozen=True)
class KeyOwner:
    """One line: whose a key is from a day on."""

    api_key_id: Annotated[str, text]
    team: Annotated[str | None, _group] = None
    cost_center: Annotated[str | None, _group] = None
    owner: Annotated[str | None, text] = None
    valid_from: Annotated[date | None, day] = None
    successor_of: Annotated[str | None, text] = None


def _contradictions(owners: Mapping[int, KeyOwner]) -> Iterator[tuple[int, str]]:
    """A key has one key before it and one after it, and never itself."""
    older: dict[str, tuple[str, int]] = {}
    newer: dict[str, tuple[str, int]] = {}
    for number, owner in owners.items():
        key, key_before = owner.api_key_id, owner.successor_of
        if key_before is None:
            continue
        if key_before == key:
            yield number, f"the key {key!r} cannot be its own successor"
            continue
        before, said = older.setdefault(key, (key_before, number))
        if before != key_before:
            yield number, f"the key follows {key_before!r}, but {before!r} on line {said}"
        after, said = newer.setdefault(key_before, (key, number))
        if after != key:
            yield number, f"{key_before!r} has the successor {after!r} already, on line {said}"
    for key, (before, number) in older.items():
        if _leads_back(key, before, older):
            yield number, f"the successors of {key!r} lead back to itself"


def _leads_back(key: str, before: str, older: dict[str, tuple[str, int]]) -> bool:
    passed = set()
    while before in older and before not in passed:
        if before == key:
            return True
        passed.add(before)
        before = older[before][0]
    return before == key


def _warnings(usage: KnownUsage, owners: Mapping[int, KeyOwner]) -> Iterator[str]:
    """Keys without usage, and periods that one sum is known of though the key changed hands."""
    mentioned = [
        (number, key)
        for number, owner in owners.items()
        for key in (owner.api_key_id, owner.successor_of)
    ]
    yield from unknown("key", mentioned, (api_key_id for api_key_id, _ in usage.key_names()))
    for first, last, api_key_id in usage.straddled():
        yield (
            f"the key {api_key_id!r} changes hands within {first} to {last}, which is known as one "
            f"sum: it counts whole for the owner on {last}."
        )


KEYS = ReferenceFile(
    name="keys",
    purpose="Say which team, cost centre and owner each API key belongs to.",
    line=KeyOwner,
    table="loaded_key_owners",
    noun="key",
    subject=("api_key_id",),
    unique=("api_key_id", "valid_from"),
    states=lambda line: f"whose the key is from {line.valid_from or 'the beginning'} on",
    to_fill_in=("team", "cost_center", "owner"),
    shown_only=("api_key_name", "total_cost_usd"),
    check=_contradictions,
    warn=_warnings,
)
