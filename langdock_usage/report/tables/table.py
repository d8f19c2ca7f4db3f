"""Tables as they stand in the page: each cell what people read, with the exact value behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

FILTER_FROM = 20
"""Rows from which a table gets a filter box, and is closed at first."""


@dataclass(frozen=True)
class Cell:
    """One cell; `value` is exact and may be missing where the text is."""

    text: str
    value: str | None = None
    mark: str = ""


@dataclass
class Column:
    """One column with its cells, that of the total included if the table has one.

    `exact_label` heads the exact values, where `label` heads rounded ones. One that `stays` is
    shown even where none of its numbers is known.
    """

    label: str
    cells: list[Cell]
    is_number: bool = True
    exact_label: str = ""
    stays: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether it is a column of text, or any of its numbers is known, or it stays."""
        return self.stays or not self.is_number or any(cell.value for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """A table of the page; with a `title` of its own it is open at first, if it is short."""

    name: str
    caption: str
    columns: Sequence[Column]
    has_total: bool = False
    title: str = ""

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
    def is_open(self) -> bool:
        """Whether it can be read without being opened."""
        return bool(self.title) and len(self.rows) < FILTER_FROM

    @property
    def has_filter(self) -> bool:
        """Whether it is too long to be read through."""
        return len(self.rows) >= FILTER_FROM and not self.columns[0].is_number

    def _lines(self) -> list[tuple[Cell, ...]]:
        return list(zip(*(column.cells for column in self.columns), strict=True))
