"""Amounts as they are shown: rounded, and still adding up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext


def rounded(amount: Decimal | float, digits: int = 2) -> Decimal:
    """The amount with so many fraction digits."""
    with localcontext(prec=76):
        return Decimal(amount).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)


def rounded_to_sum(
    parts: Sequence[Decimal | float], total: Decimal, digits: int = 2
) -> list[Decimal]:
    """The parts with so many fraction digits, adding up to a total that has no more of them.

    Each is rounded down, and what is missing goes to those with the largest remainders. Parts that
    are 0 stay 0, unless all are.

    >>> rounded_to_sum([Decimal("0.004"), Decimal("0.006"), Decimal("0.99")], Decimal("1.00"))
    [Decimal('0.00'), Decimal('0.01'), Decimal('0.99')]
    """
    unit = Decimal(1).scaleb(-digits)
    with localcontext(prec=76):
        exact = [Decimal(part) for part in parts]
        shown = [part.quantize(unit, ROUND_FLOOR) for part in exact]
        places = [place for place, part in enumerate(exact) if part] or [*range(len(exact))]
        places.sort(key=lambda place: shown[place] - exact[place])
        missing = int((total - sum(shown)) / unit)
        if missing < 0:
            places.reverse()
        for n in range(abs(missing) if places else 0):
            shown[places[n % len(places)]] += unit if missing > 0 else -unit
    return shown
