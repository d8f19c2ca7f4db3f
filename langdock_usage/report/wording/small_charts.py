"""Charts as small as a cell of a table: the line of a year, and a bar against its budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

WIDTH, HEIGHT = 96, 20
BAR_OF_BUDGET = 72
"""How long a bar is that has used up its budget; the cell has room for a third more."""


@dataclass(frozen=True)
class Bar:
    """What is spent, and what is expected in all, of a budget: lengths in a cell of `WIDTH`."""

    spent: float
    expected: float
    budget: float = BAR_OF_BUDGET


def line_of(values: Sequence[Any], known: Sequence[bool]) -> list[str]:
    """The points of a line in a box of `WIDTH` and `HEIGHT`, a part for each run of known values.

    The highest touches the top, 0 the bottom. Of a run of one value the point stands twice.
    """
    highest = max([float(v) for v, is_known in zip(values, known, strict=True) if is_known] or [0])
    step = (WIDTH - 6) / max(len(values) - 1, 1)
    parts: list[list[str]] = [[]]
    for place, (value, is_known) in enumerate(zip(values, known, strict=True)):
        if not is_known:
            parts.append([])
            continue
        share = max(float(value), 0.0) / highest if highest else 0.0
        parts[-1].append(f"{3 + place * step:.1f},{HEIGHT - 3 - share * (HEIGHT - 6):.1f}")
    return [" ".join(part if len(part) > 1 else part * 2) for part in parts if part]


def bar_of(budget: Mapping[Any, Any]) -> Bar:
    """The bar of a row of `usage.budgets`; of a budget of 0, all that is spent is too much."""
    amount = float(budget["budget_usd"])
    spent = float(budget["cost_usd"])
    expected = spent if pd.isna(budget["expected_usd"]) else float(budget["expected_usd"])

    def length(cost: float) -> float:
        if amount <= 0:
            return float(WIDTH) if cost > 0 else 0.0
        return round(min(max(cost, 0.0) / amount * BAR_OF_BUDGET, WIDTH), 1)

    return Bar(length(spent), length(max(expected, spent)))
