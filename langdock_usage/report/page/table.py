"""Tables as they stand in the page: each cell what people read, with the exact value behind it."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from langdock_usage.report.page.shown import Shown
from langdock_usage.text import exact

FILTER_FROM = 20
"""Rows from which a table gets a filter box, and is closed at first."""

MILLION = 1_000_000


@dataclass(frozen=True)
class Cell:
    """One cell; `value` is exact and may be missing where the text is."""

    text: str
    value: str | None = None
    mark: str = ""


@dataclass(frozen=True)
class Column:
    """One column with its cells, that of the total included if the table has one.

    `exact_label` heads the exact values, where `label` heads rounded ones.
    """

    label: str
    cells: Sequence[Cell]
    is_number: bool = True
    exact_label: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the page. With a `title` of its own it is open at first, if it is short."""

    name: str
    caption: str
    columns: Sequence[Column]
    has_total: bool = False
    title: str = ""
    is_open: bool = False

    @property
    def rows(self) -> list[tuple[Cell, ...]]:
        """The rows without that of the total."""
        rows = self._lines()
        return rows[:-1] if self.has_total else rows

    @property
    def total(self) -> tuple[Cell, ...]:
        """The row of the total; empty where there is none."""
        return self._lines()[-1] if self.has_total else ()

    @property
    def has_filter(self) -> bool:
        """Whether it is too long to be read through."""
        return len(self.rows) >= FILTER_FROM and not self.columns[0].is_number

    def _lines(self) -> list[tuple[Cell, ...]]:
        return list(zip(*(column.cells for column in self.columns), strict=True))


def known(*columns: Column) -> list[Column]:
    """Without the numbers of which none is known."""
    return [
        column
        for column in columns
        if not column.is_number or any(cell.value for cell in column.cells)
    ]


class Columns:
    """Makes the columns of a month's tables: headings by name, cells by kind."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._language = shown.language

    def names(self, label: str, names: Iterable[str | None], marks: Iterable[str] = ()) -> Column:
        """Names as they are shown, each with a mark beside it where there is one."""
        cells = [Cell(self._language.unknown if name is None else name) for name in names]
        for place, mark in enumerate(marks):
            cells[place] = Cell(cells[place].text, mark=mark)
        return Column(self._shown.labels[label], cells, is_number=False)

    def money(self, label: str, amounts: Iterable[Any], *, heading: str | None = None) -> Column:
        """Exact amounts, shown rounded."""
        cells = [Cell(self._shown.money(amount), _exact(amount)) for amount in amounts]
        return Column(heading or self._shown.labels[label], cells)

    def differences(self, label: str, amounts: Iterable[Any]) -> Column:
        """Exact amounts more or less."""
        cells = [Cell(self._shown.difference(amount), _exact(amount)) for amount in amounts]
        return Column(self._shown.labels[label], cells)

    def rates(self, label: str, rates: Sequence[float | None]) -> Column:
        """Small amounts, all with the same digits."""
        texts = self._shown.rates(*rates)
        values = [_plain(rate) for rate in rates]
        return Column(self._shown.labels[label], list(map(Cell, texts, values)))

    def counts(self, label: str, counts: Iterable[int | None]) -> Column:
        """Whole numbers, in millions where they are large."""
        numbers = list(counts)
        values = ["" if number is None else str(number) for number in numbers]
        exact_label = heading = self._shown.labels[label]
        if max((number or 0 for number in numbers), default=0) < 10 * MILLION:
            texts = [self._language.number(number) for number in numbers]
        else:
            heading = self._language.text("words.millions", label=heading)
            texts = [self._in_millions(number) for number in numbers]
        return Column(heading, list(map(Cell, texts, values)), exact_label=exact_label)

    def _in_millions(self, number: int | None) -> str:
        if number is None:
            return self._language.unknown
        if 0 < number <= MILLION // 20:  # as money: what is too small to be shown is not 0
            return f"<{self._language.decimal(Decimal('0.1'))}"
        return self._language.decimal(Decimal(number) / MILLION)

    def percents(self, label: str, ratios: Iterable[Any], *, heading: str | None = None) -> Column:
        """Ratios as percentages."""
        cells = [Cell(self._language.percent(ratio), _plain(ratio)) for ratio in ratios]
        return Column(heading or self._shown.labels[label], cells)

    def changes(self, label: str, ratios: Iterable[Any]) -> Column:
        """Relative changes."""
        cells = [Cell(self._language.change(ratio), _plain(ratio)) for ratio in ratios]
        return Column(self._shown.labels[label], cells)

    def periods(self, label: str, periods: Iterable[tuple[date, date]]) -> Column:
        """Days and longer periods."""
        cells = [
            Cell(self._language.period(*period), "/".join(map(str, sorted(set(period)))))
            for period in periods
        ]
        return Column(self._shown.labels[label], cells, is_number=False)

    def months(self, label: str, months: Iterable[date], star: Container[date] = ()) -> Column:
        """Months, with a star beside some."""
        cells = [
            Cell(self._language.month(month) + "*" * (month in star), f"{month:%Y-%m}")
            for month in months
        ]
        return Column(self._shown.labels[label], cells, is_number=False)

    def moments(self, label: str, moments: Iterable[datetime]) -> Column:
        """Moments in UTC."""
        cells = [Cell(self._language.moment(moment), f"{moment}") for moment in moments]
        return Column(self._shown.labels[label], cells, is_number=False)


def _exact(amount: Any) -> str:
    return "" if amount is None else exact(amount)


def _plain(value: Any) -> str:
    """A ratio or rate without an exponent."""
    return "" if value is None else f"{float(value):.12f}".rstrip("0").rstrip(".")
