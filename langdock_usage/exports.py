"""What the CSV of a usage export must look like: header → typed columns, or why not.

The happy path is one pass in DuckDB (`sql/take_in.sql`), which stops at the first value that is not
what its column says. Only then `first_fault` reads the file again in Python to say where it is.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TextIO

from .errors import ExportFormatError
from .windows import Period

REQUIRED = (
    "period_start",
    "period_end",
    "org_id",
    "api_key_id",
    "api_key_name",
    "requests",
    "total_cost_usd",
)
TOKENS = (
    "sum_prompt_tokens",
    "sum_completion_tokens",
    "cached_prompt_tokens",
    "cache_creation_tokens",
    "no_cache_tokens",
)
# Other names that the service gives, or may give, to a column. The documentation does not name the
# model column of a grouped export; the models export spells two token columns differently.
ALIASES = {
    "model_name": "model",
    "name": "model",
    "sum_cached_prompt_tokens": "cached_prompt_tokens",
    "sum_cache_creation_tokens": "cache_creation_tokens",
}
COLUMNS = (*REQUIRED, "model", *TOKENS)

MAX_FRACTION_DIGITS = 24  # of total_cost_usd in the database
COUNT = re.compile(r"[0-9]{1,15}", re.ASCII)
AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]*)?([eE]-[0-9]{1,2})?", re.ASCII)


Row = dict[str, str]  # our name of a column → text


@dataclass(frozen=True)
class Header:
    """The columns of one file. `names` has our name of each column, in the order of the file."""

    names: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def has_model(self) -> bool:
        return "model" in self.names

    def duckdb_columns(self) -> dict[str, str]:
        """Columns of the file for DuckDB's `read_csv`; text, so that nothing is rounded unseen."""
        return dict.fromkeys(self.names, "VARCHAR")


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
    header = _header(next(rows, None), name)
    first = next((row for row in rows if row), None)
    if first is None:
        return Stated(header, None, None)
    values = dict(zip(header.names, first, strict=False))
    fault = _row_fault(header, first, values, values)
    if fault:
        raise ExportFormatError(f"{name}, line {rows.line_num}: {fault}")
    dates = Period(_date(values["period_start"]), _date(values["period_end"]))
    return Stated(header, values["org_id"], dates)


def parse_rows(content: bytes, name: str) -> tuple[Header, list[Row]]:
    """All rows of a CSV, each checked. Raises ExportFormatError."""
    rows = _Rows(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline=""), name)
    header = _header(next(rows, None), name)
    parsed: list[Row] = []
    for row in rows:
        if row:
            values = dict(zip(header.names, row, strict=False))
            fault = _row_fault(header, row, values, parsed[0] if parsed else values)
            if fault:
                raise ExportFormatError(f"{name}, line {rows.line_num}: {fault}")
            parsed.append(values)
    return header, parsed


def first_fault(path: Path, name: str) -> str | None:
    """The first thing in this CSV that is not what its column says, with line, column and value."""
    with _rows(path, name) as rows:
        header = _header(next(rows, None), name)
        first: dict[str, str] | None = None
        seen: dict[tuple[str, str], int] = {}
        for row in rows:
            if not row:
                continue
            values = dict(zip(header.names, row, strict=False))
            first = first or values
            fault = _row_fault(header, row, values, first)
            if fault:
                return f"{name}, line {rows.line_num}: {fault}"
            grain = (values["api_key_id"], values.get("model", ""))
            if grain in seen:
                return (
                    f"{name}, line {rows.line_num}: states API key {grain[0]!r} and model "
                    f"{grain[1]!r} again, first stated on line {seen[grain]}"
                )
            seen[grain] = rows.line_num
    return None


def count_rows(content: bytes) -> int:
    """Rows below the header of a CSV; of one that is broken, those before the break."""
    return sum(1 for _ in _rows_below(content))


def is_empty(content: bytes | None) -> bool:
    """Whether an answer states no usage: no CSV, or one without rows."""
    return content is None or next(_rows_below(content), None) is None


def _rows_below(content: bytes) -> Iterator[list[str]]:
    text = io.StringIO(content.decode("utf-8", errors="replace"), newline="")
    with suppress(csv.Error):
        yield from islice(filter(None, csv.reader(text)), 1, None)


def _header(row: list[str] | None, name: str) -> Header:
    if not row:
        raise ExportFormatError(f"{name}: the file is empty; a usage export begins with a header.")
    originals = [cell.strip() for cell in row]
    names: dict[str, str] = {}
    for position, original in enumerate(originals):
        ours = ALIASES.get(original.lower(), original.lower())
        if ours not in COLUMNS:
            ours = f"unknown_{position}"
        if ours in names:
            both = f"{names[ours]!r} and {original!r}"
            raise ExportFormatError(f"{name}, line 1: the columns {both} could both be {ours}.")
        names[ours] = original
    missing = [column for column in REQUIRED if column not in names]
    if missing and len(originals) == 1 and originals[0].count(";") >= len(REQUIRED) - 1:
        raise ExportFormatError(
            f"{name}, line 1: the values are separated by semicolons, as Excel writes them; "
            "load the file as it was downloaded."
        )
    if missing:
        raise ExportFormatError(
            f"{name}, line 1: the column {missing[0]!r} is missing; this is not a usage export by "
            f"API key (its columns: {', '.join(originals)[:200]})."
        )
    unknown = tuple(original for ours, original in names.items() if ours not in COLUMNS)
    return Header(tuple(names), unknown)


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
    if not COUNT.fullmatch(values["requests"]):
        return f"requests is {values['requests']!r}, not a whole number of at most 15 digits"
    if not _is_amount(values["total_cost_usd"]):
        return (
            f"total_cost_usd is {values['total_cost_usd']!r}, not an amount of at most 9 digits "
            f"before and {MAX_FRACTION_DIGITS} behind the point"
        )
    for column in TOKENS:
        if values.get(column) and not COUNT.fullmatch(values[column]):
            return f"{column} is {values[column]!r}, not a whole number of at most 15 digits"
    return None


def _is_amount(text: str) -> bool:
    if not AMOUNT.fullmatch(text):
        return False
    exponent = Decimal(text).as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MAX_FRACTION_DIGITS


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
        self._reader = csv.reader(text, strict=True)
        self._name = name

    @property
    def line_num(self) -> int:
        return self._reader.line_num

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
