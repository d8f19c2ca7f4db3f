"""Questions to the database, each answered as a pandas DataFrame. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from .database import open_for_reading
from .errors import InvalidRequest, NoData
from .sql import read_sql
from .windows import Period, parse_day, parse_month

if TYPE_CHECKING:
    import pandas as pd

Asked = str | tuple[date | str, date | str]  # "2026-10", or first and last day


def open(path: str | Path = "data/langdock.duckdb") -> Usage:
    """Open a database to ask it questions; see `Usage`."""
    return Usage(Path(path))


class Usage:
    """The questions that a database answers.

    Every question opens the file read only and closes it again, so that an open notebook never
    keeps `fetch` from writing. Without `org`, a question is answered for all workspaces.
    Raises DatabaseMissing, DatabaseLocked, InvalidRequest.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sql("select 1")  # a missing file is told now, not at the first question

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Nothing is held open."""

    def sql(self, query: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> pd.DataFrame:
        """The answer to any SQL query, with its parameters; the file cannot be changed."""
        with open_for_reading(self.path) as connection:
            return connection.execute(query, parameters).df()

    def workspaces(self) -> dict[str, str]:
        """Every workspace of the database with its time zone."""
        with open_for_reading(self.path) as connection:
            return dict(connection.execute(read_sql("workspaces")).fetchall())

    def workspace(self, org: str | None = None) -> str:
        """The workspace called `org`, or the only one. Raises InvalidRequest, NoData."""
        known = self.workspaces()
        if not known:
            raise NoData(
                f"{self.path} holds no usage yet; bring it in with `langdock-usage fetch`."
            )
        if org in known:
            return org
        if org is None and len(known) == 1:
            return next(iter(known))
        problem = "Several workspaces" if org is None else f"No workspace {org!r}"
        raise InvalidRequest(
            f"{problem} in {self.path}; choose one of {', '.join(known)} with --org."
        )

    def cost_per_key(self, period: Asked, *, org: str | None = None) -> pd.DataFrame:
        """One row per API key, dearest first; columns as in the view `cost_per_key`."""
        return self._ask("period_cost_per_key", period, org)

    def cost_per_model(self, period: Asked, *, org: str | None = None) -> pd.DataFrame:
        """One row per model, dearest first; columns as in the view `cost_per_model`."""
        return self._ask("period_cost_per_model", period, org)

    def cost_per_key_and_model(self, period: Asked, *, org: str | None = None) -> pd.DataFrame:
        """One row per API key and model, dearest first."""
        return self._ask("period_cost_per_key_and_model", period, org)

    def daily_cost(self, period: Asked, *, org: str | None = None) -> pd.DataFrame:
        """One row per local day, API key and model; columns as in the view `daily_cost`."""
        return self._ask("period_daily_cost", period, org)

    def cache_efficiency(
        self, period: Asked, by: Literal["model", "key"] = "model", *, org: str | None = None
    ) -> pd.DataFrame:
        """One row per model or API key: input, cached and written tokens, and `cache_hit_ratio`."""
        if by not in ("model", "key"):
            raise InvalidRequest(f"by={by!r}: cache efficiency goes by 'model' or by 'key'.")
        return self._ask(f"period_cache_by_{by}", period, org)

    def _ask(self, name: str, asked: Asked, org: str | None) -> pd.DataFrame:
        period = as_period(asked)
        org_id = self.workspace(org) if org else None
        parameters = {"org_id": org_id, "first": period.first, "last": period.last}
        return self.sql(read_sql(name), parameters)


def as_period(asked: Asked) -> Period:
    """`"2026-10"`, or a pair of days, as a Period. Raises InvalidRequest."""
    if isinstance(asked, str):
        return parse_month(asked)
    first, last = (parse_day(day) if isinstance(day, str) else day for day in asked)
    return Period(first, last)
