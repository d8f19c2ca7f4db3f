"""The month in six figures, each with the value of the month before."""

from dataclasses import dataclass
from decimal import Decimal

from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import Months


@dataclass(frozen=True)
class Figure:
    """A large number, what it is, and what it was."""

    label: str
    value: str
    note: str


def figures(months: Months, formatter: Formatter) -> list[Figure]:
    """Total cost, change, requests, cost per request and per million tokens, cache-hit ratio."""
    language = formatter.language
    now, before = months.this, months.before
    per_request = formatter.rates(
        now.cost_per_request_usd, before.cost_per_request_usd if before else None
    )
    per_million = formatter.rates(
        now.cost_per_million_tokens_usd, before.cost_per_million_tokens_usd if before else None
    )
    cost: Decimal | None = before.total_cost_usd if before else None
    values = {
        "total": [formatter.money(now.total_cost_usd), formatter.money(cost)],
        "change": [
            language.change(months.change(now)),
            language.change(months.change(before) if before else None),
        ],
        "requests": [
            language.number(now.requests),
            language.number(before.requests if before else None),
        ],
        "cost_per_request": per_request,
        "cost_per_million_tokens": per_million,
        "cache_hit_ratio": [
            language.percent(now.cache_hit_ratio),
            language.percent(before.cache_hit_ratio if before else None),
        ],
    }
    return [
        Figure(language.text(f"figures.{name}"), value, _note(months, formatter, then))
        for name, (value, then) in values.items()
    ]


def _note(months: Months, formatter: Formatter, value: str) -> str:
    """The value of the month before, with a star if days of that month are missing."""
    language = formatter.language
    if months.before is None:
        return language.text("figures.no_month_before")
    month = language.month(months.before.month) + "*" * (not months.before.is_complete)
    return language.text("figures.before", month=month, value=value)
