"""What explains the difference between an invoice and the exports."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

from langdock_usage.analysis.exchange_rates import Rate

DIGITS = Decimal("1e-12")
"""Amounts in another currency may have no end: this is far below what any sum of them shows."""


def explained(
    invoiced: Decimal,
    cost_usd: Mapping[date, Decimal],
    late_usd: Mapping[date, Decimal],
    rates: Mapping[date, Rate] | None,
    surcharge_percent: Decimal,
) -> dict[str, Decimal]:
    """`exported`, `difference` (invoiced - exported), and the parts that add up to it.

    `cost_usd` is what the exports say of each day, `late_usd` what of it came after the invoice,
    `rates` is None for an invoice in USD. Nobody knows the rate of an invoice: `rate` is as much of
    what is left as any rate of those days explains, so that no more than that stays `unexplained`.
    """
    exported = _converted(cost_usd, rates)
    late = -_converted(late_usd, rates)
    surcharge = exported * Fraction(surcharge_percent) / 100
    rest = Fraction(invoiced) - exported - surcharge - late
    least, most = _other_rates(cost_usd, rates, exported)
    parts = {
        "rate": rounded(min(max(rest, least), most)),
        "surcharge": rounded(surcharge),
        "late_usage": rounded(late),
    }
    difference = invoiced - rounded(exported)
    unexplained = difference - sum(parts.values(), Decimal(0))
    return {
        "exported": rounded(exported),
        "difference": difference,
        **parts,
        "unexplained": unexplained,
    }


def rounded(amount: Fraction) -> Decimal:
    """To twelve digits."""
    return rounded_together([amount])[0]


def rounded_together(amounts: Sequence[Fraction]) -> list[Decimal]:
    """To twelve digits each, so that they add up to their rounded sum (largest remainder)."""
    if not amounts:
        return []
    scale = 1 / Fraction(DIGITS)
    floors = [amount * scale // 1 for amount in amounts]
    more = round(sum(amounts, Fraction(0)) * scale) - sum(floors)
    remainders = [amount * scale - floor for amount, floor in zip(amounts, floors, strict=True)]
    for place in sorted(range(len(amounts)), key=lambda place: -remainders[place])[:more]:
        floors[place] += 1
    with localcontext(prec=60):
        return [Decimal(floor) * DIGITS for floor in floors]


def _converted(by_day: Mapping[date, Decimal], rates: Mapping[date, Rate] | None) -> Fraction:
    if rates is None:
        return sum(map(Fraction, by_day.values()), Fraction(0))
    return sum((rates[day].in_currency(usd) for day, usd in by_day.items()), Fraction(0))


def _other_rates(
    cost_usd: Mapping[date, Decimal], rates: Mapping[date, Rate] | None, exported: Fraction
) -> tuple[Fraction, Fraction]:
    """By how much less, and more, the same cost would be at one rate of these days for all."""
    if not rates or not cost_usd:
        return Fraction(0), Fraction(0)
    total = sum(cost_usd.values(), Decimal(0))
    changes = [rate.in_currency(total) - exported for rate in rates.values()]
    return min(*changes, Fraction(0)), max(*changes, Fraction(0))
