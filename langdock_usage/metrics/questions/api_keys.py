"""Questions about API keys: what they are called, whose they are, and one key's story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langdock_usage.metrics.filters import Filters, Names

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike

OWNERS = ("team", "cost_center", "owner")


def keys(
    self: Usage,
    period: PeriodLike = None,
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
    filters = Filters(key, model, team, org)
    return _keys(self, period, filters, exact=exact, unowned=False)


def unowned_keys(
    self: Usage,
    period: PeriodLike = None,
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
    filters = Filters(key, model, org=org)
    answer = _keys(self, period, filters, exact=exact, unowned=True)
    return answer.drop(columns=["former_names", "chain_id", *OWNERS, "model_count"])


def key_story(
    self: Usage,
    key: Names,
    period: PeriodLike = None,
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
    if chained:
        key = self._reader.rotated_keys(key)
    filters = Filters(key, model, team, org)
    return self._reader.answer("key_story", filters, {"": period}, exact=exact)


def _keys(
    usage: Usage, period: PeriodLike, filters: Filters, *, exact: bool, unowned: bool
) -> pd.DataFrame:
    sums = filters.sums("api_key_id")
    return usage._reader.answer(
        "keys", filters, {"": period}, exact=exact, unowned=unowned, sums=sums
    )
