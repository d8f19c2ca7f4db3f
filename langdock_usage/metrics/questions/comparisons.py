"""Questions that set groups of usage side by side: by month, by period, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langdock_usage.metrics.filters import Filters, Names
from langdock_usage.metrics.groups import By, grouped

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike


def monthly_cost(
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
    """One row per month and model, API key …, oldest month first, then costliest.

    `by` is `key`, `model`, `team`, `cost_center`, `owner`, `chain` (rotated keys as one), or
    None: one row per month and workspace. `month`, `org_id`, the column of the group, then as
    `cost_per_model`, `cached_prompt_tokens`, `cache_creation_tokens`, `days_known` (days of the
    month that the row rests on), `days_in_month`. With `by=None`, a month that is known and has no
    usage is a row of cost 0.

    >>> usage.monthly_cost(by="model", model="gpt-5")[["month", "model", "total_cost_usd"]]
           month  model  total_cost_usd
    0 2026-09-01  gpt-5            2.00
    1 2026-10-01  gpt-5            3.25
    """
    filters = Filters(key, model, team, org)
    return grouped(self._reader, "cost_per_month", by, filters, {"": period}, exact=exact)


def cost_per_period(
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
    """One row per exported period and model, API key …, oldest first, then costliest.

    Days, or longer periods where no single days are known. `by` as in `monthly_cost`.
    `first_day`, `last_day`, `org_id`, the column of the group, `requests`, `total_cost_usd`,
    `input_tokens`, `sum_completion_tokens`, `cost_per_request_usd`, `cache_hit_ratio`,
    `cost_per_million_tokens_usd`. A period without usage has a row without a group, and cost 0.

    >>> days = usage.cost_per_period(("2026-09-30", "2026-10-03"), by=None)
    >>> days[["first_day", "requests", "total_cost_usd"]]
       first_day  requests  total_cost_usd
    0 2026-09-30        10            2.00
    1 2026-10-01        23            5.75
    2 2026-10-02        32            4.50
    3 2026-10-03         0            0.00
    """
    filters = Filters(key, model, team, org)
    return grouped(self._reader, "cost_per_period", by, filters, {"": period}, exact=exact)


def compare(
    self: Usage,
    before: PeriodLike,
    after: PeriodLike,
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
    keys and chains), `requests_before`, `requests_after`, `cost_before_usd`, `cost_after_usd`,
    `change_usd`, `change_ratio` (of the cost before; missing where that is 0), and
    `cost_per_request…_usd` and `cost_per_million_tokens…_usd`, each `_before` and `_after`; so are
    `input_tokens…`, `sum_completion_tokens…`, `cached_prompt_tokens…`, `cache_creation_tokens…`
    and `cache_hit_ratio…`; `first_used_day` (ever). Compare periods of like length.

    >>> grown = usage.compare("2026-09", "2026-10")
    >>> grown[["api_key_name", "cost_before_usd", "cost_after_usd", "change_usd"]]
      api_key_name  cost_before_usd  cost_after_usd  change_usd
    0     Helpdesk              0.0            6.50        6.50
    1       Search              2.0            3.75        1.75
    """
    filters = Filters(key, model, team, org)
    return grouped(
        self._reader,
        "compare",
        by,
        filters,
        {"before_": before, "after_": after},
        exact=exact,
    )
