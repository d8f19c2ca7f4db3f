"""Amounts as they are shown: rounded, and still adding up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

Amount = Decimal | float | Fraction


def rounded(amount: Amount, digits: int = 2) -> Decimal:
    """The amount with so many fraction digits."""
    return _of_units(round(Fraction(amount) * 10**digits), digits)


def rounded_to_sum(parts: Sequence[Amount], total: Decimal, digits: int = 2) -> list[Decimal]:
    """The parts with so many fraction digits, adding up to a total that has no more of them.

    Each is rounded down, and what is missing goes to those with the largest remainders. Parts that
    are 0 stay 0, unless all are.

    >>> rounded_to_sum([Decimal("0.004"), Decimal("0.006"), Decimal("0.99")], Decimal("1.00"))
    [Decimal('0.00'), Decimal('0.01'), Decimal('0.99')]
    """
    exact = [Fraction(part) * 10**digits for part in parts]
    shown = [part // 1 for part in exact]
    places = [place for place, part in enumerate(exact) if part] or [*range(len(exact))]
    places.sort(key=lambda place: shown[place] - exact[place])
    missing = int(Fraction(total) * 10**digits - sum(shown))
    if missing < 0:
        places.reverse()
    for n in range(abs(missing) if places else 0):
        shown[places[n % len(places)]] += 1 if missing > 0 else -1
    return [_of_units(units, digits) for units in shown]


def rounded_parts(
    parts: Sequence[Amount | None], total: Decimal, digits: int = 2
) -> list[Decimal | None]:
    """`rounded_to_sum` of the parts that are known; each by itself where they do not make up the
    total, because some of them are not there.

    >>> rounded_parts([Decimal("0.004"), None, Decimal("0.004")], Decimal("0.01"))
    [Decimal('0.01'), None, Decimal('0.00')]
    >>> rounded_parts([Decimal("0.004"), None, Decimal("0.004")], Decimal("0.99"))
    [Decimal('0.00'), None, Decimal('0.00')]
    """
    known = [part for part in parts if part is not None]
    exact = sum((Fraction(part) for part in known), Fraction(0))
    if abs(exact - Fraction(total)) * 10**digits > 1:  # the total may be rounded itself
        return [None if part is None else rounded(part, digits) for part in parts]
    shown = iter(rounded_to_sum(known, total, digits))
    return [None if part is None else next(shown) for part in parts]


def not_nothing(shown: Decimal, exact: Amount, digits: int) -> Decimal:
    """What is shown of an amount; half of the smallest one, which is not written as 0, in place of
    a 0 that the amount is not.
    """
    if shown or not exact:
        return shown
    return Decimal(5 if exact > 0 else -5).scaleb(-digits - 1)


def _of_units(units: int, digits: int) -> Decimal:
    """So many of the smallest unit that is shown."""
    with localcontext(prec=76):
        return Decimal(units).scaleb(-digits)
