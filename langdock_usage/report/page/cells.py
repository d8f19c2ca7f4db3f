"""The cells of a column: what its values read as follows from the suffix of its name, and its type.

| column                                     | reads as                                       |
| ------------------------------------------ | ---------------------------------------------- |
| `…_per_…_usd`, `…_usd_per_…`               | a small amount, all rows with the same digits  |
| `change…_usd`, `difference…_usd`           | an amount with its sign                        |
| `…_usd`, `…_usd_before`, `…_usd_after`     | an amount                                      |
| `change…_ratio`                            | a percentage with its sign                     |
| `…_ratio`, `…_ratio_before`, `…_after`     | a percentage                                   |
| whole numbers                              | thousands, in millions where they are large    |
| other numbers                              | with two decimals                              |
| `month`                                    | a month                                        |
| `…_at`, or dates with a time               | a moment in UTC                                |
| other dates                                | a day                                          |
| true and false                             | yes and no                                     |
| all else                                   | text                                           |
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_integer_dtype
from pandas.api.types import is_numeric_dtype as is_numeric

from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.page.table import Cell, Column
from langdock_usage.text import exact

MILLION = 1_000_000
PERIOD = re.compile(r"_(before|after)$")
CHANGE = re.compile(r"^(change|difference)|_(change|difference)(_|$)")

Write = Callable[[Any], str]


class CellWriter:
    """Writes columns of values in the language and digits of a report."""

    def __init__(self, formatter: Formatter, partial: set[Any]) -> None:
        self._format = formatter
        self._language = formatter.language
        self._partial = partial

    def column(self, values: "pd.Series[Any]", label: str, kind: str = "") -> Column:
        """A column of values; `kind` is the name that says what they are, if not their own."""
        name = PERIOD.sub("", kind or str(values.name))
        known = [None if _is_missing(value) else value for value in values.astype(object)]
        is_change = bool(CHANGE.search(name))
        if "_usd_per_" in name or ("_per_" in name and name.endswith("_usd")):
            texts = self._format.rates(*known)
            return Column(label, list(map(Cell, texts, map(_plain, known))))
        if name.endswith("_usd"):
            return _numbers(label, known, self._money(is_change), _exact)
        if name.endswith("_ratio"):
            write = self._language.change if is_change else self._language.percent
            return _numbers(label, known, write, _plain)
        if is_bool_dtype(values):
            words = {True: "words.yes", False: "words.no"}
            texts = ["" if v is None else self._language.text(words[bool(v)]) for v in known]
            return Column(label, list(map(Cell, texts)), is_number=False)
        if is_integer_dtype(values):
            return self._counts(label, known)
        if is_numeric(values) or (known and all(isinstance(v, Decimal) for v in known)):
            return _numbers(label, known, self._language.two_decimals, _plain)
        if is_datetime64_any_dtype(values):
            return self._dates(name, label, known)
        return Column(label, [Cell(self._text(value)) for value in known], is_number=False)

    def periods(self, frame: pd.DataFrame, label: str) -> Column:
        """`first_day` and `last_day` as one column."""
        cells = []
        for first, last in zip(frame["first_day"], frame["last_day"], strict=True):
            if pd.isna(first) or pd.isna(last):
                cells.append(Cell("", ""))
                continue
            days = first.date(), last.date()
            value = "/".join(map(str, sorted(set(days))))
            cells.append(Cell(self._language.period(*days), value))
        return Column(label, cells, is_number=False)

    def _money(self, is_change: bool) -> Write:
        return self._format.difference if is_change else self._format.money

    def _counts(self, label: str, numbers: Sequence[int | None]) -> Column:
        values = ["" if number is None else str(number) for number in numbers]
        if max((abs(number or 0) for number in numbers), default=0) < 10 * MILLION:
            texts = [self._language.number(number) for number in numbers]
            return Column(label, list(map(Cell, texts, values)), exact_label=label)
        heading = self._language.text("words.millions", label=label)
        texts = [self._in_millions(number) for number in numbers]
        return Column(heading, list(map(Cell, texts, values)), exact_label=label)

    def _in_millions(self, number: int | None) -> str:
        if number is None:
            return self._language.unknown
        if 0 < number <= MILLION // 20:  # as money: what is too small to be shown is not 0
            return f"<{self._language.decimal(Decimal('0.1'))}"
        return self._language.decimal(Decimal(number) / MILLION)

    def _dates(self, name: str, label: str, moments: Sequence[datetime | None]) -> Column:
        known = [moment for moment in moments if moment is not None]
        write: Write
        if name == "month":
            write, value = self._month, "{:%Y-%m}".format
        elif name.endswith("_at") or any(moment.time() != datetime.min.time() for moment in known):
            write, value = self._language.moment, "{}".format
            moments = [moment and _in_utc(moment) for moment in moments]
        else:
            write, value = self._language.day, "{:%Y-%m-%d}".format
        cells = [Cell("", "") if one is None else Cell(write(one), value(one)) for one in moments]
        return Column(label, cells, is_number=False)

    def _month(self, moment: datetime) -> str:
        return self._language.month(moment) + "*" * (moment.date() in self._partial)

    def _text(self, value: Any) -> str:
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return self._language.unknown if value is None else str(value)


def _numbers(label: str, values: Sequence[Any], write: Write, exactly: Write) -> Column:
    return Column(label, [Cell(write(value), exactly(value)) for value in values])


def _is_missing(value: Any) -> bool:
    return not isinstance(value, list) and bool(pd.isna(value))


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _exact(amount: Any) -> str:
    if amount is None:
        return ""
    return exact(amount) if isinstance(amount, Decimal | int) else _plain(amount)


def _plain(value: Any) -> str:
    """A ratio or rate without an exponent."""
    return "" if value is None else f"{float(value):.12f}".rstrip("0").rstrip(".")
