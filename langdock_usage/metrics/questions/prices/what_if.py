"""The question what the same tokens would cost with other models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from langdock_usage.errors import InvalidRequest
from langdock_usage.metrics.filters import Filters, Names, chosen, known_choice
from langdock_usage.metrics.questions.prices.caching import warn_without_tokens
from langdock_usage.metrics.questions.prices.price_book import price_rows, with_book
from langdock_usage.sql import read_sql

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from langdock_usage.metrics.reader import Reader
    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike


# what stands in the place of prices where nothing moves: of no workspace
_NOTHING = {
    **dict.fromkeys(("org_id", "model", "to_model"), ""),
    "first_day": date.min,
    "last_day": date.max,
    "above_tokens": 0,
    "price_source": None,
    **{
        f"{price}_usd_per_mtok": None
        for price in ("input", "output", "cache_read", "cache_write", "cache_write_1h")
    },
}


def what_if(
    self: Usage,
    period: PeriodLike,
    replacements: Mapping[str, str] | None = None,
    *,
    key: Names = None,
    model: Names = None,
    org: str | None = None,
    team: Names = None,
    caching: Literal["kept", "dropped"] = "kept",
    exact: bool = False,
) -> pd.DataFrame:
    """The same tokens at the prices of other models: one row per API key and model that moves.

    `replacements` says which model would take whose place; they do not chain. Without them, the
    costliest model that can be replaced by the next cheaper one of the same vendor and family, of
    those with usage; no rows where there is none. `caching` is `kept`, or `dropped`: all input
    would be fresh. `org_id`, `api_key_id`, `api_key_name`, `model`, `to_model`, `reported_usd`,
    `list_low_usd`, `list_high_usd` (today's model), `to_low_usd`, `to_high_usd`, `change_low_usd`,
    `change_high_usd` (the least and the most of to - list, case by case); missing where a price is
    not known. The largest saving first. Prices only: another model counts tokens otherwise, and
    answers otherwise.

    >>> cheaper = usage.what_if("2026-10", {"claude-opus-5": "claude-haiku-4-5"}, exact=True)
    >>> cheaper[["model", "to_model", "change_low_usd", "change_high_usd"]]
               model          to_model change_low_usd change_high_usd
    0  claude-opus-5  claude-haiku-4-5      -0.001768       -0.001588
    """
    known_choice("caching", caching, ("kept", "dropped"))
    filters = Filters(key, model, team, org)
    with self._reader.connection() as connection:
        if replacements is None:
            replacements = _next_cheaper(self._reader, connection, period, filters)
        to_prices = _to_prices(connection, replacements, keep_caching=caching == "kept")
        answer = self._reader.answer_on(
            connection,
            "prices/what_if",
            filters,
            {"": period},
            exact=exact,
            more={"to_prices": to_prices or [_NOTHING]},
        )
        answer = with_book(connection, answer)
    warn_without_tokens(answer.empty and bool(replacements))
    return answer


def _next_cheaper(
    reader: Reader, connection: duckdb.DuckDBPyConnection, period: PeriodLike, filters: Filters
) -> dict[str, str]:
    """The costliest model that has a cheaper sibling, and that one; empty where there is none."""
    found = reader.answer_on(connection, "prices/next_cheaper", filters, {"": period})
    return dict(zip(found["model"], found["to_model"], strict=True))


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
