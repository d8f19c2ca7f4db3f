"""What the CSV of a usage export must look like: header → typed columns, or why not.

The happy path is one pass in DuckDB (`insert_rows.sql` of the store), which stops at the first
value that is not what its column says. Only then `first_fault` reads the file again in Python to
say where it is.
"""

import csv
import gzip
import io
import re
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import TextIO

from langdock_usage.errors import ExportFormatError
from langdock_usage.raw.header import COLUMNS as COLUMNS
from langdock_usage.raw.header import RAW_MODEL, TOKENS, Header, header_of
from langdock_usage.windows import Period

MAX_FRACTION_DIGITS = 24  # of total_cost_usd in the database
COUNT = re.compile(r"[0-9]{1,15}", re.ASCII)
AMOUNT = re.compile(r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", re.ASCII)
# quantizes what has at most 9 digits before and 24 behind the point, and raises for anything else
EXACT = Context(prec=9 + MAX_FRACTION_DIGITS, traps=[Inexact, InvalidOperation])
NUMBERS = ("requests", "total_cost_usd", *TOKENS)
BLANKS = " \t"  # around a number
SMALLEST = Decimal(1).scaleb(-MAX_FRACTION_DIGITS)

Row = dict[str, str]  # our name of a column → text


@dataclass(frozen=True)
class Stated:
    """What a CSV says of itself. Without rows it names no workspace and no period."""

    header: Header
    org_id: str | None
    utc_dates: Period | None


def read_stated(path: Path, name: str) -> Stated:
    """Read the header and the first row of the CSV at `path`, plain or gzip; `name` is for errors.

    Raises ExportFormatError.
    """
    with _rows(path, name) as rows:
        return _stated(rows, name)


def stated_in(content: bytes, name: str) -> Stated:
    """The same of a CSV in memory. Raises ExportFormatError."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", errors="replace", newline="")
    return _stated(_Rows(text, name), name)


def _stated(rows: "_Rows", name: str) -> Stated:
    header = header_of(next(rows, None), name)
    values = next(_checked(rows, header, name), None)
    if values is None:
        return Stated(header, None, None)
    dates = Period(_date(values["period_start"]), _date(values["period_end"]))
    return Stated(header, values["org_id"], dates)


def parse_rows(content: bytes, name: str) -> tuple[Header, list[Row]]:
    """All rows of a CSV, each checked. Raises ExportFormatError."""
    rows = _Rows(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline=""), name)
    header = header_of(next(rows, None), name)
    return header, list(_checked(rows, header, name))


def first_fault(path: Path, name: str) -> str | None:
    """The first thing in this CSV that is not what its column says, with line, column and value."""
    with _rows(path, name) as rows:
        header = header_of(next(rows, None), name)
        try:
            deque(_checked(rows, header, name), maxlen=0)
        except ExportFormatError as error:
            return str(error)
        if rows.has_mixed_line_ends:
            return (
                f"{name}: its lines end in more than one way (CR LF and LF, for one); load the "
                "file as it was downloaded, or save it with one kind of line end."
            )
    return None


def _checked(rows: "_Rows", header: Header, name: str) -> Iterator[Row]:
    """The rows of a file. Raises ExportFormatError at the first that cannot be added."""
    first: Row | None = None
    seen: dict[tuple[str, ...], int] = {}
    for row in filter(None, rows):
        values = dict(zip(header.names, row, strict=False))
        first = first or values
        fault = _row_fault(header, row, values, first)
        if fault:
            raise ExportFormatError(f"{name}, line {rows.line_num}: {fault}")
        grain = grain_of(values)
        if grain in seen:
            raise ExportFormatError(
                f"{name}, line {rows.line_num}: states API key {grain[0]!r} and model "
                f"{grain[1]!r} again, first stated on line {seen[grain]}"
            )
        seen[grain] = rows.line_num
        yield values | {name: values[name].strip(BLANKS) for name in NUMBERS if name in values}


def grain_of(row: Row) -> tuple[str, str, str]:
    """API key, model and raw model: what an export states once."""
    return row["api_key_id"], row.get("model", ""), row.get(RAW_MODEL, "")


def count_rows(content: bytes) -> int:
    """Rows below the header of a CSV; of one that is broken, those before the break."""
    return sum(1 for _ in _rows_below(content))


def is_empty(content: bytes | None) -> bool:
    """Whether an answer states no usage: no CSV, or one without rows."""
    return content is None or next(_rows_below(content), None) is None


def _rows_below(content: bytes) -> Iterator[list[str]]:
    # decoded bit by bit: all at once it would take five times the memory of the answer
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", errors="replace", newline="")
    with suppress(csv.Error):
        yield from islice(filter(None, csv.reader(text)), 1, None)


def _row_fault(
    header: Header, row: list[str], values: dict[str, str], first: dict[str, str]
) -> str | None:
    if len(row) != len(header.names):
        return f"has {len(row)} values where the header has {len(header.names)} columns"
    for column in ("period_start", "period_end"):
        if not _is_date(values[column]):
            return f"{column} is {values[column]!r}, not a date as YYYY-MM-DD"
    if values["period_start"] > values["period_end"]:
        return f"period_end {values['period_end']!r} lies before period_start"
    for column in ("org_id", "api_key_id"):
        if not values[column]:
            return f"{column} is empty"
    for column in ("period_start", "period_end", "org_id"):
        if values[column] != first[column]:
            return f"{column} is {values[column]!r}, but {first[column]!r} in the first row"
    if not COUNT.fullmatch(values["requests"].strip(BLANKS)):
        return f"requests is {values['requests']!r}, not a whole number of at most 15 digits"
    if not _is_amount(values["total_cost_usd"].strip(BLANKS)):
        return (
            f"total_cost_usd is {values['total_cost_usd']!r}, not an amount of at most 9 digits "
            f"before and {MAX_FRACTION_DIGITS} behind the point"
        )
    for column in TOKENS:
        count = values.get(column, "").strip(BLANKS)
        if count and not COUNT.fullmatch(count):
            return f"{column} is {values[column]!r}, not a whole number of at most 15 digits"
    return None


def _is_amount(text: str) -> bool:
    if not AMOUNT.fullmatch(text):
        return False
    try:
        EXACT.quantize(Decimal(text), SMALLEST)
    except (Inexact, InvalidOperation):
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        _date(text)
    except ValueError:
        return False
    return True


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError(text)
    return date.fromisoformat(text)


class _Rows:
    """A csv.reader whose errors name the file."""

    def __init__(self, text: TextIO, name: str) -> None:
        self._text = text
        self._reader = csv.reader(text, strict=True)
        self._name = name

    @property
    def line_num(self) -> int:
        return self._reader.line_num

    @property
    def has_mixed_line_ends(self) -> bool:
        """Of what was read so far."""
        return isinstance(self._text.newlines, tuple)

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        try:
            return next(self._reader)
        except (csv.Error, UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            where = f"{self._name}, after line {self.line_num}"
            raise ExportFormatError(f"{where}: not a CSV file in UTF-8 ({error}).") from None


def is_gzip(path: Path) -> bool:
    """Whether the file is compressed, by its first bytes."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


@contextmanager
def _rows(path: Path, name: str) -> Iterator[_Rows]:
    with path.open("rb") as file:
        if file.read(2) == b"PK":
            raise ExportFormatError(
                f"{name} is an Excel workbook or a ZIP archive; load the CSV as it was downloaded."
            )
    open_text = gzip.open if is_gzip(path) else open
    with open_text(path, "rt", encoding="utf-8-sig", newline="") as text:
        yield _Rows(text, name)
