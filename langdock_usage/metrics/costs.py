"""Questions about cost and caching, each answered as a pandas DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from langdock_usage.metrics.asked import Asked, Names, known_choice
from langdock_usage.metrics.reader import Reader

if TYPE_CHECKING:
    import pandas as pd

By = Literal["key", "model", "team", "cost_center", "owner", "chain"] | None
COLUMNS = {
    "key": "api_key_id",
    "model": "model",
    "team": "team",
    "cost_center": "cost_center",
    "owner": "owner",
    "chain": "chain_id",
}
NAMED = ("key", "chain")


class Costs(Reader):
    """What keys and models cost, in total, by day and by month, and how well caching works."""

    def cost_per_key(
        self,
        period: Asked = None,
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """One row per API key, costliest first; columns as in the view `cost_per_key`.

        `org_id`, `api_key_id`, `api_key_name` (the newest in the period), `requests`,
        `total_cost_usd`, `input_tokens`, `sum_completion_tokens`, `cost_per_request_usd`,
        `cache_hit_ratio`, `cost_per_million_tokens_usd` (of input and output, where known).

        >>> usage.cost_per_key("2026-10")[["api_key_name", "requests", "total_cost_usd"]]
          api_key_name  requests  total_cost_usd
        0     Helpdesk        20            6.50
        1       Search        35            3.75
        """
        return self._ask(
            "cost_per_key", period, key=key, model=model, org=org, team=team, exact=exact
        )

    def cost_per_model(
        self,
        period: Asked = None,
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """One row per model, costliest first; columns as in the view `cost_per_model`.

        `org_id`, `model`, `requests`, `total_cost_usd`, `input_tokens`, `sum_completion_tokens`,
        `cost_per_request_usd`, `cache_hit_ratio`, `cost_per_million_tokens_usd`.

        >>> usage.cost_per_model("2026-10", key="Helpdesk", exact=True)[["model", "total_cost_usd"]]
                   model total_cost_usd
        0  claude-opus-5            6.5
        """
        return self._ask(
            "cost_per_model", period, key=key, model=model, org=org, team=team, exact=exact
        )

    def cost_per_key_and_model(
        self,
        period: Asked = None,
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """One row per API key and model, costliest first; as the view `cost_per_key_and_model`.

        `org_id`, `api_key_id`, `model`, `api_key_name`, `requests`, `total_cost_usd`,
        `input_tokens`, the five token columns, `cache_hit_ratio`, `cost_per_request_usd`,
        `cost_per_million_tokens_usd`.

        >>> pairs = usage.cost_per_key_and_model("2026-10", model="claude-*")
        >>> pairs[["api_key_name", "model", "input_tokens"]]
          api_key_name          model  input_tokens
        0     Helpdesk  claude-opus-5           200
        """
        return self._ask(
            "cost_per_key_and_model", period, key=key, model=model, org=org, team=team, exact=exact
        )

    def daily_cost(
        self,
        period: Asked = None,
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """One row per local day, API key and model, oldest first; columns as in `daily_cost`.

        `day`, `org_id`, `api_key_id`, `model`, `api_key_name`, `requests`, `total_cost_usd`, the
        five token columns, `cost_per_request_usd`, `cost_per_million_tokens_usd`. Only days that
        were fetched one by one: no longer period has days.

        >>> usage.daily_cost("2026-10", key="Helpdesk")[["day", "api_key_name", "total_cost_usd"]]
                 day api_key_name  total_cost_usd
        0 2026-10-01         Test             4.5
        1 2026-10-02     Helpdesk             2.0
        """
        return self._ask(
            "daily_cost", period, key=key, model=model, org=org, team=team, exact=exact
        )

    def cost_per_team(
        self,
        period: Asked = None,
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """One row per team, costliest first; columns as in the view `cost_per_team`.

        `org_id`, `team`, `key_count`, `requests`, `total_cost_usd`, `input_tokens`,
        `sum_completion_tokens`, `cost_per_request_usd`, `cache_hit_ratio`,
        `cost_per_million_tokens_usd`. The rows add up to the total: keys without a team stand in
        the row `unassigned`.

        >>> usage.cost_per_team("2026-10")[["team", "key_count", "total_cost_usd"]]
                 team  key_count  total_cost_usd
        0  unassigned          1            6.50
        1     Product          1            3.75
        """
        return self._ask(
            "cost_per_team", period, key=key, model=model, org=org, team=team, exact=exact
        )

    def cost_per_cost_center(
        self,
        period: Asked = None,
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """One row per cost centre, costliest first; columns as in the view `cost_per_cost_center`.

        As `cost_per_team`, with `cost_center` in place of `team`.

        >>> usage.cost_per_cost_center("2026-10")[["cost_center", "total_cost_usd"]]
          cost_center  total_cost_usd
        0  unassigned            6.50
        1        4711            3.75
        """
        return self._ask(
            "cost_per_cost_center", period, key=key, model=model, org=org, team=team, exact=exact
        )

    def monthly_cost(
        self,
        period: Asked = None,
        by: By = "model",
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """One row per month and model, API key …, oldest month first, then costliest.

        `by` is `key`, `model`, `team`, `cost_center`, `owner`, `chain` (rotated keys as one), or
        None: one row per month and workspace. `month`, `org_id`, the column of the group, then as
        `cost_per_model`, `days_known` (days of the month that the row rests on), `days_in_month`.

        >>> usage.monthly_cost(by="model", model="gpt-5")[["month", "model", "total_cost_usd"]]
               month  model  total_cost_usd
        0 2026-09-01  gpt-5            2.00
        1 2026-10-01  gpt-5            3.25
        """
        known_group(by)
        answer = self._ask(
            "cost_per_month", period, by=by, key=key, model=model, org=org, team=team, exact=exact
        )
        return with_column_of(by, answer)

    def cache_efficiency(
        self,
        period: Asked = None,
        by: By = "model",
        *,
        key: Names = None,
        model: Names = None,
        org: str | None = None,
        team: Names = None,
        exact: bool = False,
    ) -> pd.DataFrame:
        """One row per model, API key …, the one with most input first.

        `by` is `key`, `model`, `team`, `cost_center`, `owner`, `chain` (rotated keys as one), or
        None: one row per workspace. `org_id`, the column of the group (with `api_key_name` for
        keys), `total_cost_usd`, `input_tokens`, `cached_prompt_tokens`, `cache_creation_tokens`
        (over the rows whose input is known), `cache_hit_ratio` (the share of the input that was
        read from the cache), `requests`, `cost_per_request_usd`, `cost_per_million_tokens_usd`.

        >>> usage.cache_efficiency("2026-10", by="model")[["model", "cache_hit_ratio"]]
                   model  cache_hit_ratio
        0  claude-opus-5              0.1
        1          gpt-5              0.3
        2  mistral-large              0.3
        """
        known_group(by)
        answer = self._ask(
            "cache_efficiency", period, by=by, key=key, model=model, org=org, team=team, exact=exact
        )
        return with_column_of(by, answer)


def known_group(by: str | None) -> None:
    """Refuse what nothing can be grouped by. Raises InvalidRequest."""
    if by is not None:
        known_choice("by", by, COLUMNS)


def with_column_of(by: str | None, answer: pd.DataFrame) -> pd.DataFrame:
    """The group's column under its own name; only API keys have a name beside it."""
    if by not in NAMED:
        answer = answer.drop(columns="api_key_name")
    if by is None:
        return answer.drop(columns="grouped_by")
    return answer.rename(columns={"grouped_by": COLUMNS[by]})
