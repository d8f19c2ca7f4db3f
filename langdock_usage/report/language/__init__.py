"""The words of the report and the habits of its languages: numbers, money, dates.

Every text stands in `LANGUAGE.toml` beside this file; the formats are Babel's.
"""

import copy
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval
from babel.numbers import format_decimal, get_decimal_symbol
from markupsafe import Markup

from langdock_usage.errors import InvalidRequest
from langdock_usage.windows import ranges, zone

LANGUAGES = ("en", "de")

Number = int | float | Decimal


@cache
def _texts(code: str) -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"{code}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Language:
    """One language of the report: `en` or `de`."""

    code: str = "en"

    def __post_init__(self) -> None:
        if self.code not in LANGUAGES:
            raise InvalidRequest(
                f"The report does not speak {self.code!r}; choose language en or de."
            )

    @cached_property
    def locale(self) -> Locale:
        """What Babel knows of the language."""
        return Locale.parse(self.code)

    @property
    def decimal_separator(self) -> str:
        """What stands between whole and fraction."""
        return str(get_decimal_symbol(self.locale))

    def text(self, name: str, /, **values: object) -> str:
        """The text `section.name`, with `{values}` filled in."""
        found: Any = _texts(self.code)
        for part in name.split("."):
            found = found[part]
        return str(found).format(**values) if values else str(found)

    def markup(self, name: str, /, **values: object) -> Markup:
        """The same as HTML: each value is escaped and keeps its own direction of writing."""
        isolated = {
            key: Markup('<bdi class="{}">{}</bdi>').format(
                "short" if len(str(value)) < 24 else "long", value
            )
            for key, value in values.items()
        }
        return Markup(self.text(name)).format(**isolated)  # noqa: S704 - our own text

    def texts(self, section: str) -> dict[str, str]:
        """All texts of one section, which may lie in another: `sections.days`."""
        found: Any = _texts(self.code)
        for part in section.split("."):
            found = found[part]
        return dict(found)

    @property
    def unknown(self) -> str:
        """What stands where a value is not known."""
        return self.text("words.unknown")

    def money(self, amount: Number | None, digits: int = 2) -> str:
        """US dollars; an amount too small for `digits` is said to be smaller than the smallest."""
        if amount is None:
            return self.unknown
        smallest = Decimal(1).scaleb(-digits)
        if 0 < abs(Decimal(amount)) <= smallest / 2:  # half would be rounded to even
            return f"<{self._money(smallest, digits)}"
        return self._money(Decimal(amount), digits)

    def amount(self, amount: Number, currency: str) -> str:
        """An amount of any currency, to the hundredth."""
        return self._money(Decimal(amount), 2, currency)

    def _money(self, amount: Decimal, digits: int, currency: str = "USD") -> str:
        pattern = copy.copy(self.locale.currency_formats["standard"])
        pattern.frac_prec = (digits, digits)
        text = pattern.apply(amount, self.locale, currency=currency, currency_digits=False)
        return str(text).replace("-", "\u2212")

    def difference(self, amount: Number | None, digits: int = 2) -> str:
        """US dollars more or less, always with a sign."""
        if amount is None:
            return self.unknown
        sign = "+" if amount > 0 else "\u2212" if amount < 0 else "\u00b1"
        return f"{sign}{self.money(abs(Decimal(amount)), digits)}"

    def number(self, value: Number | None) -> str:
        """A whole number, all digits."""
        return self.unknown if value is None else format_decimal(value, "#,##0", self.locale)

    def decimal(self, value: Number | None) -> str:
        """A number with one decimal."""
        return self.unknown if value is None else format_decimal(value, "#,##0.0", self.locale)

    def two_decimals(self, value: Number | None) -> str:
        """A number with two decimals."""
        return self.unknown if value is None else format_decimal(value, "#,##0.00", self.locale)

    def percent(self, ratio: Number | None, digits: int = 1) -> str:
        """A ratio as a percentage."""
        if ratio is None:
            return self.unknown
        pattern = copy.copy(self.locale.percent_formats[None])
        pattern.frac_prec = (digits, digits)
        return str(pattern.apply(ratio, self.locale))

    def change(self, ratio: Number | None, digits: int = 1) -> str:
        """A change as a percentage, always with its sign."""
        if ratio is None:
            return self.unknown
        sign = "+" if ratio > 0 else "\u2212" if ratio < 0 else "\u00b1"
        return f"{sign}{self.percent(abs(Decimal(ratio)), digits)}"

    def day(self, day: date) -> str:
        """A calendar day."""
        return format_date(day, "medium", self.locale)

    def weekday(self, day: date) -> str:
        """The weekday in short."""
        return format_date(day, "EEE", self.locale)

    def period(self, first: date, last: date) -> str:
        """A day, or the first and last day of a longer period."""
        return self.day(first) if first == last else f"{self.day(first)} \u2013 {self.day(last)}"

    def days(self, days: Iterable[date]) -> str:
        """A list of days, those in a row as periods."""
        return ", ".join(self.period(run.first, run.last) for run in ranges(days))

    def month(self, day: date, width: str = "MMMM y") -> str:
        """The month of a day, with its year."""
        return format_date(day, width, self.locale)

    def interval(self, first: date, last: date) -> str:
        """The first and last day of a month's days, in brief."""
        return str(format_interval(first, last, "yMMMd", locale=self.locale))

    def moment(self, moment: datetime, timezone: str = "UTC") -> str:
        """A moment (naive: in UTC) as the clocks of a zone show it."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        local = aware.astimezone(zone(timezone))
        written = format_datetime(local.replace(tzinfo=None), "medium", locale=self.locale)
        return f"{written} {local.tzname()}"


def digits_for(amount: Number | None, significant: int = 3) -> int:
    """Fraction digits that show `significant` digits of an amount; at least the two of a cent."""
    if not amount:
        return 2
    magnitude = math.floor(math.log10(abs(Decimal(amount))))
    return min(max(2, significant - 1 - magnitude), 12)
