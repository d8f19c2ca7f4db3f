"""What changed since the version of a report that somebody has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True)
class Moved:
    """A key or a model whose cost is another one now."""

    kind: str
    """`keys` or `models`."""
    name: str | None
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Since:
    """The version before, and what it said otherwise."""

    data_of: str
    total_before: Decimal
    total_after: Decimal
    moved: Sequence[Moved]

    @property
    def is_changed(self) -> bool:
        """Whether anything is another amount now."""
        return bool(self.moved) or self.total_before != self.total_after


def since(earlier: Mapping[str, Any], summary: Mapping[str, Any]) -> Since | None:
    """The summary of an earlier report beside the one of this report; None where they are not about
    the same month and workspace, or where the earlier one cannot be read.

    What stands in a last entry for many has no id, and is not compared. Where no key of the two is
    the same, one of them has pseudonyms: keys are not compared either.
    """
    if any(earlier.get(name) != summary[name] for name in ("month", "org_id")):
        return None
    try:
        return Since(
            str(earlier["data_of"]),
            Decimal(earlier["total_cost_usd"]),
            Decimal(summary["total_cost_usd"]),
            [*_moved("keys", earlier, summary), *_moved("models", earlier, summary)],
        )
    except (KeyError, TypeError, AttributeError, InvalidOperation):
        return None


def _moved(kind: str, earlier: Mapping[str, Any], summary: Mapping[str, Any]) -> list[Moved]:
    then, now = _costs(earlier[kind]), _costs(summary[kind])
    if not then.keys() & now.keys():
        return []
    zero = (None, Decimal(0))
    found = []
    for name in {**now, **then}:
        (name_before, before), (name_now, after) = then.get(name, zero), now.get(name, zero)
        if before != after:
            found.append(Moved(kind, name_now or name_before, before, after))
    return sorted(found, key=lambda moved: -abs(moved.after - moved.before))


def _costs(entries: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str | None, Decimal]]:
    return {
        entry["id"]: (entry["name"], Decimal(entry["total_cost_usd"]))
        for entry in entries
        if entry["id"] is not None
    }
