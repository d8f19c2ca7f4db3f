"""The two grains of usage: what an export states, and what it is made of."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One row per API key, or per API key and model, of one period.

    `model` is None where the period was not grouped by model. `total_cost_usd` is exact.
    """

    api_key_id: str
    api_key_name: str
    model: str | None
    requests: int
    total_cost_usd: Decimal
    sum_prompt_tokens: int
    sum_completion_tokens: int
    cached_prompt_tokens: int
    cache_creation_tokens: int
    no_cache_tokens: int


@dataclass(frozen=True, slots=True)
class HourRow:
    """One row per UTC hour, API key and model that had a request. `total_cost_usd` is exact.

    `hour` is the aware UTC instant at which the hour starts; `api_key_name` is the name that the
    key had in that hour.
    """

    hour: datetime
    api_key_id: str
    api_key_name: str
    model: str
    requests: int
    total_cost_usd: Decimal
    sum_prompt_tokens: int
    sum_completion_tokens: int
    cached_prompt_tokens: int
    cache_creation_tokens: int
    no_cache_tokens: int
