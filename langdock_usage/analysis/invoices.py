"""What explains the difference between an invoice and the exports."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from langdock_usage.analysis.exchange_rates import Rate
from langdock_usage.rounding import rounded

TOLERANCE = 0.01
"""Of an invoice: a difference of more than this share is worth a word."""
PARTS = ("surcharge", "late_usage", "rate", "unexplained")
"""What a difference is made of."""
DIGITS = 12
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
        "rate": rounded(min(max(rest, least), most), DIGITS),
        "surcharge": rounded(surcharge, DIGITS),
        "late_usage": rounded(late, DIGITS),
    }
    difference = invoiced - rounded(exported, DIGITS)
    unexplained = difference - sum(parts.values(), Decimal(0))
    return {
        "exported": rounded(exported, DIGITS),
        "difference": difference,
        **parts,
        "unexplained": unexplained,
    }


def is_beyond(amount: Decimal, invoiced: Decimal, tolerance: float = TOLERANCE) -> bool:
    """Whether an amount is more than this share of an invoice, and more than 1 of its currency."""
    return abs(amount) > max(abs(invoiced) * Decimal(str(tolerance)), Decimal(1))


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
