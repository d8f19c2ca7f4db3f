"""One month of one workspace: every frame that the monthly report shows, aggregated in DuckDB.

Money is Decimal, exact, in every frame; ratios are floats, or missing where they are unknown.
"""

from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd

from .database import open_for_reading
from .errors import NoData
from .queries import Usage
from .sql import read_sql
from .windows import month_before, parse_month

NAMED_MODELS = 7
"""Models with a colour of their own; all others share one."""

HEATMAP_KEYS = 15
HEATMAP_MODELS = 10


class Month:
    """The usage of one calendar month. Use it as a context manager, or close it."""

    def __init__(self, database: str | Path, month: str, org_id: str | None = None) -> None:
        """Raises InvalidRequest, NoData, DatabaseMissing, DatabaseLocked."""
        self.period = parse_month(month)
        self.first = self.period.first
        self.org_id = Usage(Path(database)).workspace(org_id)
        self._connection = open_for_reading(Path(database))
        try:
            self._check_exports()
            for table in ("recent_usage", "model_series"):
                self._connection.execute(
                    read_sql(f"report/{table}"),
                    {"org_id": self.org_id, "month": self.first} if table == "recent_usage" else {},
                )
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @cached_property
    def exports(self) -> pd.DataFrame:
        """One row per export that counts in this month, oldest period first."""
        return self._frame("exports_of_month", org_id=self.org_id, month=self.first)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """One row per month with usage: this one and up to twelve before it."""
        return self._frame("totals_per_month")

    @cached_property
    def total(self) -> dict[str, Any]:
        """This month's row of `totals`; zero cost and requests in a month without usage."""
        return self._totals_of(self.first) or {"total_cost_usd": 0, "requests": 0}

    @cached_property
    def previous_total(self) -> dict[str, Any] | None:
        """The row of the month before, or None where it has no usage."""
        return self._totals_of(month_before(self.period).first)

    def by_key(self) -> pd.DataFrame:
        """One row per key of this month or the month before, costliest first."""
        return self._frame("key_comparison", month=self.first)

    def by_model(self) -> pd.DataFrame:
        """One row per model of this month or the month before, costliest first."""
        return self._frame("model_comparison", month=self.first, named_models=NAMED_MODELS)

    def by_window(self) -> pd.DataFrame:
        """One row per exported period of this month and model."""
        return self._by_window(self.first)

    def previous_by_window(self) -> pd.DataFrame:
        """The same of the month before."""
        return self._by_window(month_before(self.period).first)

    def by_month(self) -> pd.DataFrame:
        """One row per month and model, this month and up to twelve before it."""
        return self._frame("cost_per_month", named_models=NAMED_MODELS)

    def by_key_and_model(self) -> pd.DataFrame:
        """The costliest keys by the costliest models; the others stand together."""
        return self._frame(
            "key_model_grid", month=self.first, keys=HEATMAP_KEYS, models=HEATMAP_MODELS
        )

    def _by_window(self, first: date) -> pd.DataFrame:
        return self._frame(
            "cost_per_window", org_id=self.org_id, month=first, named_models=NAMED_MODELS
        )

    def _totals_of(self, first: date) -> dict[str, Any] | None:
        rows = self.totals[self.totals["month"] == first].to_dict("records")
        return {str(name): value for name, value in rows[0].items()} if rows else None

    def _check_exports(self) -> None:
        if self.exports.empty:
            month = f"{self.first:%Y-%m}"
            raise NoData(
                f"The database holds nothing for {month}; "
                f"bring it in with `langdock-usage fetch --month {month}`."
            )

    def _frame(self, question: str, **parameters: object) -> pd.DataFrame:
        """The answer as it left DuckDB: Decimal stays Decimal, NULL is None."""
        answer = self._connection.execute(read_sql(f"report/{question}"), parameters)
        names = [column[0] for column in answer.description]
        return pd.DataFrame(answer.fetchall(), columns=names, dtype=object)
