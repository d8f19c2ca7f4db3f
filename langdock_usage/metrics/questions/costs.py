"""Questions about cost and caching, each answered as a pandas DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langdock_usage.metrics.filters import Filters, Names
from langdock_usage.metrics.groups import By, grouped

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike


def cost_per_key(
    self: Usage,
    period: PeriodLike = None,
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
    filters = Filters(key, model, team, org)
    return _of_period(self, "cost_per_key", period, filters, exact=exact)


def cost_per_model(
    self: Usage,
    period: PeriodLike = None,
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
    filters = Filters(key, model, team, org)
    return _of_period(self, "cost_per_model", period, filters, exact=exact)


def cost_per_key_and_model(
    self: Usage,
    period: PeriodLike = None,
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
    filters = Filters(key, model, team, org)
    return _of_period(self, "cost_per_key_and_model", period, filters, exact=exact)


def daily_cost(
    self: Usage,
    period: PeriodLike = None,
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
    filters = Filters(key, model, team, org)
    return self._reader.answer("daily_cost", filters, {"": period}, exact=exact)


def cost_per_team(
    self: Usage,
    period: PeriodLike = None,
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
    filters = Filters(key, model, team, org)
    return _of_period(self, "cost_per_team", period, filters, exact=exact)


def cost_per_cost_center(
    self: Usage,
    period: PeriodLike = None,
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
    filters = Filters(key, model, team, org)
    return _of_period(self, "cost_per_cost_center", period, filters, exact=exact)


def cache_efficiency(
    self: Usage,
    period: PeriodLike = None,
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
    keys and chains), `total_cost_usd`, `input_tokens`, `cached_prompt_tokens`,
    `cache_creation_tokens` (over the rows whose input is known), `cache_hit_ratio` (the share of
    the input that was read from the cache), `requests`, `cost_per_request_usd`,
    `cost_per_million_tokens_usd`.

    >>> usage.cache_efficiency("2026-10", by="model")[["model", "cache_hit_ratio"]]
               model  cache_hit_ratio
    0  claude-opus-5              0.1
    1          gpt-5              0.3
    2  mistral-large              0.3
    """
    filters = Filters(key, model, team, org)
    return grouped(self._reader, "cache_efficiency", by, filters, {"": period}, exact=exact)


def _of_period(
    usage: Usage, view: str, period: PeriodLike, filters: Filters, *, exact: bool
) -> pd.DataFrame:
    """The view of a month, for any days."""
    group = view.removeprefix("cost_per_")
    sums = "" if group == "key_and_model" else filters.sums(group)
    return usage._reader.answer(
        "cost_of_period", filters, {"": period}, exact=exact, view=view, sums=sums
    )
