"""What changed since the version of a report that somebody has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

from langdock_usage.charts.drawing.chart_data import cost_column

Costs = Mapping[Any, tuple[str | None, Decimal]]
"""Names and costs by id."""


@dataclass(frozen=True)
class Now:
    """What is known now of a month and workspace: all keys and models."""

    month: str
    org_id: str
    total_cost_usd: Decimal
    keys: Costs
    models: Costs


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
    def change(self) -> Decimal:
        """By how much the total is another one now."""
        return self.total_after - self.total_before

    @property
    def is_changed(self) -> bool:
        """Whether anything is another amount now."""
        return bool(self.moved) or self.change != 0


def costs_of(frame: pd.DataFrame, id_: str, name: str) -> Costs:
    """The costs in a frame of `usage.compare(…)` or `usage.cost_per_…(…)`, by its column `id_`."""
    columns = frame[id_], frame[name], frame[cost_column(frame)]
    return {
        one: (None if pd.isna(called) else str(called), cost)
        for one, called, cost in zip(*columns, strict=True)
        if not pd.isna(one)
    }


def since(earlier: Mapping[str, Any], now: Now) -> Since | None:
    """The summary of an earlier report beside what is known now; None where they are not about the
    same month and workspace, or where the earlier one cannot be read.

    Where the earlier one has an entry for all others, what it does not name is not compared. Where
    no key of the two is the same, one of them has pseudonyms: keys are not compared either.
    """
    if (earlier.get("month"), earlier.get("org_id")) != (now.month, now.org_id):
        return None
    try:
        return Since(
            str(earlier["data_of"]),
            Decimal(earlier["total_cost_usd"]),
            now.total_cost_usd,
            [
                *_moved("keys", earlier["keys"], now.keys),
                *_moved("models", earlier["models"], now.models),
            ],
        )
    except (KeyError, TypeError, AttributeError, InvalidOperation):
        return None


def _moved(kind: str, entries: Sequence[Mapping[str, Any]], now: Costs) -> list[Moved]:
    then = {
        entry["id"]: (entry["name"], Decimal(entry["total_cost_usd"]))
        for entry in entries
        if entry["id"] is not None
    }
    if not then.keys() & now.keys():
        return []
    names_all = not any("others" in entry for entry in entries)
    zero = (None, Decimal(0))
    found = []
    for one in {**now, **then} if names_all else then:
        (name_before, before), (name_now, after) = then.get(one, zero), now.get(one, zero)
        if before != after:
            found.append(Moved(kind, name_now or name_before, before, after))
    return sorted(found, key=lambda moved: -abs(moved.after - moved.before))
