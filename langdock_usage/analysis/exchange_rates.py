"""Exchange rates by day: those that were used before, else stated ones, else the ECB's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from langdock_usage.errors import InvalidRequest, NoRate

STATED = "rates.csv"
ECB = "European Central Bank"
MOST_DAYS_OLD = 7
"""An older rate is none; the longest break of the ECB, at Easter, is shorter."""


@dataclass(frozen=True)
class Rate:
    """On a day, `usd` US dollars are worth `units` of a currency, by the rate of `rate_day`."""

    day: date
    currency: str
    usd: Decimal
    units: Decimal
    rate_day: date
    source: str

    def in_currency(self, amount_usd: Decimal) -> Fraction:
        """An amount of US dollars; exact, also where it has no end as a decimal number."""
        return Fraction(amount_usd) * Fraction(self.units) / Fraction(self.usd)


def rates_for(
    days: Iterable[date],
    currency: str,
    used: Mapping[date, Rate],
    stated: Mapping[date, Decimal],
) -> dict[date, Rate]:
    """The rate of each day, of that day or of the last one before that has any.

    `used` are rates that must not change, `stated` (USD per unit) go before the European Central
    Bank's. Raises InvalidRequest for a currency that neither knows, NoRate with the days that have
    none.
    """
    found: dict[date, Rate] = {}
    missing: list[date] = []
    for day in sorted(set(days)):
        rate = used.get(day) or _rate_on(day, currency, stated)
        if rate:
            found[day] = rate
        else:
            missing.append(day)
    if missing:
        if not stated and currency not in _ecb().currencies:
            raise InvalidRequest(
                f"{currency!r} is no currency of the European Central Bank; state its rates in "
                "data/rates.csv (day,currency,usd_per_unit), then `langdock-usage rates load`."
            )
        days_missing = f"{missing[0]}" if len(missing) == 1 else f"{missing[0]} to {missing[-1]}"
        raise NoRate(
            f"There is no rate of {currency} for {days_missing}, nor for the {MOST_DAYS_OLD} days "
            "before; add it to data/rates.csv (day,currency,usd_per_unit), then "
            "`langdock-usage rates load`, or install a newer CurrencyConverter."
        )
    return found


def _rate_on(day: date, currency: str, stated: Mapping[date, Decimal]) -> Rate | None:
    for age in range(MOST_DAYS_OLD + 1):
        rate_day = day - timedelta(days=age)
        if rate_day in stated:
            return Rate(day, currency, stated[rate_day], Decimal(1), rate_day, STATED)
        if quotes := _ecb_quotes(rate_day, currency):
            return Rate(day, currency, *quotes, rate_day, ECB)
    return None


def _ecb_quotes(day: date, currency: str) -> tuple[Decimal, Decimal] | None:
    """What a euro is worth on a day, in USD and in the currency; as published."""
    from currency_converter import RateNotFoundError

    converter = _ecb()
    if currency not in converter.currencies:
        return None
    try:
        usd, units = (converter.convert(1, "EUR", to, date=day) for to in ("USD", currency))
    except RateNotFoundError:
        return None
    return usd, Decimal(units)


@cache
def _ecb() -> Any:
    from currency_converter import CurrencyConverter

    return CurrencyConverter(decimal=True)
