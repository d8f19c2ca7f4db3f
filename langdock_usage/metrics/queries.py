"""Questions to the database, each answered as a pandas DataFrame. Read only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from langdock_usage.errors import InvalidRequest
from langdock_usage.metrics.asked import (
    Asked,
    Names,
    as_period,
    ends_of,
    key_parameter,
    known_choice,
    periods_asked,
)
from langdock_usage.metrics.costs import By, Costs, known_group, with_column_of
from langdock_usage.settings import find_database
from langdock_usage.sql import read_sql
from langdock_usage.store.database import open_for_reading
from langdock_usage.writers.takeaway import GRAINS, format_of, period_for, write_view

if TYPE_CHECKING:
    import pandas as pd


def open(path: str | Path | None = None) -> Usage:
    """Open a database to ask it questions; see `Usage`.

    Without a path: `LANGDOCK_USAGE_DB`, else `data/langdock.duckdb` of the working directory or
    of one above it.

    >>> with lu.open("data/langdock.duckdb") as usage:
    ...     usage.months()
    ['2026-09', '2026-10']
    """
    return Usage(find_database() if path is None else Path(path))


class Usage(Costs):
    """The questions that a database answers.

    Each takes a month (`"2026-10"`), quarter (`"2026-Q3"`), year or day, from one to another as a
    pair (`("2026-06", None)`: as far as days are known), or nothing: everything. It can be narrowed
    to one or several API keys (by id, or by any name they ever had), models, teams (`"unassigned"`
    for none) and to a workspace; without `org` it is about all of them. Names go without regard to
    case, and `*` stands for any text: `"claude-*"`.

    Dates are datetime64[us], tokens and requests Int64, ratios float64, texts str. Money is
    float64, or with `exact=True` Decimal. `describe()` says what each column means. Rows come in
    the order that each question names, ties by id.

    Warns (IncompletePeriod) where days asked about are missing or provisional, and (LeftOut) where
    a period reaches beyond what was asked for: it cannot be split and is left out. Raises
    DatabaseMissing, DatabaseLocked, InvalidRequest, and NoData with the months there are.
    """

    def compare(
        self,
        before: Asked,
        after: Asked,
        by: By = "key",
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """One row per API key, model … of either period, the one that grew most first.

        `by` is `key`, `model`, `team`, `cost_center`, `owner`, `chain` (rotated keys as one), or
        None: one row per workspace. `org_id`, the column of the group (with `api_key_name` for
        keys), `requests_before`, `requests_after`, `cost_before_usd`, `cost_after_usd`,
        `change_usd`, `change_ratio` (of the cost before; missing where that is 0), and
        `cost_per_request…_usd` and `cost_per_million_tokens…_usd`, each `_before` and `_after`.
        Compare periods of like length.

        >>> grown = usage.compare("2026-09", "2026-10")
        >>> grown[["api_key_name", "cost_before_usd", "cost_after_usd", "change_usd"]]
          api_key_name  cost_before_usd  cost_after_usd  change_usd
        0     Helpdesk              0.0            6.50        6.50
        1       Search              2.0            3.75        1.75
        """
        known_group(by)
        org_id = self.workspace(org) if org else None
        with self._connection() as connection:
            periods = periods_asked(connection, [before, after], org_id, self.moment)
        days = {
            f"{name}_{end}": day
            for name, period in zip(("before", "after"), periods, strict=True)
            for end, day in ends_of(period).items()
        }
        answer = self._ask(
            "compare", None, by=by, key=key, model=model, org=org, team=team, exact=exact, **days
        )
        return with_column_of(by, answer)

    def keys(
        self,
        period: Asked = None,
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """One row per API key, costliest first: its names, and from when to when it was used.

        `org_id`, `api_key_id`, `api_key_name` (the newest), `former_names` (a list), `chain_id`
        (the newest of the keys that were rotated into one another), `team`, `cost_center`, `owner`
        (on the last day), `first_day`, `last_day` (of the periods with usage), `model_count`,
        `requests`, `total_cost_usd`, `cost_per_request_usd`, `cost_per_million_tokens_usd`.

        >>> usage.keys()[["api_key_name", "former_names", "first_day", "last_day"]]
          api_key_name former_names  first_day   last_day
        0     Helpdesk       [Test] 2026-10-01 2026-10-02
        1       Search           [] 2026-09-30 2026-10-02
        """
        return self._ask("keys", period, key=key, model=model, org=org, team=team, exact=exact)

    def unowned_keys(
        self,
        period: Asked = None,
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """One row per API key with usage of nobody: no team, cost centre or owner; costliest first.

        `org_id`, `api_key_id`, `api_key_name`, `first_day`, `last_day`, `requests`,
        `total_cost_usd`, `cost_per_request_usd`, `cost_per_million_tokens_usd`: of the usage
        without an owner alone.

        >>> usage.unowned_keys()[["api_key_name", "total_cost_usd"]]
          api_key_name  total_cost_usd
        0     Helpdesk             6.5
        """
        return self._ask("unowned_keys", period, key=key, model=model, org=org, exact=exact)

    def key_story(
        self,
        key: Names,
        period: Asked = None,
        *,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        chained: bool = True,
        exact: bool = False,
    ) -> pd.DataFrame:
        """An API key from its first to its last day: one row per day or longer period, in order.

        `chained` tells the story of the keys that were rotated into this one, or out of it, too.

        `first_day`, `last_day`, `org_id`, `api_key_id`, `api_key_name`, `requests`,
        `total_cost_usd`, `input_tokens`, `sum_completion_tokens`, `cache_hit_ratio`,
        `cost_per_request_usd`, `cost_per_million_tokens_usd`. On a day without usage there is no
        key and 0 requests; of a day never fetched nothing is known.

        >>> usage.key_story("Helpdesk")[["first_day", "api_key_name", "total_cost_usd"]]
           first_day api_key_name  total_cost_usd
        0 2026-10-01         Test             4.5
        1 2026-10-02     Helpdesk             2.0
        """
        with self._connection() as connection:
            keys = key_parameter(connection, key)
            if chained:
                rows = connection.execute(
                    read_sql("metrics/lookup/chain_members"), {"keys": keys}
                ).fetchall()
                keys = [api_key_id for (api_key_id,) in rows]
        return self._ask(
            "key_story", period, key=keys, model=model, org=org, team=team, exact=exact
        )

    def export(
        self,
        view: str,
        path: str | Path,
        period: Asked = None,
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
        with self._connection() as connection:
            [days] = periods_asked(connection, [period], org_id, self.moment)
        parameters = {"org_id": org_id, **ends_of(days)}
        with open_for_reading(self.path, self.moment) as connection:
            write_view(connection, view, target, parameters, overwrite=overwrite)
        return target
