"""Questions about prices: what models cost by the price book."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from langdock_usage.metrics.frames import ask
from langdock_usage.sql import read_sql
from langdock_usage.store.model_prices import own_prices
from langdock_usage.windows import parse_day

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from langdock_usage.metrics.usage import Usage


def prices(
    self: Usage, day: date | str | None = None, *, org: str | None = None, exact: bool = False
) -> pd.DataFrame:
    """One row per workspace and model with usage: its usual prices on a day, or today (UTC).

    `org_id`, `model`, `input_usd_per_mtok`, `output_usd_per_mtok`, `cache_read_usd_per_mtok`,
    `cache_write_usd_per_mtok`, `cache_write_1h_usd_per_mtok` (per million tokens; missing where
    the vendor has no such price), `source` (`own`, `list` or `unknown`), `entry` (what states the
    price), `total_cost_usd` (of all usage). Unknown ones first, each the costliest first.

    >>> usage.prices("2026-10-01")[["model", "input_usd_per_mtok", "source"]]
               model  input_usd_per_mtok source
    0  claude-opus-5                5.00   list
    1          gpt-5                1.25   list
    2  mistral-large                2.00   list
    """
    with self._reader.connection() as connection:
        org_id = self._reader.workspace(org, connection) if org else None
        parameters = {"org_id": org_id, "day": _day(day)}
        query = read_sql("metrics/questions/prices/prices")
        answer = ask(connection, query, parameters, exact=exact)
        return with_book(connection, answer)


def price_of(
    self: Usage,
    model: str,
    day: date | str | None = None,
    *,
    org: str | None = None,
    exact: bool = False,
) -> pd.DataFrame:
    """Which price a model has on a day, or today (UTC), and why: one row per tier; none if unknown.

    Any model, with usage or without. `first_day`, `last_day` (the days on which the price holds),
    `above_tokens` (the tier is for requests with more input tokens), `price_source` (`own` or
    `list`), `entry` (what states the price), `found_by` (the rules by which the name means that
    entry; missing where it is the very name), and the prices as in `prices`.

    >>> opus = usage.price_of("anthropic/claude-opus-5", "2026-10-01")
    >>> opus[["entry", "found_by", "output_usd_per_mtok"]]
                         entry                       found_by  output_usd_per_mtok
    0  anthropic/claude-opus-5  without the prefix anthropic/                 25.0
    """
    with self._reader.connection() as connection:
        org_id = self._reader.workspace(org, connection)
        parameters = {"prices": price_rows(connection, org_id, model), "day": _day(day)}
        query = read_sql("metrics/questions/prices/price_of")
        return ask(connection, query, parameters, exact=exact)


def price_books(self: Usage) -> pd.DataFrame:
    """One row per price book, the newest first: it applies, the others did before.

    `book` (its number), `made_at`, `list_version` (of the package genai-prices), `list_sha256` (of
    the list and the rules on names), `sha256` (of list, rules and own prices).

    >>> usage.price_books()["book"].to_list()
    [1]
    """
    return self.sql(read_sql("metrics/evidence/price_books"))


def with_book(connection: duckdb.DuckDBPyConnection, answer: pd.DataFrame) -> pd.DataFrame:
    """The answer, with the price book that it rests on in `attrs["price_book"]`.

    The connection is that of the answer: between two, another book may come in.
    """
    answer.attrs["price_book"] = book_in_force(connection)
    return answer


def book_in_force(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """`book` (its number), `list_version` and `sha256` of the price book that applies."""
    [newest, *_] = connection.execute(read_sql("metrics/evidence/price_books")).fetchall()
    number, _, list_version, _, sha256 = newest
    return {"book": number, "list_version": list_version, "sha256": sha256}


def changed_prices(self: Usage, *, org: str | None = None, exact: bool = False) -> pd.DataFrame:
    """What the newest price book says otherwise than the one before; none where there is but one.

    A new book is made where own prices are loaded, or where the list of the installed package is
    another one. One row per workspace, model, days, tier and price that changed: `org_id`, `model`,
    `first_day`, `last_day`, `above_tokens`, `price` (`input`, `output`, `cache_read`, `cache_write`
    or `cache_write_1h`), `usd_per_mtok_before`, `usd_per_mtok_after` (missing: no such price).

    >>> len(usage.changed_prices())
    0
    """
    with self._reader.connection() as connection:
        org_id = self._reader.workspace(org, connection) if org else None
        query = read_sql("metrics/questions/prices/changed_prices")
        return ask(connection, query, {"org_id": org_id}, exact=exact)


def price_rows(
    connection: duckdb.DuckDBPyConnection, org_id: str, model: str
) -> list[dict[str, Any]]:
    """Rows as in `prices_in_force`: as stored, or for a model without usage as of now."""
    answer = connection.execute(
        read_sql("metrics/lookup/stored_prices"), {"org_id": org_id, "model": model}
    )
    names = [name for name, *_ in answer.description or []]
    stored = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    if stored:
        return stored
    from langdock_usage.prices.book import PriceBook  # takes half a second

    return PriceBook(own_prices(connection)).rows(org_id, model)


def _day(day: date | str | None) -> date:
    if day is None:
        return datetime.now(UTC).date()
    return day if isinstance(day, date) else parse_day(day)
