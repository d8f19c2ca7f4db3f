"""A view as a file to take along: CSV, Parquet or XLSX; no number is rounded on the way.

| format  | money and counts                        | dates           | text                       |
| ------- | --------------------------------------- | --------------- | -------------------------- |
| csv     | all digits, no more                     | 2026-10-31      | a formula sign is guarded  |
| parquet | DECIMAL and BIGINT                      | DATE            | as it is                   |
| xlsx    | all digits; Excel itself reads 15       | dates           | never a formula            |
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .amounts import exact
from .errors import InvalidRequest
from .harmless import guarded
from .sql import read_sql
from .whole_file import whole_file
from .windows import Period, month_of

if TYPE_CHECKING:
    import duckdb

FORMATS = ("csv", "parquet", "xlsx")
GRAINS = {
    **dict.fromkeys(
        (
            "cost_per_key",
            "cost_per_model",
            "cost_per_key_and_model",
            "cost_per_team",
            "cost_per_cost_center",
            "reconciliation",
        ),
        "by_month",
    ),
    **dict.fromkeys(("daily_cost", "stored_days"), "by_day"),
    **dict.fromkeys(
        ("usage", "owned_usage", "exports", "counted_exports", "restatements"), "by_window"
    ),
    **dict.fromkeys(("key_owners", "key_ownership", "key_chains"), "whole"),
}
MAX_XLSX_ROWS = 1_048_575  # and the header
_CHUNK = 10_000


def format_of(path: Path) -> str:
    """The format that the name of a file ends in. Raises InvalidRequest."""
    kind = path.suffix.removeprefix(".").lower()
    if kind not in FORMATS:
        raise InvalidRequest(f"{path} does not end in .csv, .parquet or .xlsx.")
    return kind


def period_for(view: str, period: Period | None) -> Period | None:
    """The period, if the view can be cut to it. Raises InvalidRequest."""
    if period is None:
        return None
    if GRAINS[view] == "whole":
        raise InvalidRequest(f"{view} has no period; leave it out.")
    whole_months = period.first.day == 1 and period.last == month_of(period.last).last
    if GRAINS[view] == "by_month" and not whole_months:
        raise InvalidRequest(f"{view} goes by month; ask for whole months, not {period}.")
    return period


def write_view(
    connection: duckdb.DuckDBPyConnection,
    view: str,
    path: Path,
    parameters: dict[str, Any],
    *,
    overwrite: bool,
) -> None:
    """Write a view into the file: whole, or not at all. Raises InvalidRequest."""
    kind, query = format_of(path), read_sql(f"export_{GRAINS[view]}")
    if GRAINS[view] == "whole":
        parameters = {}
    parameters = {"view": view, **parameters}
    if path.exists() and not overwrite:
        raise InvalidRequest(f"{path} is there already; name another file, or overwrite it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as unfinished:
        if kind == "parquet":
            connection.execute(
                f"copy ({query}) to $path (format parquet)", {**parameters, "path": str(unfinished)}
            )
        else:
            answer = connection.execute(query, parameters)
            names = [column[0] for column in answer.description]
            if kind == "csv":
                _write_csv(unfinished, names, _rows(answer))
            else:
                _write_xlsx(unfinished, view, names, _rows(answer))


def _rows(answer: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := answer.fetchmany(_CHUNK):
        yield from rows


def _write_csv(path: Path, names: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_csv_cell(value) for value in row] for row in rows)


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return exact(value)
    return guarded(value) if isinstance(value, str) else str(value)


def _write_xlsx(path: Path, view: str, names: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    held = list(islice(rows, MAX_XLSX_ROWS + 1))
    if len(held) > MAX_XLSX_ROWS:
        raise InvalidRequest(
            f"{view} has more rows than a sheet of Excel; narrow the period, or take Parquet."
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet(view[:31])
    sheet.freeze_panes = "A2"
    formats = [_number_format(name) for name in names]
    sheet.append(names)

    def cell(value: Any, number_format: str) -> Any:
        if isinstance(value, str):
            made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
            made.data_type = "s"  # never a formula, whatever it begins with
            made.quotePrefix = True  # nor after somebody edits it
        elif isinstance(value, Decimal):
            made = WriteOnlyCell(sheet, exact(value))
            made.data_type = "n"  # as digits: openpyxl would round a number to a float
        elif isinstance(value, datetime) and value.tzinfo:
            made = WriteOnlyCell(sheet, value.astimezone(UTC).replace(tzinfo=None))
        else:
            made = WriteOnlyCell(sheet, value)
        if number_format and not isinstance(value, str):
            made.number_format = number_format
        return made

    for row in held:
        sheet.append([cell(value, kind) for value, kind in zip(row, formats, strict=True)])
    book.save(path)


def _number_format(name: str) -> str:
    if name.endswith("_usd"):
        return "#,##0.00####"
    return "0.0%" if name.endswith("_ratio") else ""
