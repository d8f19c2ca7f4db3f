"""A view as a file: CSV, Parquet or XLSX; no number is rounded on the way.

| format  | money and counts                        | dates           | text                       |
| ------- | --------------------------------------- | --------------- | -------------------------- |
| csv     | all digits, no more                     | 2026-10-31      | a formula sign is guarded  |
| parquet | DECIMAL and BIGINT                      | DATE            | as it is                   |
| xlsx    | all digits; Excel itself reads 15       | dates           | never a formula            |

Rows come in the order of their months, days or periods, of each the costliest first, where the view
has a cost; else in the order of their columns. A CSV begins with the mark by which Excel knows
UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from langdock_usage.columns import views
from langdock_usage.errors import InvalidRequest
from langdock_usage.escaping import csv_line, escape_formula
from langdock_usage.files import atomic_write, remove_stale
from langdock_usage.sql import read_sql
from langdock_usage.text import exact
from langdock_usage.windows import Period, month_of

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
        "month",
    ),
    **dict.fromkeys(("daily_cost", "stored_days"), "day"),
    **dict.fromkeys(
        ("usage", "owned_usage", "priced_usage", "exports", "counted_exports", "restatements"),
        "period",
    ),
    **dict.fromkeys(
        (
            *("key_owners", "key_ownership", "key_chains", "workspace_names"),
            *("own_prices", "prices_in_force", "budget_lines", "expected_events"),
            *("own_rates", "exchange_rates", "invoices"),
        ),
        "whole",
    ),
}
_COSTS = {"daily_cost", "usage", "owned_usage", "priced_usage"} | {
    view for view in GRAINS if "cost_per" in view
}
_CHUNK = 10_000


def described_views() -> dict[str, str]:
    """What each view is that can be exported, without asking a database."""
    return {view: views()[view] for view in GRAINS}


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
    ends_a_month = period.last == date.max or period.last == month_of(period.last).last
    if GRAINS[view] == "month" and not (period.first.day == 1 and ends_a_month):
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
    kind = format_of(path)
    query = read_sql("writers/rows_of_view", view=view, grain=GRAINS[view], has_cost=view in _COSTS)
    if GRAINS[view] == "whole":
        parameters = {}
    if path.exists() and not overwrite:
        raise InvalidRequest(
            f"{path} is there already; name another file, or say overwrite=True.",
            on_command_line=f"{path} is there already; name another file, or say --overwrite.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_stale(path.parent)
    with atomic_write(path) as unfinished:
        if kind == "parquet":
            connection.execute(
                f"copy ({query}) to $path (format parquet)", {**parameters, "path": str(unfinished)}
            )
            return
        none = connection.execute(f"from ({query}) limit 0", parameters)
        names = [name for name, *_ in none.description or []]

        def rows() -> Iterator[tuple[Any, ...]]:
            answer = connection.execute(query, parameters)
            while some := answer.fetchmany(_CHUNK):
                yield from some

        if kind == "csv":
            _write_csv(unfinished, names, rows())
        else:
            from langdock_usage.writers.xlsx import write_xlsx

            write_xlsx(unfinished, view, names, rows)


def _write_csv(path: Path, names: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(f"{csv_line(names)}\n")
        file.writelines(f"{csv_line(map(_csv_cell, row))}\n" for row in rows)


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return exact(value)
    return escape_formula(value) if isinstance(value, str) else str(value)
