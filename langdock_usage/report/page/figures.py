"""The month in six figures, each with the value of the month before."""

from dataclasses import dataclass

from langdock_usage.report.monthly import Month
from langdock_usage.report.page.shown import Shown, monthly_change


@dataclass(frozen=True)
class Figure:
    """A large number, what it is, and what it was."""

    label: str
    value: str
    note: str


def figures(month: Month, shown: Shown) -> list[Figure]:
    """Total cost, change, requests, cost per request and per million tokens, cache-hit ratio."""
    language = shown.language
    now, before = month.total, month.previous or {}
    values: dict[str, tuple[str, str]] = {
        "total": (shown.money(now["total_cost_usd"]), shown.money(before.get("total_cost_usd"))),
        "change": _changes(month, shown),
        "requests": (language.number(now["requests"]), language.number(before.get("requests"))),
        "cost_per_request": _rates(month, shown, "cost_per_request_usd"),
        "cost_per_million_tokens": _rates(month, shown, "cost_per_million_tokens_usd"),
        "cache_hit_ratio": (
            language.percent(now["cache_hit_ratio"]),
            language.percent(before.get("cache_hit_ratio")),
        ),
    }
    return [
        Figure(language.text(f"figures.{name}"), value, _note(month, shown, earlier))
        for name, (value, earlier) in values.items()
    ]


def _changes(month: Month, shown: Shown) -> tuple[str, str]:
    now, before = month.total, month.previous
    return (
        shown.language.change(monthly_change(month, now)),
        shown.language.change(monthly_change(month, before) if before else None),
    )


def _rates(month: Month, shown: Shown, name: str) -> tuple[str, str]:
    now, before = shown.rates(month.total[name], (month.previous or {}).get(name))
    return now, before


def _note(month: Month, shown: Shown, earlier: str) -> str:
    if month.previous is None:
        return shown.language.text("figures.no_month_before")
    before = shown.language.month(month.previous["month"])
    return shown.language.text("figures.before", month=before, value=earlier)
