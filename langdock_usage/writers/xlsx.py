"""Rows as a workbook that is fit to be read: head, widths, filter and number formats."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from rich.cells import cell_len

from langdock_usage.errors import InvalidRequest
from langdock_usage.files import temporary_folder
from langdock_usage.text import exact

MAX_XLSX_ROWS = 1_048_575  # and the header
MAX_WIDTH = 60
_FILTER_BUTTON = 3
_MONEY, _COUNT, _RATIO = "#,##0.00####", "#,##0", "0.0%"
# what XML cannot hold
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Rows = Callable[[], Iterator[tuple[Any, ...]]]


def write_xlsx(path: Path, view: str, names: Sequence[str], rows: Rows) -> None:
    """Write the rows into a workbook of one sheet. Raises InvalidRequest if they are too many.

    `rows` begins anew with each call: the widths of columns stand before them in the file.
    """
    write_workbook(path, {view: (names, rows)})


def write_workbook(path: Path, sheets: Mapping[str, tuple[Sequence[str], Rows]]) -> None:
    """Write several sheets, each as `write_xlsx` does."""
    with temporary_folder() as folder, _temporary_files_in(folder):
        book = Workbook(write_only=True)
        try:
            for name, (names, rows) in sheets.items():
                _add_sheet(book, name, names, rows)
            book.save(path)
        except OSError:
            for sheet in book.worksheets:
                with suppress(OSError):  # or it fails again when nobody listens, with a traceback
                    sheet.close()
            raise


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Where openpyxl writes each sheet first."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _add_sheet(book: Workbook, view: str, names: Sequence[str], rows: Rows) -> None:
    row_count, widths = _measured(names, rows())
    if row_count > MAX_XLSX_ROWS:
        raise InvalidRequest(
            f"{view} has more rows than a sheet of Excel; narrow the period, or take Parquet."
        )
    sheet = book.create_sheet(view[:31])
    sheet.freeze_panes = "A2"
    letters = [get_column_letter(place) for place in range(1, len(names) + 1)]
    sheet.auto_filter.ref = f"A1:{letters[-1]}{row_count + 1}"
    for letter, width in zip(letters, widths, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([_head(sheet, name) for name in names])
    for row in rows():
        sheet.append([_cell(sheet, *pair) for pair in zip(names, row, strict=True)])


def _measured(names: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> tuple[int, list[int]]:
    """How many rows there are, and how wide each column has to be."""
    widths = [len(name) + _FILTER_BUTTON for name in names]
    count = 0
    for row in islice(rows, MAX_XLSX_ROWS + 1):
        count += 1
        for place, value in enumerate(row):
            if value is not None:
                widths[place] = max(widths[place], cell_len(_shown(names[place], value)) + 1)
    return count, [min(width, MAX_WIDTH) for width in widths]


def _shown(name: str, value: Any) -> str:
    """About what a sheet shows of a value."""
    number_format = _number_format(name, value)
    if number_format == _MONEY:
        return f"{value:,.6f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return f"{value:,}" if number_format == _COUNT else str(value)[:MAX_WIDTH]


def _head(sheet: Any, name: str) -> Any:
    made = WriteOnlyCell(sheet, name)
    made.font = Font(bold=True)
    return made


def _cell(sheet: Any, name: str, value: Any) -> Any:
    if isinstance(value, str):
        made = WriteOnlyCell(sheet, _ILLEGAL.sub("\ufffd", value))
        made.data_type = "s"  # never a formula, whatever it begins with
        made.quotePrefix = True  # nor after somebody edits it
        return made
    if isinstance(value, Decimal):
        made = WriteOnlyCell(sheet, exact(value))
        made.data_type = "n"  # as digits: openpyxl would round a number to a float
    elif isinstance(value, datetime) and value.tzinfo:
        made = WriteOnlyCell(sheet, value.astimezone(UTC).replace(tzinfo=None))
    else:
        made = WriteOnlyCell(sheet, value)
    made.number_format = _number_format(name, value) or made.number_format
    return made


def _number_format(name: str, value: Any) -> str:
    """The format of a number or month; of others as it is."""
    if isinstance(value, Decimal | float):
        return _RATIO if name.endswith("_ratio") else _MONEY
    if isinstance(value, int) and not isinstance(value, bool):
        return _COUNT
    return "yyyy-mm" if name == "month" and isinstance(value, date) else ""
