"""Reference files to fill in: what is known, and a line for each subject that is missing."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langdock_usage.errors import ReferenceFileError
from langdock_usage.escaping import csv_line, escape_formula
from langdock_usage.files import atomic_write
from langdock_usage.raw.csv_file import CsvFile, read_csv_file
from langdock_usage.raw.reference.cells import plain
from langdock_usage.raw.reference.reference_file import ReferenceFile
from langdock_usage.sql import read_sql

if TYPE_CHECKING:
    from langdock_usage.metrics.usage import Usage

Kind = ReferenceFile[Any]


def known_lines(kind: Kind, usage: "Usage") -> list[dict[str, Any]]:
    """The lines of the template, as values by column; None where nothing is known."""
    frame = usage.sql(read_sql(f"ingest/{kind.name}_template"), exact=True).astype(object)
    rows = frame.where(frame.notna(), None).to_dict("records")
    return [{name: _day(row[name]) for name in kind.template_columns} for row in rows]


def _day(value: Any) -> Any:
    """A day of a frame is a moment; in a file it is a day."""
    return value.date() if isinstance(value, datetime) else value


def template(kind: Kind, usage: "Usage") -> str:
    """The text of the file."""
    rows = [_cells(kind, row).values() for row in known_lines(kind, usage)]
    return "".join(f"{csv_line(row)}\n" for row in [kind.template_columns, *rows])


def add_missing(kind: Kind, file: Path, usage: "Usage") -> int:
    """Append a line for each subject that the file lacks; how many. Raises ReferenceFileError.

    What stands in the file stays as it is, byte for byte.
    """
    csv = read_csv_file(file)
    present = set(_subjects_in(kind, csv))
    # a spreadsheet that writes semicolons reads 3.5 as a day in May
    point = "," if csv.delimiter == ";" else "."
    rows = [_cells(kind, row, point) for row in known_lines(kind, usage)]
    missing = [row for row in rows if _subject(kind, row) not in present]
    if missing:
        with atomic_write(file.resolve()) as unfinished:
            lines = [[row.get(name, "") for name in csv.columns] for row in missing]
            unfinished.write_bytes(csv.with_rows(lines))
            shutil.copymode(file, unfinished)
    return len({_subject(kind, row) for row in missing})


def _subjects_in(kind: Kind, csv: CsvFile) -> Iterator[tuple[str, ...]]:
    """What the lines are about, whatever else is wrong with them. Raises ReferenceFileError."""
    for name in kind.subject:
        if name not in csv.columns:
            raise ReferenceFileError(
                f"{csv.path}, line 1: the column {name!r} is missing. Nothing was changed."
            )
    for row in csv.rows.values():
        yield _subject(kind, dict(zip_longest(csv.columns, row, fillvalue="")))


def _subject(kind: Kind, cells: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(plain(cells[name]) for name in kind.subject)


def _cells(kind: Kind, row: Mapping[str, object], point: str = ".") -> dict[str, str]:
    """The row as it stands in a file; figures that are shown only have this decimal point."""
    return {
        name: _cell(value, point if name in kind.shown_only else ".") for name, value in row.items()
    }


def _cell(value: object, point: str) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", point)
    return "" if value is None else escape_formula(str(value))
