"""Rounded amounts add up: by hand, and whatever the amounts."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from langdock_usage.rounding import rounded, rounded_to_sum

D = Decimal
AMOUNTS = st.decimals(-1000, 1000, places=12)


def test_what_is_missing_goes_to_the_largest_remainders() -> None:
    # rounded down 0.33, 0.33, 0.33: one cent is missing, and the third has the largest remainder
    parts = [D("0.333"), D("0.333"), D("0.334")]
    assert rounded_to_sum(parts, D("1.00")) == [D("0.33"), D("0.33"), D("0.34")]
    # each rounded by itself would add up to 0.03
    assert rounded_to_sum([D("0.006"), D("0.006"), D("0.008")], D("0.02")) == [
        D("0.01"),
        D("0.00"),
        D("0.01"),
    ]
    # down -0.3 and 1.2; of equal remainders the first gets the tenth
    assert rounded_to_sum([-0.25, 1.25, 0], D("1.0"), digits=1) == [D("-0.2"), D("1.2"), 0]


def test_what_is_0_stays_0() -> None:
    # before and after are rounded by themselves, so that a cent can be missing or too much
    assert rounded_to_sum([0, D("0.01"), 0], D("0.03")) == [0, D("0.03"), 0]
    assert rounded_to_sum([0, D("0.01"), 0], D("0.00")) == [0, 0, 0]
    assert rounded_to_sum([], D(0)) == []


@given(st.lists(AMOUNTS, min_size=1, max_size=12), AMOUNTS)
def test_they_add_up_to_the_difference_of_what_is_rounded(parts: list[D], before: D) -> None:
    total = rounded(before + sum(parts)) - rounded(before)
    shown = rounded_to_sum(parts, total)
    assert sum(shown) == total
    for part, amount in zip(parts, shown, strict=True):
        assert abs(amount - part) < D("0.021")
