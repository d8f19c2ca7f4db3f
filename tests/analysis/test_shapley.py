"""Shapley values of products, against the definition: the mean over all orders, in fractions."""

import random
from fractions import Fraction
from itertools import permutations
from math import prod

import numpy as np
import pytest

from langdock_usage.analysis.shapley import worth_of_changes


def effects(before: list[float], after: list[float]) -> list[float]:
    worths = worth_of_changes(
        [np.array([n], float) for n in before], [np.array([n], float) for n in after]
    )
    pairs = zip(worths, before, after, strict=True)
    return [float(worth[0]) * (new - old) for worth, old, new in pairs]


def effects_by_definition(before: list[float], after: list[float]) -> list[Fraction]:
    """What each factor adds when it changes after those before it, on average over all orders."""
    orders = list(permutations(range(len(before))))
    added = [Fraction(0)] * len(before)
    for order in orders:
        values = [Fraction(n) for n in before]
        for place in order:
            cost = prod(values)
            values[place] = Fraction(after[place])
            added[place] += prod(values) - cost
    return [total / len(orders) for total in added]


def test_of_two_factors_it_is_the_change_of_one_times_the_mean_of_the_other() -> None:
    # 10 requests at 2 USD, then 16 at 3 USD: 6 x 2.5, and 1 x 13
    assert effects([10, 2], [16, 3]) == [15, 13]


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_it_is_the_mean_over_all_orders(count: int) -> None:
    draw = random.Random(count)
    before = [draw.choice([0, 1, draw.uniform(0, 100)]) for _ in range(count)]
    after = [draw.uniform(0, 100) for _ in range(count)]
    expected = effects_by_definition(before, after)
    assert effects(before, after) == pytest.approx([float(n) for n in expected], rel=1e-12)


def test_exchanging_before_and_after_turns_the_sign_to_the_last_bit() -> None:
    draw = random.Random(1)
    for _ in range(200):
        before, after = ([draw.uniform(0, 100) for _ in range(5)] for _ in range(2))
        assert effects(after, before) == [-n for n in effects(before, after)]
