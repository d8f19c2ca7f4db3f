"""From a frame of `langdock_usage` to an Altair chart. Pure: no database, no files, no state.

Each function takes a frame with the columns of the view of its name; a `Style` gives the words.
"""

from langdock_usage.charts.cache_charts import (
    cache_efficiency,
    cache_over_time,
    cost_against_cache,
)
from langdock_usage.charts.calendar import cost_calendar
from langdock_usage.charts.cost_charts import (
    cost_per_day,
    cost_per_key,
    cost_per_model,
    cost_per_month,
    cost_per_team,
)
from langdock_usage.charts.heatmap import cost_per_key_and_model
from langdock_usage.charts.interactive.anomaly_explorer import anomaly_explorer
from langdock_usage.charts.interactive.bridge_explorer import bridge_explorer
from langdock_usage.charts.interactive.exploring import (
    cache_use,
    changes,
    cost_explorer,
    cost_over_months,
    key_story,
)
from langdock_usage.charts.interactive.outlook_explorers import budget_explorer, forecast_explorer
from langdock_usage.charts.outlook import budgets, forecast
from langdock_usage.charts.saving_charts import (
    cache_savings,
    cache_savings_over_time,
    cache_savings_per_month,
)
from langdock_usage.charts.waterfall import waterfall

__all__ = [
    "anomaly_explorer",
    "bridge_explorer",
    "budget_explorer",
    "budgets",
    "cache_efficiency",
    "cache_over_time",
    "cache_savings",
    "cache_savings_over_time",
    "cache_savings_per_month",
    "cache_use",
    "changes",
    "cost_against_cache",
    "cost_calendar",
    "cost_explorer",
    "cost_over_months",
    "cost_per_day",
    "cost_per_key",
    "cost_per_key_and_model",
    "cost_per_model",
    "cost_per_month",
    "cost_per_team",
    "forecast",
    "forecast_explorer",
    "key_story",
    "waterfall",
]


def __dir__() -> list[str]:
    """What is public: not the modules that Python hangs up here."""
    return sorted(__all__)
