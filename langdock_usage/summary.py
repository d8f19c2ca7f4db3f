"""The machine-readable summary that every report carries."""

from typing import Any

from .amounts import exact
from .monthly import Month
from .verdict import Verdict


def summarise(month: Month) -> dict[str, object]:
    """The month as plain JSON values; money as text, exact."""
    total = month.total
    verdict = Verdict.of(month)
    return {
        "month": month.name,
        "org_id": month.org_id,
        "currency": "USD",
        "total_cost_usd": exact(total["total_cost_usd"]),
        "requests": total["requests"],
        "cache_hit_ratio": total["cache_hit_ratio"],
        "data_of": max(row["fetched_at_utc"] for row in month.exports).isoformat(),
        "verdict": {
            "provisional_days": [str(day) for day in verdict.provisional_days],
            "missing_days": [str(day) for day in verdict.missing_days],
            "reconciled_keys": verdict.compared_keys,
            "differing_keys": verdict.differing_keys,
            "difference_usd": exact(verdict.difference_usd),
        },
        "keys": [
            {"id": row["api_key_id"], "name": row["api_key_name"], **_figures(row)}
            for row in month.rows("key_comparison")
            if row["is_used"]
        ],
        "teams": [
            {"name": row["team"], **_figures(row)}
            for row in month.rows("team_comparison")
            if row["requests"]
        ],
        "models": [
            {"id": row["model"], "name": row["model"], **_figures(row)}
            for row in month.rows("model_comparison")
            if row["is_used"]
        ],
    }


def _figures(row: dict[Any, Any]) -> dict[str, object]:
    return {
        "total_cost_usd": exact(row["total_cost_usd"]),
        "requests": row["requests"],
        "cache_hit_ratio": row["cache_hit_ratio"],
    }
