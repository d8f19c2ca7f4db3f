"""From a frame of `langdock_usage` to an Altair chart. Pure: no database, no files, no state.

Each function takes a frame with the columns of the view of its name; a `Style` gives the words.
"""

from .cache_charts import cache_efficiency, cache_over_time, cost_against_cache
from .cost_charts import cost_per_day, cost_per_key, cost_per_model, cost_per_month, cost_per_team
from .exploring import cache_use, changes, cost_explorer, cost_over_months, key_story
from .heatmap import cost_per_key_and_model

__all__ = [
    "cache_efficiency",
    "cache_over_time",
    "cache_use",
    "changes",
    "cost_against_cache",
    "cost_explorer",
    "cost_over_months",
    "cost_per_day",
    "cost_per_key",
    "cost_per_key_and_model",
    "cost_per_model",
    "cost_per_month",
    "cost_per_team",
    "key_story",
]
