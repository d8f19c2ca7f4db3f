"""The question what to do about caching: at most three changes that are worth money."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from langdock_usage.metrics.questions.prices.caching import cache_savings, price_check
from langdock_usage.metrics.questions.prices.unrealised import unrealised_savings

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike

MOST_ACTIONS = 3
LEAST_USD = 20
"""Less is not worth the hour that a change takes."""

NAMES = ("org_id", "api_key_id", "api_key_name", "model")
TOKENS = ("cache_read_tokens", "cache_write_tokens")
RATIOS = ("cache_hit_ratio", "best_cache_hit_ratio")
PAIR = ("org_id", "api_key_id", "model")
COLUMNS = ("action", *NAMES, "worth_low_usd", "worth_high_usd", "certainty", *TOKENS, *RATIOS)

Row = dict[str, Any]


def cache_actions(
    self: Usage,
    month: PeriodLike,
    *,
    savings: pd.DataFrame | None = None,
    checks: pd.DataFrame | None = None,
    unrealised: pd.DataFrame | None = None,
    org: str | None = None,
    exact: bool = False,
) -> pd.DataFrame:
    """At most three rows, one per change: what to do about caching, the most money first.

    `action`, `org_id`, `api_key_id`, `api_key_name`, `model`, `worth_low_usd` and `worth_high_usd`
    (what it is worth in the month), `certainty`, `cache_read_tokens`, `cache_write_tokens`,
    `cache_hit_ratio`, `best_cache_hit_ratio` (these two of `raise_hit_ratio` alone). By the middle
    of what they are worth; changes that are worth less than 20 USD there are left out.

    | `action`          | because                                | it is worth                  |
    | ----------------- | -------------------------------------- | ---------------------------- |
    | `stop_writing`    | cache writes cost more than reads save | what they cost more          |
    | `correct_price`   | reads are billed like fresh input      | reported less the price book |
    | `raise_hit_ratio` | similar keys read more from the cache  | 0 to what that would save    |

    They rest on `cache_savings`, `price_check` (both by `key_and_model`) and `unrealised_savings`,
    where they can be checked: `savings`, `checks` and `unrealised` are these answers, with
    `exact=True`, if they have been asked for before; else they are asked for. `certainty` is
    `certain` (what was reported agrees with the price book), `likely` (by the price book alone) or
    `possible` (others reach it).

    >>> usage.cache_actions("2026-10").empty  # nothing in it is worth 20 USD
    True
    """
    import pandas as pd

    if savings is None:
        savings = cache_savings(self, month, "key_and_model", org=org, exact=True)
    if checks is None:
        checks = price_check(self, month, "key_and_model", org=org, exact=True)
    if unrealised is None:
        unrealised = unrealised_savings(self, month, org=org, exact=True)
    findings = {_pair(row): row["finding"] for row in _rows(checks[[*PAIR, "finding"]])}
    known = savings[savings["saving_high_usd"].notna()]
    wasted = _rows(known[known["saving_high_usd"] < 0])
    wrong = _rows(checks[checks["finding"] == "cache_billed_as_input"])
    found = [*_wasted_writes(wasted, findings), *_wrong_prices(wrong)]
    taken = {_pair(row) for row in found}
    found += [row for row in _low_ratios(_rows(unrealised)) if _pair(row) not in taken]
    worth = [row for row in found if _middle(row) >= LEAST_USD]
    first = sorted(worth, key=lambda row: (-_middle(row), str(_pair(row))))[:MOST_ACTIONS]
    usd = object if exact else "float64"
    kinds = {
        **dict.fromkeys(COLUMNS, "str"),
        **dict.fromkeys(("worth_low_usd", "worth_high_usd"), usd),
        **dict.fromkeys(TOKENS, "Int64"),
        **dict.fromkeys(RATIOS, "float64"),
    }
    return pd.DataFrame(
        {name: pd.Series([row.get(name) for row in first], dtype=kinds[name]) for name in COLUMNS}
    )


def _wasted_writes(savings: list[Row], findings: dict[Any, str]) -> Iterator[Row]:
    for row in savings:
        inferred = row["saving_inferred_usd"]
        yield {
            **row,
            "action": "stop_writing",
            "worth_low_usd": -(row["saving_high_usd"] if inferred is None else inferred),
            "worth_high_usd": -(row["saving_low_usd"] if inferred is None else inferred),
            "certainty": "certain" if findings[_pair(row)] == "as_listed" else "likely",
        }


def _wrong_prices(checks: list[Row]) -> Iterator[Row]:
    for row in checks:
        yield {
            **row,
            "action": "correct_price",
            "worth_low_usd": row["reported_usd"] - row["list_high_usd"],
            "worth_high_usd": row["reported_usd"] - row["list_low_usd"],
            "certainty": "likely",
        }


def _low_ratios(unrealised: list[Row]) -> Iterator[Row]:
    for row in unrealised:
        yield {
            **row,
            "action": "raise_hit_ratio",
            "worth_low_usd": Decimal(0),
            "worth_high_usd": row["unrealised_usd"],
            "certainty": "possible",
        }


def _middle(row: Row) -> Decimal:
    middle: Decimal = (row["worth_low_usd"] + row["worth_high_usd"]) / 2
    return middle


def _pair(row: Row) -> tuple[Any, ...]:
    return tuple(row[column] for column in PAIR)


def _rows(frame: pd.DataFrame) -> list[Row]:
    import pandas as pd

    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
