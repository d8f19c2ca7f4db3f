"""The machine-readable summary that every report carries."""

from langdock_usage.report.folded import folded
from langdock_usage.report.monthly import Month, Row
from langdock_usage.report.verdict import Verdict
from langdock_usage.text import exact

ROOM_BYTES = {"keys": 1_320_000, "models": 250_000, "teams": 200_000}
"""What a list may take of the page, as a table and here."""


def summarise(month: Month) -> dict[str, object]:
    """The month as plain JSON values; money as text, exact.

    Of thousands of keys, or hundreds of models, those that cost least stand together in a last
    entry with `id` and `name` null, in which `others` says how many they are: sums stay whole.
    """
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
            "final": verdict.is_final,
            "complete": verdict.is_complete,
            "reconciled": verdict.is_reconciled,
            "provisional_days": [str(day) for day in verdict.provisional_days],
            "missing_days": [str(day) for day in verdict.missing_days],
            "reconciled_keys": verdict.compared_keys,
            "differing_keys": verdict.differing_keys,
            "difference_usd": exact(verdict.difference_usd),
        },
        "keys": [
            {"id": row["api_key_id"], "name": row["api_key_name"], **_figures(row)}
            for row in folded(_used(month, "key"), "api_key_name", ROOM_BYTES["keys"])
        ],
        "teams": [
            {"name": row["team"], **_figures(row)}
            for row in folded(_used(month, "team"), "team", ROOM_BYTES["teams"])
        ],
        "models": [
            {"id": row["model"], "name": row["model"], **_figures(row)}
            for row in folded(_used(month, "model"), "model", ROOM_BYTES["models"])
        ],
    }


def _used(month: Month, group: str) -> list[Row]:
    return [row for row in month.rows(f"groups/{group}_comparison") if row["is_used"]]


def _figures(row: Row) -> dict[str, object]:
    others = {"others": row["others"]} if row.get("others") else {}
    return others | {
        "total_cost_usd": exact(row["total_cost_usd"]),
        "requests": row["requests"],
        "cache_hit_ratio": row["cache_hit_ratio"],
    }
