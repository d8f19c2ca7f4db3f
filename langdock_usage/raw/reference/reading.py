"""Reading a reference file by the description of its kind, or telling all that is wrong."""

from collections.abc import Iterator, Mapping
from typing import Any

from langdock_usage.errors import ReferenceFileError
from langdock_usage.raw.csv_file import CsvFile
from langdock_usage.raw.reference.cells import plain
from langdock_usage.raw.reference.reference_file import Line, ReferenceFile
from langdock_usage.text import suggestion

SHOWN_FAULTS = 20


def read_lines(kind: ReferenceFile[Line], file: CsvFile) -> dict[int, Line]:
    """The lines of the file, by their numbers. Raises ReferenceFileError with all mistakes."""
    lines: dict[int, Line] = {}
    comparable: dict[int, Line] = {}
    faults = [(1, fault) for fault in _wrong_columns(kind, file.columns)]
    for number, row in file.rows.items():
        if len(row) != len(file.columns):
            expected = f"the header has {len(file.columns)} columns"
            faults.append((number, f"has {len(row)} values where {expected}"))
            continue
        line, of_line = _read_line(kind, dict(zip(file.columns, row, strict=True)))
        faults += [(number, fault) for fault in of_line.values()]
        if line:
            lines[number] = line
            if of_line.keys().isdisjoint(kind.unique):
                comparable[number] = line
    faults += _repeated(kind, comparable)
    faults += kind.check(lines)
    if faults:
        shown = [f"line {number}: {fault}" for number, fault in sorted(faults)[:SHOWN_FAULTS]]
        more = f"; and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
        raise ReferenceFileError(f"{file.path}: {'; '.join(shown)}{more}. Nothing was changed.")
    return lines


def _wrong_columns(kind: ReferenceFile[Line], names: list[str]) -> Iterator[str]:
    for name in dict.fromkeys(names):
        if name not in kind.template_columns:
            yield f"there is no column {name!r} ({suggestion(name, [*kind.columns]).rstrip('.')})"
        if names.count(name) > 1:
            yield f"the column {name!r} stands there twice"
    for name in kind.required:
        if name not in names:
            yield (
                f"the column {name!r} is missing; "
                f"`langdock-usage {kind.name} template` writes a file to fill in"
            )


def _read_line(
    kind: ReferenceFile[Line], cells: Mapping[str, str]
) -> tuple[Line | None, dict[str, str]]:
    """The line, if all that it must have can be read, and its mistakes by column."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, read_cell in kind.columns.items():
        cell = plain(cells.get(name, ""))
        try:
            if cell:
                values[name] = read_cell(name, cell)
            elif name in kind.required and name in cells:
                faults[name] = f"{name} is empty"
        except ValueError as error:
            faults[name] = str(error)
    return kind.line(**values) if values.keys() >= {*kind.required} else None, faults


def _repeated(kind: ReferenceFile[Line], lines: Mapping[int, Line]) -> Iterator[tuple[int, str]]:
    first: dict[tuple[object, ...], int] = {}
    for number, line in lines.items():
        same = tuple(getattr(line, name) for name in kind.unique)
        if same in first:
            yield number, f"says again {kind.states(line)}; see line {first[same]}"
        first.setdefault(same, number)
