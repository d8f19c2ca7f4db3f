"""A CSV that a person keeps: read whatever its spreadsheet made of it, and added to in its own way.

UTF-8 with or without a byte order mark; comma, semicolon or tab; any line ends.
"""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from langdock_usage.errors import ReferenceFileError
from langdock_usage.escaping import csv_line


@dataclass(frozen=True)
class CsvFile:
    """What stands in a file: its column names, and its other lines that are not blank, by number.

    Line 1 is the header; names are without the white space around them, in lower case.
    """

    path: Path
    content: bytes
    delimiter: str
    columns: list[str]
    rows: dict[int, list[str]]

    def with_rows(self, rows: Iterable[Iterable[str]]) -> bytes:
        """The same bytes, and these rows after them, with its own delimiter and line ends."""
        line_end = b"\r\n" if b"\r\n" in self.content else b"\n"
        lines = [csv_line(row, self.delimiter).encode() + line_end for row in rows]
        is_ended = self.content.endswith((b"\n", b"\r")) or not self.content
        return self.content + (b"" if is_ended else line_end) + b"".join(lines)


def read_csv_file(path: Path) -> CsvFile:
    """Read a CSV. Raises ReferenceFileError where it is none."""
    try:
        content = path.read_bytes()
        text = content.removeprefix(BOM_UTF8).decode()
    except OSError as error:
        raise ReferenceFileError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ReferenceFileError(
            f"{path}, line {line}: not UTF-8; save it as `CSV UTF-8`. Nothing was changed."
        ) from None
    # a German Excel writes semicolons
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: dict[int, list[str]] = {}
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
        line = reader.line_num + 1
        for row in reader:
            if any(cell.strip() for cell in row):
                rows[line] = row
            line = reader.line_num + 1
    except csv.Error as error:
        raise ReferenceFileError(
            f"{path}, line {reader.line_num}: not a CSV file ({error})."
        ) from None
    return CsvFile(path, content, delimiter, columns, rows)
