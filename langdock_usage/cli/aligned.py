"""Rows as lines of a terminal, each column under its head."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from rich.cells import cell_len

from langdock_usage.escaping import printable
from langdock_usage.text import exact

Value = str | int | Decimal | None


def aligned(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> list[str]:
    """A line for the heads, and one for each row.

    Numbers stand to the right, amounts with all their digits and their points below each other;
    None is left blank. No text moves the cursor.
    """
    columns = map(_padded, heads, zip(*rows, strict=True))
    return ["  ".join(line).rstrip() for line in zip(*columns, strict=True)]


def _padded(head: str, values: tuple[Value, ...]) -> list[str]:
    """The head and the values of a column, all of one width."""
    if any(isinstance(value, Decimal) for value in values):
        texts = [head, *_point_below_point(values)]
    else:
        texts = [head, *("" if value is None else printable(str(value)) for value in values)]
    width = max(map(cell_len, texts))
    gaps = [" " * (width - cell_len(text)) for text in texts]
    if any(isinstance(value, int | Decimal) for value in values):
        return [gap + text for gap, text in zip(gaps, texts, strict=True)]
    return [text + gap for gap, text in zip(gaps, texts, strict=True)]


def _point_below_point(values: Iterable[Value]) -> list[str]:
    texts = [exact(value) if isinstance(value, Decimal) else "" for value in values]
    behind = [len(text) - len(text.partition(".")[0]) for text in texts]
    longest = max(behind)
    return [text + " " * (longest - place) for text, place in zip(texts, behind, strict=True)]
