"""Questions about what caching is worth, and whether what was reported is plausible.

Each answer says in `attrs["price_book"]` which price book it rests on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from langdock_usage.errors import TokensMissing
from langdock_usage.metrics.filters import Filters, Names, known_choice
from langdock_usage.metrics.groups import COLUMNS
from langdock_usage.metrics.incomplete import warn
from langdock_usage.metrics.questions.prices.price_book import with_book

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike

Group = Literal[
    "key",
    "model",
    "team",
    "cost_center",
    "key_and_model",
    "month",
    "key_and_month",
    "model_and_month",
    "team_and_month",
]


def cache_savings(
    self: Usage,
    period: PeriodLike = None,
    by: Group | None = "key",
    *,
    key: Names = None,
    model: Names = None,
    org: str | None = None,
    team: Names = None,
    exact: bool = False,
) -> pd.DataFrame:
    """One row per API key, model …: what caching saved, costliest first, months in their order.

    `by` is `key`, `model`, `team`, `cost_center`, `key_and_model`, `month`, one of the first three
    by month (`key_and_month` …), or None: one row per workspace. `org_id`, the columns of the
    group, `requests`, `total_cost_usd`, `input_tokens`, `cache_read_tokens`, `cache_write_tokens`,
    `cache_hit_ratio`, `reads_per_write`, `saving_low_usd`, `saving_high_usd` (the least and the
    most; negative where caching cost more than it brought), `priced_cost_usd` (the part of it in
    rows that have a price), `unclear_row_count` (rows left out, as their tokens do not add up).
    Where cost and list agree to half a percent, `saving_inferred_usd` and `one_hour_share` (of
    cache writes). Of one model, `break_even_low` and `break_even_high`: the reads per write from
    which on caching pays, (write - input) / (input - read price).

    >>> savings = usage.cache_savings("2026-10", exact=True)
    >>> savings[["api_key_name", "saving_low_usd", "saving_high_usd"]]
      api_key_name saving_low_usd saving_high_usd
    0     Helpdesk       -0.00021        0.000015
    1       Search      0.0000675       0.0000675
    """
    answer = _grouped(
        self, "prices/cache_savings", period, by, Filters(key, model, team, org), exact
    )
    warn_without_tokens(not answer["input_tokens"].count())
    return answer


def price_check(
    self: Usage,
    period: PeriodLike = None,
    by: Group | None = "model",
    *,
    key: Names = None,
    model: Names = None,
    org: str | None = None,
    team: Names = None,
    exact: bool = False,
) -> pd.DataFrame:
    """One row per model, API key …: what was reported against what the prices say.

    `by` as in `cache_savings`. `org_id`, the columns of the group, over the rows with a price
    `reported_usd`, `list_low_usd`, `list_high_usd` (own prices or list), `price_ratio_low`
    (reported / list high), `price_ratio_high`; `unknown_usd` (reported without a known price),
    `finding`, `without_tokens_usd` (reported without known tokens), `unclear_row_count` (rows
    whose tokens do not add up). The most money in question first.

    `finding` is `unpriced` (tokens, but no cost), `unknown` (no price known),
    `cache_billed_as_input`, `above_list`, `below_list` (by more than 0.5 %) or `as_listed`.

    >>> usage.price_check("2026-10")[["model", "reported_usd", "list_high_usd", "finding"]]
               model  reported_usd  list_high_usd     finding
    0  claude-opus-5          6.50       0.002210  above_list
    1          gpt-5          3.25       0.000583  above_list
    2  mistral-large          0.50       0.000320  above_list
    """
    answer = _grouped(self, "prices/price_check", period, by, Filters(key, model, team, org), exact)
    warn_without_tokens(answer.empty)
    return answer


def _grouped(
    usage: Usage,
    question: str,
    period: PeriodLike,
    by: Group | None,
    filters: Filters,
    exact: bool,
) -> pd.DataFrame:
    if by is not None:
        known_choice("by", by, get_args(Group))
    with usage._reader.connection() as connection:
        answer = usage._reader.answer_on(
            connection, question, filters, {"": period}, exact=exact, groups=_columns_of(by)
        )
        return with_book(connection, answer)


def _columns_of(by: Group | None) -> str:
    """The columns of a group, for SQL: month, workspace, then what `groups.COLUMNS` says."""
    parts = by.split("_and_") if by else []
    months = ["month"] if "month" in parts else []
    return ",".join([*months, "org_id", *(COLUMNS[part] for part in parts if part != "month")])


def warn_without_tokens(is_without: bool) -> None:
    if is_without:
        warn(
            "Of the usage asked about, no tokens are known, so that it cannot be priced: exports "
            "have token columns in BYOK workspaces alone (in hybrid ones, for such models alone).",
            TokensMissing,
        )
