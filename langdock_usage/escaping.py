"""Names in exports are hostile input: escaped for a spreadsheet and for a terminal.

A cell of a CSV that begins with a formula sign runs as a formula when the file is opened. An
apostrophe before it makes it text again: spreadsheets know that sign, and do not show it when
typed.
"""

import re
from collections.abc import Iterable

GUARD = "'"

# White space, control and format characters: spreadsheets may skip them before a sign.
_SKIPPED = (
    r"\x00-\x20\x7f-\xa0\xad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u1680\u180e"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffb"
)
_SIGNS = r"=+\-@|%\t\r\n\uff1d\uff0b\uff0d\uff20\uff5c\uff05"

FORMULA = rf"^'*[{_SKIPPED}]*[{_SIGNS}]"
"""What a spreadsheet may run, as a regular expression of Python and of JavaScript: the script of
the report applies it as well. Apostrophes before it count, so that each guard can be undone."""

_FORMULA = re.compile(FORMULA)
# some spreadsheets split at each of these, whatever separates the cells of the file
_NEEDS_QUOTES = re.compile(r'[",;\t\r\n]')


def escape_formula(text: str) -> str:
    """The text as a cell of a CSV that no spreadsheet runs."""
    return GUARD + text if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """The text that was escaped."""
    return text[1:] if text.startswith(GUARD) and _FORMULA.match(text[1:]) else text


def csv_line(cells: Iterable[str], delimiter: str = ",") -> str:
    """One line of a CSV, without its end.

    Before Python 3.13 the module `csv` writes a lone carriage return without quotes, and what
    follows it would be a line, and a formula, of its own.
    """
    return delimiter.join(
        '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell
        for cell in cells
    )


def printable(text: str) -> str:
    """The same text on one line, with nothing in it that moves a terminal's cursor."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
