"""The prices of the models in a database, worked out once and stored.

Which price a day and a model have is not found out again at each question: the answer of an old
report would change with a new version of the package that has the list. A new list, or new own
prices, make a new book, which says so; the former ones stay.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from langdock_usage.prices.version import list_sha256, list_version
from langdock_usage.raw.reference.prices import OwnPrice
from langdock_usage.sql import read_sql


def keep_up_with_list(connection: duckdb.DuckDBPyConnection) -> None:
    """A new book, if the newest one was not made with the list that is installed."""
    last = connection.execute(
        "select list_sha256 from price_books order by book desc limit 1"
    ).fetchone()
    if last != (list_sha256(),):
        make_book(connection, datetime.now(UTC))


def make_book(connection: duckdb.DuckDBPyConnection, made_at: datetime) -> None:
    """A new book: own prices and list as they are now, for every model with usage."""
    own = own_prices(connection)
    sha256 = hashlib.sha256("\n".join([list_sha256(), *map(repr, own)]).encode()).hexdigest()
    connection.execute(
        "insert into price_books select coalesce(max(book), 0) + 1, ?, ?, ?, ? from price_books",
        [made_at, list_version(), list_sha256(), sha256],
    )
    price_new_models(connection)


def price_new_models(
    connection: duckdb.DuckDBPyConnection, export_ids: Sequence[str] | None = None
) -> None:
    """The prices of the models of these exports, or of all, that the newest book lacks."""
    models = connection.execute(
        read_sql("store/write/models_without_price"), {"export_ids": export_ids}
    ).fetchall()
    if models:
        from langdock_usage.prices.book import PriceBook  # takes half a second

        book = PriceBook(own_prices(connection))
        rows = [row for org_id, model in models for row in book.rows(org_id, model)]
        connection.execute(read_sql("store/write/insert_model_prices"), {"rows": rows})


def own_prices(connection: duckdb.DuckDBPyConnection) -> list[OwnPrice]:
    """The lines of the prices file that was loaded last."""
    answer = connection.execute("from own_prices order by all")
    names = [name for name, *_ in answer.description or []]
    return [OwnPrice(**dict(zip(names, row, strict=True))) for row in answer.fetchall()]
