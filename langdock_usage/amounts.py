"""Amounts as text."""

from decimal import Decimal


def exact(amount: Decimal | int) -> str:
    """An amount with all its digits, without trailing zeros and without an exponent."""
    text = f"{Decimal(amount):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
