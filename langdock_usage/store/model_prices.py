"""The prices of the models in a database, worked out once and stored.

Which price a day and a model have is not found out again at each question: the answer of an old
report would change with a new version of the package that has the list. A new list, or new own
prices, make a new book, which says so; the former ones stay, and copies of all of them are kept.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb

from langdock_usage.prices.version import list_sha256, list_version
from langdock_usage.raw.archive import Archive
from langdock_usage.raw.price_books import PriceBookCopy, kept_books, path_of
from langdock_usage.raw.reference.kinds.prices import OwnPrice
from langdock_usage.sql import read_sql


def keep_up_with_prices(
    connection: duckdb.DuckDBPyConnection, made_at: datetime | None = None
) -> None:
    """A new book, if own prices and the installed list are not those of the newest one.

    `made_at` is when own prices were loaded. A book that was made since rests on them, or on those
    that took their place.
    """
    own = own_prices(connection)
    sha256 = hashlib.sha256("\n".join([list_sha256(), *map(repr, own)]).encode()).hexdigest()
    newest = connection.execute(
        "select made_at, list_sha256, sha256 from price_books order by book desc limit 1"
    ).fetchone()
    if newest and (newest[1:] == (list_sha256(), sha256) or (made_at and newest[0] >= made_at)):
        return
    _add_book(connection, made_at or datetime.now(UTC), list_version(), list_sha256(), sha256)
    price_new_models(connection)


def restore_books(connection: duckdb.DuckDBPyConnection, archive: Archive) -> bool:
    """Into a database without any: the books that were kept beside it, as they were.

    Whether there were any.
    """
    if connection.execute("from price_books limit 1").fetchone():
        return False
    copies = kept_books(archive)
    for copy in copies:
        _add_book(
            connection, copy.made_at, copy.list_version, copy.list_sha256, copy.sha256, copy.book
        )
        _add_prices(connection, copy.prices)
    return bool(copies)


def keep_books(connection: duckdb.DuckDBPyConnection, archive: Archive) -> None:
    """Copies of the newest book, which grows with the models, and of those that have none yet."""
    books = connection.execute("from price_books order by book desc").fetchall()
    for place, (book, made_at, version, of_list, sha256) in enumerate(books):
        if place == 0 or not path_of(archive, made_at).exists():
            rows = connection.execute(read_sql("store/price_books/prices_of_book"), [book])
            names = [name for name, *_ in rows.description or []]
            prices = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
            PriceBookCopy(book, made_at, version, of_list, sha256, prices).keep(archive)


def _add_book(
    connection: duckdb.DuckDBPyConnection,
    made_at: datetime,
    version: str,
    of_list: str,
    sha256: str,
    number: int = 1,
) -> None:
    """With this number, or the next one that is free."""
    connection.execute(
        "insert into price_books "
        "select greatest(coalesce(max(book), 0) + 1, ?), ?, ?, ?, ? from price_books",
        [number, made_at, version, of_list, sha256],
    )


def price_new_models(
    connection: duckdb.DuckDBPyConnection, export_ids: Sequence[str] | None = None
) -> None:
    """The prices of the models of these exports, or of all, that the newest book lacks."""
    models = connection.execute(
        read_sql("store/price_books/models_without_price"), {"export_ids": export_ids}
    ).fetchall()
    if models:
        from langdock_usage.prices.book import PriceBook  # takes half a second

        book = PriceBook(own_prices(connection))
        _add_prices(
            connection, [row for org_id, model in models for row in book.rows(org_id, model)]
        )


def _add_prices(connection: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(read_sql("store/price_books/insert_model_prices"), {"rows": rows})


def own_prices(connection: duckdb.DuckDBPyConnection) -> list[OwnPrice]:
    """The lines of the prices file that was loaded last."""
    answer = connection.execute("from own_prices order by all")
    names = [name for name, *_ in answer.description or []]
    return [OwnPrice(**dict(zip(names, row, strict=True))) for row in answer.fetchall()]
