"""Frames as questions answer them."""

from decimal import Decimal

import pandas as pd

MONTHS = pd.DataFrame(
    {
        "month": pd.to_datetime(["2026-09-01", "2026-10-01"]),
        "requests": [10, 20],
        "total_cost_usd": [Decimal(1), Decimal(2)],
        "cost_per_request_usd": [0.1, 0.1],
        "cost_per_million_tokens_usd": [None, None],
        "cache_hit_ratio": [None, None],
        "days_known": [29, 31],
        "days_in_month": [30, 31],
    }
)
