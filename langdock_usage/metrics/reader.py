"""Reading a database: SQL, what is in it, and how it shows itself in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import duckdb

from langdock_usage.errors import InvalidRequest, LangdockUsageError, NoData
from langdock_usage.metrics.asked import (
    Asked,
    Names,
    available_months,
    ends_of,
    key_parameter,
    model_parameter,
    periods_asked,
    team_parameter,
)
from langdock_usage.metrics.frames import to_frame
from langdock_usage.metrics.overview import Coverage, coverage, overview_html, overview_text
from langdock_usage.periods import as_moment
from langdock_usage.sql import read_sql
from langdock_usage.store.database import open_for_reading
from langdock_usage.text import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


class Reader:
    """What can be read from a database without a question about its cost.

    Every answer opens the file read only and closes it again, so that an open notebook never keeps
    `fetch` from writing. No query can reach another file either, to read or to write it.
    """

    def __init__(self, path: Path, moment: datetime | None = None) -> None:
        self.path = path
        self.moment = moment
        # what is wrong with the file is told now, not at the first question
        open_for_reading(path).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing: no answer leaves the file open, and questions are answered afterwards, too.

        >>> usage.close()
        >>> usage.months()
        ['2026-09', '2026-10']
        """

    def as_of(self, moment: datetime | str) -> Self:
        """The same questions, answered with what had been received, and loaded, by a moment.

        `moment` is an aware datetime, or text like `2026-11-03T18:00+01:00`; a day alone means its
        end in UTC. What did the report rest on that was sent on the third? Raises InvalidRequest.

        >>> usage.as_of("2026-11-05").months()
        ['2026-09', '2026-10']
        """
        return type(self)(self.path, as_moment(moment))

    def sql(
        self,
        query: str,
        parameters: Sequence[Any] | Mapping[str, Any] = (),
        *,
        exact: bool = False,
        frames: Mapping[str, pd.DataFrame] | None = None,
    ) -> pd.DataFrame:
        """The answer to any SQL query; the database cannot be changed by it.

        Values belong into `parameters`, never into the text. `frames` are tables of your own that
        the query may name. DECIMAL becomes float64, with `exact` Decimal.

        >>> usage.sql("select sum(requests) as requests from usage where model = ?", ["gpt-5"])
           requests
        0        40
        >>> budget = pd.DataFrame({"model": ["gpt-5"], "budget_usd": [5]})
        >>> usage.sql(
        ...     "select month, budget_usd - total_cost_usd as left_usd "
        ...     "from cost_per_model join budget using (model) order by month",
        ...     frames={"budget": budget},
        ... )
               month  left_usd
        0 2026-09-01      3.00
        1 2026-10-01      1.75
        """
        with self._connection() as connection:
            for name, frame in (frames or {}).items():
                connection.register(name, frame)
            try:
                return to_frame(connection.execute(query, parameters), exact=exact)
            except duckdb.PermissionException as error:
                raise InvalidRequest(
                    "A query reaches no other file, so that none can be harmed: read yours with "
                    "pandas and name it in `frames`, and write with `export`."
                ) from error

    def describe(self, view: str | None = None) -> pd.DataFrame:
        """Every column of a view, or of all: `view_name`, `column_name`, `data_type`, `comment`.

        `lu.table` shows the comments in full.

        >>> usage.describe("cost_per_model")[["column_name", "data_type"]].head(3)
          column_name data_type
        0       month      DATE
        1      org_id   VARCHAR
        2       model   VARCHAR
        """
        described = self.sql(read_sql("metrics/lookup/describe"), {"view": view})
        if view is not None and described.empty:
            known = sorted(set(self.describe()["view_name"]))
            raise InvalidRequest(f"There is no view {view!r}; {suggestion(view, known)}")
        return described

    def workspaces(self) -> dict[str, str]:
        """Every workspace of the database with its time zone.

        >>> usage.workspaces()
        {'org_a': 'UTC'}
        """
        with self._connection() as connection:
            return dict(connection.execute(read_sql("store/lookup/workspaces")).fetchall())

    def workspace(self, org: str | None = None) -> str:
        """The workspace called `org`, or the only one. Raises InvalidRequest, NoData.

        >>> usage.workspace()
        'org_a'
        """
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
        choice = f"{problem} in {self.path}; choose one of {', '.join(known)} with"
        raise InvalidRequest(f'{choice} org="…".', on_command_line=f"{choice} --org.")

    def months(self, org: str | None = None) -> list[str]:
        """The months of which something is known, oldest first.

        >>> usage.months()
        ['2026-09', '2026-10']
        """
        org_id = self.workspace(org) if org else None
        with self._connection() as connection:
            return [f"{month:%Y-%m}" for month in available_months(connection, org_id)]

    def latest_month(self, org: str | None = None) -> str | None:
        """The last month of which every day is known; where none is, the last one at all.

        None in an empty database.

        >>> usage.latest_month()
        '2026-10'
        """
        months = self.months(org)
        known = [one for one in self._coverage() if org in (None, one.org_id)]
        complete = [month for month in months if any(one.has_all_of(month) for one in known)]
        return next(reversed(complete or months), None)

    def _coverage(self) -> list[Coverage]:
        with self._connection() as connection:
            return coverage(connection)

    def _repr_html_(self) -> str:
        """What Jupyter shows: what is covered and what is missing."""
        try:
            return overview_html(self.path, self._coverage())
        except LangdockUsageError as error:
            return overview_html(self.path, [], problem=str(error))

    def __repr__(self) -> str:
        try:
            return overview_text(self.path, self._coverage())
        except LangdockUsageError as error:
            return overview_text(self.path, [], problem=str(error))

    def _ask(
        self,
        question: str,
        asked: Asked,
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        exact: bool = False,
        **more: str | date | None,
    ) -> pd.DataFrame:
        """The answer to `sql/period/QUESTION.sql`, asked about a period with filters."""
        org_id = self.workspace(org) if org else None
        with self._connection() as connection:
            [period] = periods_asked(connection, [asked], org_id, self.moment)
            parameters = {
                "org_id": org_id,
                **ends_of(period),
                "keys": key_parameter(connection, key),
                "models": model_parameter(connection, model),
                "teams": team_parameter(connection, team),
                "by": None,
                **more,
            }
            query = read_sql("metrics/asked") + read_sql(f"metrics/period/{question}")
            return to_frame(connection.execute(query, parameters), exact=exact)

    @contextmanager
    def _connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with open_for_reading(self.path, self.moment) as connection:
            connection.execute("set enable_external_access = false")
            try:
                yield connection
            except NoData as error:
                if self.moment is None:
                    raise
                received = f"{self.moment:%Y-%m-%d %H:%M %Z}"
                raise NoData(f"Of what had been received by {received}: {error}") from error
