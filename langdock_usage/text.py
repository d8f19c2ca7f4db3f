"""Amounts, counts and errors as text, and the names that may have been meant."""

import difflib
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext


def exact(amount: Decimal | int) -> str:
    """An amount with all its digits, without trailing zeros and without an exponent."""
    return without_zeros(f"{Decimal(amount):f}")


def without_zeros(digits: str) -> str:
    """A decimal number without zeros at its end."""
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of amounts to the last digit: Python's own keeps 28 of them."""
    with localcontext(prec=60):
        return sum(amounts, Decimal(0))


def counted(number: int, noun: str) -> str:
    """A number and what it counts: `1 day`, `2 days`, `0 rows`."""
    return f"{number} {noun}" if abs(number) == 1 else f"{number} {noun}s"


def nearest(asked: str, known: Iterable[str]) -> list[str]:
    """Up to three known names like the one asked for, or with it in them."""
    folded: dict[str, str] = {}
    for name in known:
        folded.setdefault(name.casefold(), name)
    near = difflib.get_close_matches(asked.casefold(), folded, n=3, cutoff=0.6)
    near = near or [name for name in folded if asked and asked.casefold() in name][:3]
    return [folded[name] for name in near]


def suggestion(asked: str, known: Sequence[str], *, shown: int = 8) -> str:
    """`did you mean …?`, or what there is; a whole sentence."""
    if not known:
        return "there is none at all."
    near = nearest(asked, known)
    if near:
        return f"did you mean {' or '.join(map(repr, near))}?"
    more = f" and {len(known) - shown} more" if len(known) > shown else ""
    return f"there is {', '.join(repr(name) for name in known[:shown])}{more}."


def first_line(error: Exception) -> str:
    """What DuckDB or Spark says, without the excerpt of the query that it appends."""
    return next(iter(str(error).splitlines()), "unknown error")
