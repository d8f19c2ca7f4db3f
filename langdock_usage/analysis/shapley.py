"""Shapley's value of a product: what each factor's change did, in whatever order they changed.

For two factors it is Bennet's: the change of one times the mean of the other (Sun 1998).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import product
from math import factorial

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def worth_of_changes(before: Sequence[Floats], after: Sequence[Floats]) -> list[Floats]:
    """Of each factor of a product, what a change of it by one is worth; arrays of equal length.

    A factor's effect is its change times that, and all effects add up to the change of the product.
    Exchanging `before` and `after` leaves the answer the same to the last bit.

    >>> price, requests = worth_of_changes(*np.array([[[2.0], [10.0]], [[3.0], [20.0]]]))
    >>> print(price, requests)  # the mean of the requests, and of the prices
    [15.] [2.5]
    """
    pairs = list(zip(before, after, strict=True))
    return [_mean_product([*pairs[:n], *pairs[n + 1 :]]) for n in range(len(pairs))]


def _mean_product(others: Sequence[tuple[Floats, Floats]]) -> Floats:
    """The mean of the product of the other factors, over all orders in which they can change.

    A choice of those that have changed and the opposite choice weigh the same. They are added as a
    pair, because rounding would otherwise depend on which period comes first.
    """
    total = np.zeros_like(others[0][0])
    for changed in product((False, True), repeat=len(others) - 1):
        chosen = (False, *changed)
        one = _product(
            after if is_after else before
            for (before, after), is_after in zip(others, chosen, strict=True)
        )
        opposite = _product(
            before if is_after else after
            for (before, after), is_after in zip(others, chosen, strict=True)
        )
        total += _weight(sum(chosen), len(others)) * (one + opposite)
    return total


def _product(factors: Iterable[Floats]) -> Floats:
    return reduce(np.multiply, factors)


def _weight(changed: int, others: int) -> float:
    """In how many of all orders exactly these others change before the factor itself."""
    return factorial(changed) * factorial(others - changed) / factorial(others + 1)
