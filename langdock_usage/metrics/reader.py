"""Asking a database: opening it for one answer, and the SQL of a question over filtered usage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from langdock_usage.errors import InvalidRequest, NoData
from langdock_usage.metrics.filters import Filters, Names, key_ids
from langdock_usage.metrics.frames import ask
from langdock_usage.metrics.known_periods import known_periods
from langdock_usage.sql import read_sql
from langdock_usage.store.connection import open_for_reading
from langdock_usage.store.held import look_up

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from langdock_usage.periods import PeriodLike

NO_OTHER_FILE = (
    "A query reaches no other file, so that none can be harmed: read yours with pandas and name it "
    "in `frames`, and write with `export`."
)


@dataclass(frozen=True)
class Reader:
    """A database (or lake) as it is, or a database as it was at a moment.

    Every answer opens the file read only and closes it again, so that an open notebook never keeps
    `fetch` from writing. No query can reach another file either, to read or to write it.
    """

    path: Path
    moment: datetime | None = None

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open for one answer. Raises DatabaseMissing, DatabaseLocked, StoreError."""
        with open_for_reading(self.path, self.moment) as connection:
            connection.execute("set enable_external_access = false")
            try:
                yield connection
            except NoData as error:
                if self.moment is None:
                    raise
                received = f"{self.moment:%Y-%m-%d %H:%M %Z}"
                raise NoData(f"Of what had been received by {received}: {error}") from error

    def check(self, connection: duckdb.DuckDBPyConnection, query: str) -> None:
        """Refuse what is no query, or could write into a lake. Raises InvalidRequest."""
        from duckdb import StatementType

        statements = connection.extract_statements(query)
        if not statements:
            raise InvalidRequest("The query is empty.")
        reading = (StatementType.SELECT, StatementType.MULTI)  # a PIVOT is several
        if self.path.is_dir() and not all(one.type in reading for one in statements):
            raise InvalidRequest(f"A lake answers queries alone. {NO_OTHER_FILE}")

    def answer(
        self,
        question: str,
        filters: Filters,
        periods: Mapping[str, PeriodLike],
        *,
        exact: bool = False,
        more: Mapping[str, object] | None = None,
        **names: str | bool,
    ) -> pd.DataFrame:
        """The answer of `sql/questions/QUESTION.sql` about usage of periods, narrowed by filters.

        A period `before_` is `before_first` and `before_last` in the query; `more` are further
        parameters, `names` those that its template asks for. Raises InvalidRequest, NoData.
        """
        with self.connection() as connection:
            return self.answer_on(
                connection, question, filters, periods, exact=exact, more=more, **names
            )

    def answer_on(
        self,
        connection: duckdb.DuckDBPyConnection,
        question: str,
        filters: Filters,
        periods: Mapping[str, PeriodLike],
        *,
        exact: bool = False,
        more: Mapping[str, object] | None = None,
        **names: str | bool,
    ) -> pd.DataFrame:
        """`answer` on a connection that is open, so that several answers are of one state."""
        parameters = self._parameters(connection, filters.org, periods)
        parameters |= {**filters.parameters(connection), **(more or {})}
        query = read_sql(f"metrics/questions/{question}", **names)
        return ask(connection, query, parameters, exact=exact)

    def evidence(
        self, question: str, period: PeriodLike, org: str | None, *, exact: bool = False
    ) -> pd.DataFrame:
        """`sql/evidence/QUESTION.sql`, about a period. Raises InvalidRequest, NoData."""
        with self.connection() as connection:
            parameters = self._parameters(connection, org, {"": period})
            query = read_sql(f"metrics/evidence/{question}")
            return ask(connection, query, parameters, exact=exact)

    def _parameters(
        self,
        connection: duckdb.DuckDBPyConnection,
        org: str | None,
        periods: Mapping[str, PeriodLike],
    ) -> dict[str, object]:
        org_id = self.workspace(org, connection) if org else None
        days = known_periods(connection, list(periods.values()), org_id, self.moment)
        parameters: dict[str, object] = {"org_id": org_id}
        for name, period in zip(periods, days, strict=True):
            parameters[f"{name}first"] = period and period.first
            parameters[f"{name}last"] = period and period.last
        return parameters

    def rotated_keys(self, key: Names) -> list[str]:
        """Ids of these API keys and of those that they were rotated into, or out of."""
        with self.connection() as connection:
            rows = connection.execute(
                read_sql("metrics/lookup/chain_members"), {"keys": key_ids(connection, key)}
            ).fetchall()
        return [api_key_id for (api_key_id,) in rows]

    def workspaces(self, connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
        """Every workspace of the database with its time zone."""
        return dict(look_up(connection, "store/lookup/workspaces"))

    def workspace(self, org: str | None, connection: duckdb.DuckDBPyConnection) -> str:
        """The workspace called `org`, or the only one. Raises InvalidRequest, NoData."""
        known = self.workspaces(connection)
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
