"""What stands beside the name of an API key or a model: new, no longer used, renamed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from langdock_usage.charts.drawing.chart_data import require
from langdock_usage.charts.drawing.names import shorten
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import Months

COMPARED = (
    "cost_before_usd",
    "cost_after_usd",
    "requests_before",
    "requests_after",
    "first_used_day",
)


@dataclass(frozen=True)
class Marks:
    """Marks the rows of a comparison with the month before.

    A day that is not known may be the one on which something was used.
    """

    months: Months
    formatter: Formatter

    def of(self, compared: pd.DataFrame, named: pd.DataFrame | None = None) -> list[str]:
        """A mark for each row, empty for most; `named` are names of API keys by month."""
        require(compared, COMPARED, "report.marks")
        if named is not None:
            require(named, ("month", "api_key_id", "api_key_name"), "report.marks(…, named)")
        if self.months.before is None:
            return [""] * len(compared)
        names = {} if named is None else self._names_before(named)
        return [self._mark(row, names) for row in compared.to_dict("records")]

    def _names_before(self, named: pd.DataFrame) -> dict[Any, Any]:
        first = self.months.before and pd.Timestamp(self.months.before.month)
        rows = named[named["month"] == first]
        return dict(zip(rows["api_key_id"], rows["api_key_name"], strict=True))

    def _mark(self, row: Mapping[Any, Any], names: Mapping[Any, Any]) -> str:
        language, this, last = self.formatter.language, self.months.this, self.months.before
        if not _is_used(row, "before"):
            is_new = row["first_used_day"] >= pd.Timestamp(this.month)
            return language.text("words.new") if is_new and last and last.is_complete else ""
        if not _is_used(row, "after"):
            return language.text("words.gone") if this.is_complete else ""
        now = row.get("api_key_name")
        then = self.formatter.name(names.get(row.get("api_key_id"), now))
        if then == self.formatter.name(now):
            return ""
        return language.text("words.renamed", name=shorten(then))


def _is_used(row: Mapping[Any, Any], period: str) -> bool:
    return bool(row[f"requests_{period}"] > 0 or row[f"cost_{period}_usd"] != 0)
