"""One month of one workspace: every frame that the monthly report shows, aggregated in DuckDB.

Money is Decimal, exact, in every frame; ratios are floats, or None where they are unknown.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import duckdb

from langdock_usage.errors import NoData
from langdock_usage.metrics.usage import open as open_usage
from langdock_usage.sql import read_sql
from langdock_usage.windows import month_before, month_of, parse_month

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]

# Read from the file once, in this order; every question is answered from them.
TABLES = (
    "recent_usage",
    "window_usage",
    "covered_days",
    "month_exports",
    "month_restatements",
    "month_reconciliation",
    "whole_month",
    "month_accounting",
    "model_series",
    "team_usage",
)

NAMED_MODELS = 7
"""Models with a colour of their own; all others share one."""

BARS = 15
"""Keys and models that are drawn one by one; all others are drawn together."""

HEATMAP_MODELS = 10


class Month:
    """The usage of one calendar month.

    The database file is let go of as soon as it is read, or, with `keep_open`, when the month is
    closed: until then, nobody can write to it.
    """

    def __init__(
        self,
        database: str | Path,
        month: str,
        org_id: str | None = None,
        *,
        keep_open: bool = False,
    ) -> None:
        """Raises InvalidRequest, NoData, DatabaseMissing, DatabaseLocked, StoreError."""
        self.period = parse_month(month)
        self.first = self.period.first
        self.org_id = open_usage(database).workspace(org_id)  # says what is wrong with the file
        self._parameters: dict[str, object] = {
            "month": self.first,
            "org_id": self.org_id,
            "named_models": NAMED_MODELS,
            "bars": BARS,
            "heatmap_models": HEATMAP_MODELS,
        }
        self.database = Path(database)
        self._connection = self._load(self.database)
        if not keep_open:
            self.close()
        if not self.exports:
            raise NoData(self._what_is_missing())

    def close(self) -> None:
        """Let go of the file; the month still answers."""
        self._connection.execute("detach database if exists source")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def name(self) -> str:
        """`2026-10`"""
        return f"{self.first:%Y-%m}"

    @cached_property
    def exports(self) -> list[Row]:
        """One row per export that counts in this month, oldest period first."""
        return self.rows("month/exports_of_month")

    @cached_property
    def totals(self) -> list[Row]:
        """One row per month that is covered at least in part: this one and up to twelve before."""
        return self.rows("month/totals_per_month")

    @cached_property
    def total(self) -> Row:
        """This month's row of `totals`."""
        return self.total_of(self.first) or {}

    @cached_property
    def previous(self) -> Row | None:
        """The row of the month before, or None where the database does not know it."""
        return self.total_of(month_before(self.period).first)

    def total_of(self, first: date) -> Row | None:
        """The row of `totals` for the month that begins on `first`."""
        return next((row for row in self.totals if row["month"] == first), None)

    def comparable(self, row: Mapping[str, Any]) -> Row | None:
        """The month before one of `totals`, where both are wholly in the database."""
        before = self.total_of(month_before(month_of(row["month"])).first)
        return before if before and before["is_complete"] and row["is_complete"] else None

    @cached_property
    def days(self) -> list[Row]:
        """One row per calendar day: whether it is covered, and whether it may still change."""
        return self.rows("month/days_of_month")

    @cached_property
    def reconciliation(self) -> Row:
        """How many keys were compared with the export of the month, and by what they differ."""
        return self.rows("month/reconciliation_of_month")[0]

    @cached_property
    def restatements(self) -> list[Row]:
        """What newer exports said differently about this month, newest first."""
        return self.rows("month/restatements_of_month")

    @cached_property
    def accounting(self) -> list[Row]:
        """How many rows of this month state their tokens in which way."""
        return self.rows("month/accounting_of_month")

    def by_window(self) -> "pd.DataFrame":
        """One row per exported period of this month and model."""
        return self._frame("month/cost_per_window")

    def days_before(self) -> "pd.DataFrame":
        """One row per single day of the month before."""
        return self._frame("month/cost_per_day_before")

    def by_key(self) -> "pd.DataFrame":
        """One row per key of this month or the month before, costliest first."""
        return self._frame("groups/key_comparison")

    def by_model(self) -> "pd.DataFrame":
        """One row per model of this month or the month before, costliest first."""
        return self._frame("groups/model_comparison")

    def by_team(self) -> "pd.DataFrame":
        """One row per team of this month or the month before; empty where no team is known."""
        return self._frame("groups/team_comparison")

    def by_key_and_model(self) -> "pd.DataFrame":
        """The costliest keys by the costliest models; the others stand together."""
        return self._frame("groups/key_model_grid")

    def cache_by_key(self) -> "pd.DataFrame":
        """Cache-hit ratio of the costliest keys in this month and the twelve before it."""
        return self._frame("groups/cache_per_key")

    def cache_by_model(self) -> "pd.DataFrame":
        """Cache-hit ratio of the costliest models in this month and the twelve before it."""
        return self._frame("groups/cache_per_model")

    def by_month(self) -> "pd.DataFrame":
        """One row per month and model, this month and up to twelve before it."""
        return self._frame("month/cost_per_month")

    def rows(self, question: str) -> list[Row]:
        """The answer of `sql/QUESTION.sql` as it left DuckDB: exact, NULL is None."""
        names, rows = self._answer(question)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _what_is_missing(self) -> str:
        if self._across:
            known = " and ".join(f"{first} to {last}" for first, last in self._across)
            return (
                f"{self.name} is known only as part of {known}, which cannot be split; "
                f"bring in its days with `langdock-usage fetch --month {self.name}`."
            )
        return (
            f"The database holds nothing for {self.name} in workspace {self.org_id}; bring it in "
            f"with `langdock-usage fetch --month {self.name}` if it is less than 12 months ago, "
            "else with `langdock-usage load`."
        )

    def _load(self, path: Path) -> duckdb.DuckDBPyConnection:
        """Aggregate what is needed into memory, so that every question is answered from there."""
        memory = duckdb.connect()
        # The last to open the file: closing it elsewhere in this process would undo the lock.
        memory.execute("attach $path as source (read_only)", {"path": str(path)})
        memory.execute("set search_path = 'memory.main,source.main'")
        for table in TABLES:
            self._ask(memory, f"tables/{table}")
        self._across = self._ask(memory, "month/periods_across").fetchall()
        memory.execute("set search_path = 'memory.main'")
        return memory

    def _ask(self, connection: duckdb.DuckDBPyConnection, question: str) -> Any:
        text = read_sql(f"report/{question}")
        parameters = {name: value for name, value in self._parameters.items() if f"${name}" in text}
        return connection.execute(text, parameters)

    def _frame(self, question: str) -> "pd.DataFrame":
        import pandas as pd  # not needed where only rows are

        names, rows = self._answer(question)
        return pd.DataFrame(rows, columns=names, dtype=object)

    def _answer(self, question: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        answer = self._ask(self._connection, question)
        return [column[0] for column in answer.description], answer.fetchall()


def records(frame: "pd.DataFrame") -> list[Row]:
    """The rows of a frame, each as a dict."""
    return [
        dict(zip(map(str, frame.columns), row, strict=True))
        for row in frame.itertuples(index=False, name=None)
    ]
