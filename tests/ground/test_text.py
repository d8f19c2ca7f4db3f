"""Amounts as text keep every digit."""

from decimal import Decimal

import pytest

from langdock_usage.text import exact


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("999999999.123456789012345678901234", "999999999.123456789012345678901234"),
        ("0.000000000000000000000001", "0.000000000000000000000001"),
        ("1E-7", "0.0000001"),
        ("1.500000000000000000000000", "1.5"),
        ("-100.00", "-100"),
        ("100", "100"),
    ],
)
def test_no_digit_is_lost(amount: str, text: str) -> None:
    assert exact(Decimal(amount)) == text
