"""What tables may take of a page, so that it stays below three megabytes."""

from collections.abc import Iterable
from html import escape

from langdock_usage.embedding import embedded_json

ROW_BYTES = 800
"""A row of nine columns and its entry in the summary, without the name."""
CELL_BYTES = 90
USUAL_COLUMNS = 9
ROOM_BYTES = {
    "keys": 1_320_000,
    "models": 250_000,
    "cache": 260_000,
    "cache_savings": 80_000,
    "unrealised_savings": 40_000,
    "price_check": 40_000,
}
USUAL_ROOM_BYTES = 200_000


def room_bytes(table: str) -> int:
    """How many bytes a table may take."""
    return ROOM_BYTES.get(table, USUAL_ROOM_BYTES)


def rows_that_fit(names: Iterable[str | None], room: int, columns: int = 0) -> int:
    """How many of the rows with these names, and their entries in the summary, fit into `room`."""
    count = 0
    row_bytes = ROW_BYTES + CELL_BYTES * max(0, columns - USUAL_COLUMNS)
    for name in names:
        text = name or ""
        room -= row_bytes + len(escape(text).encode()) + len(embedded_json(text).encode())
        if room < 0:
            break
        count += 1
    return count
