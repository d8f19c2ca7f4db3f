"""The arithmetic of the bridge, on random cells: what holds of each, whatever happened in it."""

import random
from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pandas as pd
import pytest

from langdock_usage.analysis.bridge import EFFECTS, PARTS_OF_PRICE, effects_of

KINDS = ("uncached", "cache_read", "cache_write", "output")


def side(draw: random.Random) -> dict[str, Any]:
    """A period of a cell: often without requests, tokens, a price, or a kind of tokens."""
    requests = draw.choice([0, 1, draw.randrange(1, 10**6)])
    is_priced = draw.random() < 0.7
    cell: dict[str, Any] = {
        "requests": requests,
        "key_requests": requests + draw.choice([0, draw.randrange(1, 10**6)]),
        "cost_usd": Decimal(draw.choice([0, draw.randrange(10**16)])).scaleb(-12),
        "is_priced": is_priced,
    }
    for kind in KINDS:
        tokens = draw.choice([0, draw.randrange(10**9)])
        low = tokens * draw.choice([0, draw.uniform(1e-7, 1e-5)])
        cell[f"{kind}_tokens"] = tokens if is_priced else np.nan
        cell[f"{kind}_low_usd"] = low if is_priced else np.nan
        cell[f"{kind}_high_usd"] = low * draw.choice([1, 1.6]) if is_priced else np.nan
    return cell | _weekdays("requests", _spread(draw, cell["key_requests"]))


def _weekdays(name: str, values: Sequence[float]) -> dict[str, Any]:
    return {f"weekday_{weekday}_{name}": value for weekday, value in enumerate(values, start=1)}


def _spread(draw: random.Random, requests: int) -> list[int]:
    """Requests by weekday, some weekdays without any."""
    ends = sorted(draw.randint(0, requests) for _ in range(6))
    return [b - a for a, b in zip([0, *ends], [*ends, requests], strict=True)]


def random_cells(count: int) -> pd.DataFrame:
    draw = random.Random(count)
    cells = []
    for _ in range(count):
        days = [[draw.randint(1, 5) for _ in range(7)] for _ in range(2)]
        weekdays: Any = days if draw.random() < 0.8 else [[np.nan] * 7] * 2
        sides = zip(("before", "after"), (side(draw), side(draw)), weekdays, strict=True)
        cells.append(
            {
                f"{name}_{period}": value
                for period, values, known in sides
                for name, value in {**values, **_weekdays("days", known)}.items()
            }
        )
    return pd.DataFrame(cells)


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    return random_cells(3000)


@pytest.fixture(scope="module")
def effects(cells: pd.DataFrame) -> pd.DataFrame:
    return effects_of(cells)


def test_effects_add_up_to_the_change_of_each_cell(
    cells: pd.DataFrame, effects: pd.DataFrame
) -> None:
    with localcontext(prec=76):
        change = cells["cost_usd_after"] - cells["cost_usd_before"]
        assert list(effects[list(EFFECTS)].sum(axis=1)) == list(change)
        assert list(effects[list(PARTS_OF_PRICE)].sum(axis=1)) == list(effects["price_usd"])
    assert (effects != 0).any().all()  # each effect occurs


def test_exchanging_the_periods_turns_every_sign(
    cells: pd.DataFrame, effects: pd.DataFrame
) -> None:
    exchange = {"before": "after", "after": "before"}
    names = [str(name).rpartition("_") for name in cells]
    renamed = cells.set_axis([f"{name}_{exchange[period]}" for name, _, period in names], axis=1)
    exchanged = effects_of(renamed)
    exchanged = exchanged.rename(columns={"new_usd": "gone_usd", "gone_usd": "new_usd"})
    pd.testing.assert_frame_equal(-exchanged[effects.columns], effects)


def test_no_cells_have_no_effects(cells: pd.DataFrame) -> None:
    assert effects_of(cells[:0]).shape == (0, len(EFFECTS) + len(PARTS_OF_PRICE))
