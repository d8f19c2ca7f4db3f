"""An open database: the questions that it answers with pandas DataFrames. Read only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import duckdb

from langdock_usage.columns import meaning_of
from langdock_usage.errors import InvalidRequest, LangdockUsageError
from langdock_usage.metrics.filters import known_choice
from langdock_usage.metrics.frames import ask, to_frame
from langdock_usage.metrics.known_periods import available_months, known_periods
from langdock_usage.metrics.overview import Coverage, coverage, overview_html, overview_text
from langdock_usage.metrics.questions import api_keys, comparisons, costs, currencies, evidence
from langdock_usage.metrics.questions.changes import anomalies, bridge, budgets, forecast
from langdock_usage.metrics.questions.prices import (
    cache_actions,
    caching,
    price_book,
    price_jumps,
    unrealised,
    what_if,
)
from langdock_usage.metrics.reader import NO_OTHER_FILE, Reader
from langdock_usage.periods import PeriodLike, as_moment, as_period
from langdock_usage.settings import find_database
from langdock_usage.sql import read_sql
from langdock_usage.store.connection import open_for_reading
from langdock_usage.text import suggestion
from langdock_usage.writers.views import GRAINS, format_of, period_for, write_view

if TYPE_CHECKING:
    import pandas as pd


def open(path: str | Path | None = None) -> Usage:
    """Open a database, or the folder of a lake, to ask it questions; see `Usage`.

    Without a path: `LANGDOCK_USAGE_DB`, else `data/langdock.duckdb` of the working directory or
    of one above it.

    >>> with lu.open("data/langdock.duckdb") as usage:
    ...     usage.months()
    ['2026-09', '2026-10']
    """
    return Usage(find_database() if path is None else Path(path))


class Usage:
    """The questions that a database answers.

    Each takes a month (`"2026-10"`), quarter (`"2026-Q3"`), year or day, from one to another as a
    pair (`("2026-06", None)`: as far as days are known), or nothing: everything. It can be narrowed
    to one or several API keys (by id, or by any name they ever had), models, teams (`"unassigned"`
    for none) and to a workspace; without `org` it is about all of them. Names go without regard to
    case, and `*` stands for any text: `"claude-*"`.

    Days are datetime64[us], moments datetime64[us, UTC], tokens and requests Int64, ratios float64,
    flags boolean, texts str. Money is float64, or with `exact=True` Decimal. `describe()` says what
    each column of a view means. Rows come in the order that each question names, ties by id.

    Warns (IncompletePeriod) where days asked about are missing or provisional, and (LeftOut) where
    a period reaches beyond what was asked for: it cannot be split and is left out. Raises
    DatabaseMissing, DatabaseLocked, InvalidRequest, and NoData with the months there are.
    """

    cost_per_key = costs.cost_per_key
    cost_per_model = costs.cost_per_model
    cost_per_key_and_model = costs.cost_per_key_and_model
    cost_per_team = costs.cost_per_team
    cost_per_cost_center = costs.cost_per_cost_center
    daily_cost = costs.daily_cost
    cache_efficiency = costs.cache_efficiency
    monthly_cost = comparisons.monthly_cost
    cost_per_period = comparisons.cost_per_period
    compare = comparisons.compare
    bridge = bridge.bridge
    cost_in_currency = currencies.cost_in_currency
    rates = currencies.rates
    invoices = currencies.invoices
    anomalies = anomalies.anomalies
    keys = api_keys.keys
    unowned_keys = api_keys.unowned_keys
    key_story = api_keys.key_story
    known_days = evidence.known_days
    exports = evidence.exports
    restatements = evidence.restatements
    reconciliation = evidence.reconciliation
    token_accounting = evidence.token_accounting
    cache_savings = caching.cache_savings
    cache_actions = cache_actions.cache_actions
    unrealised_savings = unrealised.unrealised_savings
    price_check = caching.price_check
    what_if = what_if.what_if
    price_jumps = price_jumps.price_jumps
    prices = price_book.prices
    price_books = price_book.price_books
    price_of = price_book.price_of
    changed_prices = price_book.changed_prices
    forecast_days = forecast.forecast_days
    forecast = forecast.forecast
    budget_days = budgets.budget_days
    budgets = budgets.budgets

    def __init__(self, path: Path, moment: datetime | None = None) -> None:
        self.path = path
        self.moment = moment
        self._reader = Reader(path, moment)
        # what is wrong is told now, not at the first question: a lake knows no moments
        with open_for_reading(path, moment if path.is_dir() else None):
            pass

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

    def as_of(self, moment: datetime | date | str) -> Self:
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
        with self._reader.connection() as connection:
            for name, frame in (frames or {}).items():
                connection.register(name, frame)
            try:
                self._reader.check(connection, query)
                return to_frame(connection.sql(query, params=parameters), exact=exact)
            except duckdb.PermissionException as error:
                raise InvalidRequest(NO_OTHER_FILE) from error

    def describe(self, view: str | None = None) -> pd.DataFrame:
        """Every column of a view, or of all: `view_name`, `column_name`, `data_type`, `comment`.

        `lu.table` shows the comments in full.

        >>> usage.describe("cost_per_model")[["column_name", "data_type"]].head(3)
          column_name data_type
        0       month      DATE
        1      org_id   VARCHAR
        2       model   VARCHAR
        """
        import pandas as pd

        with Reader(self.path).connection() as connection:  # means the same at any moment
            query = read_sql("metrics/lookup/describe")
            described = ask(connection, query, {"view": view})
        names = zip(described["column_name"], described["view_name"], strict=True)
        described["comment"] = pd.Series([meaning_of(*pair) for pair in names], dtype="str")
        if view is not None and described.empty:
            known = sorted(set(self.describe()["view_name"]))
            raise InvalidRequest(f"There is no view {view!r}; {suggestion(view, known)}")
        return described

    def workspaces(self) -> dict[str, str]:
        """Every workspace of the database with its time zone.

        >>> usage.workspaces()
        {'org_a': 'UTC'}
        """
        with self._reader.connection() as connection:
            return self._reader.workspaces(connection)

    def workspace(self, org: str | None = None) -> str:
        """The workspace called `org`, or the only one. Raises InvalidRequest, NoData.

        >>> usage.workspace()
        'org_a'
        """
        with self._reader.connection() as connection:
            return self._reader.workspace(org, connection)

    def months(self, org: str | None = None) -> list[str]:
        """The months of which something is known, oldest first.

        >>> usage.months()
        ['2026-09', '2026-10']
        """
        org_id = self.workspace(org) if org else None
        with self._reader.connection() as connection:
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
        with self._reader.connection() as connection:
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

    def export(
        self,
        view: str,
        path: str | Path,
        period: PeriodLike = None,
        *,
        org: str | None = None,
        overwrite: bool = False,
    ) -> Path:
        """Write a view into a file that ends in .csv, .parquet or .xlsx; its path.

        Numbers are exact, Parquet and XLSX keep the types, and no text becomes a formula: in a CSV
        an apostrophe guards what begins like one. Rows go by month, day or period, of each the
        costliest first.

        >>> usage.export("cost_per_model", "costs.csv", "2026-10").read_text().splitlines()[1]
        '2026-10-01,org_a,claude-opus-5,20,6.5,200,40,0.325,0.1,27083.333333333332'
        """
        known_choice("view", view, GRAINS)
        target = Path(path)
        format_of(target)
        if target.resolve().is_relative_to((self.path.parent / "raw").resolve()):
            raise InvalidRequest(f"{target} lies among the raw exports; write somewhere else.")
        period_for(view, as_period(period))
        org_id = self.workspace(org) if org else None
        with self._reader.connection() as connection:
            [days] = known_periods(connection, [period], org_id, self.moment)
        parameters = {
            "org_id": org_id,
            "first": days and days.first,
            "last": days and days.last,
        }
        with open_for_reading(self.path, self.moment) as connection:
            write_view(connection, view, target, parameters, overwrite=overwrite)
        return target
