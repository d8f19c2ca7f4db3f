"""The question what caching would save more, where similar keys cache better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langdock_usage.metrics.filters import Filters, Names
from langdock_usage.metrics.questions.prices.caching import cache_savings

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike

LEAST_PROMPT_TOKENS = 1024
"""No vendor caches shorter prompts."""

LEAST_KEY_USD = 50
"""A month; what caching could save of less is not worth a change."""

SIMILAR = 2
"""Longest by shortest prompt, on average: what repeats in prompts (instructions, tools, documents)
sets their length, so that one of twice the length mostly is another kind of application."""


def unrealised_savings(
    self: Usage,
    period: PeriodLike = None,
    *,
    model: Names = None,
    org: str | None = None,
    exact: bool = False,
) -> pd.DataFrame:
    """One row per API key and model: what more reads would save at most, the most money first.

    How much of its input would a key read from the cache if it did as well as the best quarter of
    the keys with similar prompts (half to twice as many input tokens per request) on its model?
    Those of the best quarter have no row, and neither have keys without such peers, nor those whose
    cache writes surely cost more than reads save: that is wasted (`cache_savings`), not unrealised.

    `org_id`, `api_key_id`, `api_key_name`, `model`, `requests`, `total_cost_usd`,
    `input_tokens`, `cache_read_tokens`, `input_tokens_per_request`, `cache_hit_ratio`,
    `compared_keys` (this key and its peers), `best_cache_hit_ratio` (reads / input of the best
    quarter of these, rounded up),
    `more_read_tokens` (input * best ratio - reads), `saved_by_read_usd_per_mtok` (input - read
    price, for requests of mean length), `unrealised_usd` (their product: up to that, if no cache
    writes are added). USD and tokens of the whole period, which is a month for USD a month.

    Left out: models without a price for cache reads, such as embeddings, fewer than 1,024 input
    tokens per request, and keys below 50 USD a month in all.

    >>> usage.unrealised_savings("2026-10").empty  # its keys cost less
    True
    """
    more = {
        "least_prompt_tokens": LEAST_PROMPT_TOKENS,
        "least_key_usd": LEAST_KEY_USD,
        "similar": SIMILAR,
    }
    filters = Filters(model=model, org=org)
    answer = self._reader.answer(
        "prices/unrealised_savings", filters, {"": period}, exact=exact, more=more
    )
    if answer.empty:
        cache_savings(self, period, None, model=model, org=org)  # warns where tokens are missing
    return answer
