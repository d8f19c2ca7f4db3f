"""Questions about what caching is worth, and whether what was reported is plausible.

Each answer says in `attrs["price_book"]` which price book it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from langdock_usage.errors import InvalidRequest, TokensMissing
from langdock_usage.metrics.filters import Filters, Names, chosen, known_choice
from langdock_usage.metrics.groups import COLUMNS
from langdock_usage.metrics.incomplete import warn
from langdock_usage.metrics.questions.prices.price_book import price_rows, with_book
from langdock_usage.sql import read_sql

if TYPE_CHECKING:
    import duckdb
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
    _warn_without_tokens(not answer["input_tokens"].count())
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
    _warn_without_tokens(answer.empty)
    return answer


def what_if(
    self: Usage,
    period: PeriodLike,
    replacements: Mapping[str, str],
    *,
    key: Names = None,
    model: Names = None,
    org: str | None = None,
    team: Names = None,
    caching: Literal["kept", "dropped"] = "kept",
    exact: bool = False,
) -> pd.DataFrame:
    """The same tokens at the prices of other models: one row per API key and model that moves.

    `replacements` says which model would take whose place; they do not chain. `caching` is `kept`,
    or `dropped`: all input would be fresh. `org_id`, `api_key_id`, `api_key_name`, `model`,
    `to_model`, `reported_usd`, `list_low_usd`, `list_high_usd` (today's model), `to_low_usd`,
    `to_high_usd`, `change_low_usd`, `change_high_usd` (the least and the most of to - list, case by
    case); missing where a price is not known. The largest saving first. Prices only: another model
    counts tokens otherwise, and answers otherwise.

    >>> cheaper = usage.what_if("2026-10", {"claude-opus-5": "claude-haiku-4-5"}, exact=True)
    >>> cheaper[["model", "to_model", "change_low_usd", "change_high_usd"]]
               model          to_model change_low_usd change_high_usd
    0  claude-opus-5  claude-haiku-4-5      -0.001768       -0.001588
    """
    known_choice("caching", caching, ("kept", "dropped"))
    filters = Filters(key, model, team, org)
    with self._reader.connection() as connection:
        to_prices = _to_prices(connection, replacements, keep_caching=caching == "kept")
        answer = self._reader.answer_on(
            connection,
            "prices/what_if",
            filters,
            {"": period},
            exact=exact,
            more={"to_prices": to_prices},
        )
        answer = with_book(connection, answer)
    _warn_without_tokens(answer.empty)
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


def _warn_without_tokens(is_without: bool) -> None:
    if is_without:
        warn(
            "Of the usage asked about, no tokens are known, so that it cannot be priced: exports "
            "have token columns in BYOK workspaces alone (in hybrid ones, for such models alone).",
            TokensMissing,
        )


def _to_prices(
    connection: duckdb.DuckDBPyConnection, replacements: Mapping[str, str], *, keep_caching: bool
) -> list[dict[str, Any]]:
    """The prices of the other models, by the model whose place each would take."""
    of_models = connection.execute(read_sql("metrics/lookup/models_of_workspaces")).fetchall()
    known = [*dict.fromkeys(model for _, model in of_models)]
    to_models: dict[str, str] = {}
    for asked, to_model in replacements.items():
        for model in chosen("model", asked, known):
            if to_models.setdefault(model, to_model) != to_model:
                raise InvalidRequest(
                    f"{model!r} cannot be replaced by both {to_models[model]!r} and {to_model!r}."
                )
    return [
        {
            **_priced(row, keep_caching),
            "model": model,
            "to_model": to_models[model],
        }
        for org_id, model in of_models
        if model in to_models
        for row in price_rows(connection, org_id, to_models[model])
    ]


def _priced(row: Mapping[str, Any], keep_caching: bool) -> dict[str, Any]:
    """Without caching there are neither reads nor writes: all costs what fresh input costs."""
    return {
        name: value if keep_caching or not name.startswith("cache_") else None
        for name, value in row.items()
    }
