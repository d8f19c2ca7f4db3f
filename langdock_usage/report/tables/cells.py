"""The cells of a column: what its values read as follows from the suffix of its name, and its type.

| column                                     | reads as                                       |
| ------------------------------------------ | ---------------------------------------------- |
| `…_per_…_usd`, `…_usd_per_…`               | a small amount, all rows with the same digits  |
| `change…_usd`, `difference…_usd`           | an amount with its sign                        |
| effects of `usage.bridge`                  | the same, a dash where there is none           |
| `…_usd`, `…_usd_before`, `…_usd_after`     | an amount                                      |
| `change…_ratio`                            | a percentage with its sign                     |
| `…_ratio`, `…_ratio_before`, `…_after`     | a percentage                                   |
| `…_share`                                  | a percentage                                   |
| whole numbers                              | thousands, in millions where they are large    |
| other numbers                              | with two decimals                              |
| `month`, or periods of a month             | a month                                        |
| `…_at`, or dates with a time               | a moment in the zone of the workspace          |
| other dates                                | a day                                          |
| true and false                             | yes and no                                     |
| all else                                   | text                                           |

What is missing, or has no end (a division by 0), reads n/a.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_integer_dtype, is_list_like

from langdock_usage.analysis.bridge import EFFECTS
from langdock_usage.columns import Kind, is_change, kind_of
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.tables.table import Cell, Column
from langdock_usage.rounding import not_nothing, rounded, rounded_parts
from langdock_usage.text import exact

MILLION = 1_000_000
SMALLEST = Decimal("0.01")
TENTH = Decimal("0.1")
RATIO_DIGITS = 3  # of a percentage with one decimal

Write = Callable[[Any], str]


class CellWriter:
    """Writes columns of values in the language and digits of a report."""

    def __init__(self, formatter: Formatter, partial: set[Any]) -> None:
        self._format = formatter
        self._language = formatter.language
        self._partial = partial

    def column(
        self,
        values: "pd.Series[Any]",
        label: str,
        kind: str = "",
        *,
        has_sum: bool = False,
        total: Decimal | None = None,
    ) -> Column:
        """A column of values; `kind` is the name that says what they are, if not their own.

        If it `has_sum`, the last value is the sum of the others, and what is shown of them adds up
        to what is shown of it: its rounded value, or `total`.
        """
        name = kind or str(values.name)
        written_as = kind_of(name)
        known = plain_values(values)
        changes = is_change(name) or name in EFFECTS
        if written_as == "rate_usd":
            texts = [_minus(text) for text in self._format.rates(*known)]
            return Column(label, list(map(Cell, texts, map(_exact, known))))
        if written_as == "amount_usd":
            shown = _shown(known, self._format.digits, has_sum, total)
            column = _numbers(label, known, shown, self._money(changes))
            if name in EFFECTS:  # a cause that moved nothing is easier to see than a zero
                column.cells[:] = [
                    Cell("\u2013", "0") if c.value == "0" else c for c in column.cells
                ]
            return column
        if written_as == "ratio":
            shown = _shown(known, RATIO_DIGITS, has_sum)
            return _numbers(label, known, shown, self._percent(changes))
        if _all_are(known, bool):
            words = self._language.texts("words")
            texts = [self._text(value if value is None else words[_yes(value)]) for value in known]
            return Column(label, list(map(Cell, texts)), is_number=False)
        if _all_are(known, int) or is_integer_dtype(values):
            return self._counts(label, known, has_sum)
        if _all_are(known, int, float, Decimal) or _is_number(values):
            return _numbers(label, known, _shown(known, 2, has_sum), self._two_decimals)
        if _all_are(known, date, pd.Period):
            written_as = "month" if str(values.dtype) == "period[M]" else written_as
            return self._dates(written_as, label, list(map(_moment, known)))
        return Column(label, [Cell(self._text(value)) for value in known], is_number=False)

    def periods(self, frame: pd.DataFrame, label: str) -> Column:
        """`first_day` and `last_day` as one column."""
        cells = []
        for first, last in zip(frame["first_day"], frame["last_day"], strict=True):
            if pd.isna(first) or pd.isna(last):
                cells.append(Cell(self._language.unknown, ""))
                continue
            days = first.date(), last.date()
            value = "/".join(map(str, sorted(set(days))))
            cells.append(Cell(self._language.period(*days), value))
        return Column(label, cells, is_number=False)

    def _money(self, is_change: bool) -> Write:
        return self._format.difference if is_change else self._format.money

    def _percent(self, is_change: bool) -> Write:
        return self._language.change if is_change else self._language.percent

    def _two_decimals(self, number: Any) -> str:
        if number and abs(number) <= SMALLEST / 2:  # as money: what is too small is not 0
            return f"<{self._language.two_decimals(SMALLEST)}"
        return self._language.two_decimals(number)

    def _counts(self, label: str, numbers: Sequence[int | None], has_sum: bool) -> Column:
        values = ["" if number is None else str(number) for number in numbers]
        if max((abs(number or 0) for number in numbers), default=0) < 10 * MILLION:
            texts = [_minus(self._language.number(number)) for number in numbers]
            return Column(label, list(map(Cell, texts, values)), exact_label=label)
        heading = self._language.text("words.millions", label=label)
        millions = [None if number is None else Fraction(number, MILLION) for number in numbers]
        texts = [_minus(self._in_millions(one)) for one in _shown(millions, 1, has_sum)]
        return Column(heading, list(map(Cell, texts, values)), exact_label=label)

    def _in_millions(self, number: Decimal | Fraction | None) -> str:
        if number is None:
            return self._language.unknown
        if 0 < number <= TENTH / 2:  # as money: what is too small to be shown is not 0
            return f"<{self._language.decimal(TENTH)}"
        return self._language.decimal(rounded(number, 1))

    def _dates(
        self, written_as: Kind | None, label: str, moments: Sequence[datetime | None]
    ) -> Column:
        known = [moment for moment in moments if moment is not None]
        write: Write
        if written_as == "month":
            write, value = self._month, "{:%Y-%m}".format
        elif written_as == "moment" or any(one.time() != datetime.min.time() for one in known):
            write, value = self._format.moment, "{}".format
            moments = [moment and _in_utc(moment) for moment in moments]
        else:
            write, value = self._language.day, "{:%Y-%m-%d}".format
        missing = Cell(self._language.unknown, "")
        cells = [missing if one is None else Cell(write(one), value(one)) for one in moments]
        # what is shown is of the zone of the workspace, what is saved is in UTC
        shown = label.removesuffix(" (UTC)")
        return Column(shown, cells, is_number=False, exact_label=label * (shown != label))

    def _month(self, moment: datetime) -> str:
        return self._language.month(moment) + "*" * (moment.date() in self._partial)

    def _text(self, value: Any) -> str:
        if is_list_like(value) and not isinstance(value, Mapping):
            return ", ".join(map(str, value))
        return self._language.unknown if value is None else str(value)


def plain_values(values: "pd.Series[Any]") -> list[Any]:
    """The values as Python has them, None for what is missing or has no end."""
    return [_known(value) for value in values.astype(object)]


def _known(value: Any) -> Any:
    if is_list_like(value):
        return value
    number = value.item() if isinstance(value, np.number | np.bool_) else value
    if isinstance(number, float | Decimal):
        return number if math.isfinite(number) else None
    return None if pd.isna(number) else number


def _all_are(values: Sequence[Any], *kinds: type) -> bool:
    """Whether something is known, and all that is known is of these kinds; bool is no number."""
    known = [value for value in values if value is not None]
    is_bool = kinds == (bool,)
    return bool(known) and all(
        isinstance(value, kinds) and isinstance(value, bool) == is_bool for value in known
    )


def _is_number(values: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _numbers(label: str, values: Sequence[Any], shown: Sequence[Any], write: Write) -> Column:
    texts = [_minus(write(value)) for value in shown]
    return Column(label, list(map(Cell, texts, map(_exact, values))))


def _shown(
    values: Sequence[Any], digits: int, has_sum: bool, total: Decimal | None = None
) -> list[Any]:
    """The values as they are, or where the last is their sum, as they add up to it."""
    if not has_sum or values[-1] is None:
        return list(values)
    if total is None:
        total = rounded(values[-1], digits)
    pairs = zip(values, [*rounded_parts(values[:-1], total, digits), total], strict=True)
    return [None if cut is None else not_nothing(cut, value, digits) for value, cut in pairs]


def _minus(text: str) -> str:
    """A number with the sign that changes have."""
    return text.replace("-", "\u2212")


def _moment(value: Any) -> datetime | None:
    """A day, moment or period as a moment."""
    if value is None:
        return None
    first = value.start_time if isinstance(value, pd.Period) else pd.Timestamp(value)
    moment: datetime = first
    return moment


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _exact(number: Any) -> str:
    """A number with every digit, and without an exponent."""
    if number is None:
        return ""
    return exact(Decimal(repr(number)) if isinstance(number, float) else number)
