"""The costliest rows one by one, all others as one: a report stays small, its sums stay whole."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from langdock_usage.embedding import embedded_json
from langdock_usage.report.monthly import Row

SUMMED = (
    "requests",
    "total_cost_usd",
    "previous_cost_usd",
    "input_tokens",
    "sum_completion_tokens",
    "cached_prompt_tokens",
    "cache_creation_tokens",
)

ROW_BYTES = 800
"""A row of a table of the page and its entry in the summary, without the name."""


def folded(rows: Sequence[Row], name: str, room_bytes: int) -> list[Row]:
    """The first rows, as many as `room_bytes` of the page hold, and one more for all others.

    That row is not the key or model of any name: `name` is None in it, and `others` says how many
    it stands for.
    """
    count = _fitting((row[name] for row in rows), room_bytes)
    top, rest = rows[:count], rows[count:]
    if not rest:
        return list(rows)
    summed = [column for column in SUMMED if column in rest[0]]
    others: Row = {column: _sum(row[column] for row in rest) for column in summed}
    others["cost_per_request_usd"] = _ratio(others["total_cost_usd"], others["requests"])
    others["cache_hit_ratio"] = _ratio(others["cached_prompt_tokens"], others["input_tokens"])
    return [*top, {**dict.fromkeys(rest[0]), **others, "others": len(rest)}]


def _fitting(names: Iterable[str | None], room_bytes: int) -> int:
    count = 0
    for name in names:
        text = name or ""
        room_bytes -= ROW_BYTES + len(escape(text).encode()) + len(embedded_json(text).encode())
        if room_bytes < 0:
            break
        count += 1
    return count


def _sum(values: Iterable[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _ratio(part: Any, whole: Any) -> float | None:
    return float(part or 0) / float(whole) if whole else None
