"""What a cell of a reference file can say.

Each of these reads the text of a cell that is not empty. It raises ValueError with a reason that
begins with the name of the column.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from langdock_usage.errors import InvalidRequest
from langdock_usage.escaping import unescape_formula
from langdock_usage.windows import parse_day, parse_month

MAX_LENGTH = 200


def plain(cell: str) -> str:
    """A cell without its guard, and in one of the Unicode forms that look the same."""
    return unicodedata.normalize("NFC", unescape_formula(cell.strip()))


def text(column: str, cell: str) -> str:
    """Any text of at most 200 printable characters."""
    if not cell.isprintable():
        raise ValueError(f"{column} holds a sign that cannot be printed")
    if len(cell) > MAX_LENGTH:
        raise ValueError(f"{column} has more than {MAX_LENGTH} signs")
    return cell


def decimal_number(
    column: str, cell: str, what: str, example: str, *, has_sign: bool = False
) -> Decimal:
    """A plain decimal number with a point, of at most 9 digits before it and 9 behind it."""
    sign = "-?" if has_sign else ""
    if not re.fullmatch(rf"{sign}\d{{1,9}}(\.\d{{1,9}})?", cell, re.ASCII):
        raise ValueError(
            f"{column}: {cell!r} is no {what}; write it like {example}, with at most 9 digits "
            "before the point and 9 behind it"
        )
    return Decimal(cell)


def day(column: str, cell: str) -> date:
    """A day, like `2026-10-31`."""
    try:
        return parse_day(cell)
    except InvalidRequest as error:
        raise ValueError(f"{column}: {str(error).rstrip('.')}") from None


def month(column: str, cell: str) -> date:
    """The first day of a month, like `2026-10`."""
    try:
        return parse_month(cell).first
    except InvalidRequest as error:
        raise ValueError(f"{column}: {str(error).rstrip('.')}") from None
