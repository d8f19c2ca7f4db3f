"""Price books outlive the database: a rebuilt one answers as the one before did."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

import langdock_usage as lu
from langdock_usage.errors import StoreError
from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.raw.archive import Archive
from langdock_usage.store.writing.store import Store
from tests.support.data.priced import build, inclusive, load_own
from tests.support.queries import rows

D = Decimal
BOOKS = "from price_books order by all"
PRICES = "from model_prices order by all"
LIST_COST = "select list_cost_low_usd from priced_usage"
pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")


def copies(usage: lu.Usage) -> list[Path]:
    return sorted((Archive(usage.path).folder / "price_books").glob("*.json"))


def with_another_list(usage: lu.Usage) -> None:
    """A first book as an older list made it: input at 2 instead of 1.25."""
    with duckdb.connect(usage.path) as connection:
        connection.execute("update price_books set list_version = '0.0.1', list_sha256 = 'older'")
        connection.execute("update model_prices set input_usd_per_mtok = 2")
    [copy] = copies(usage)
    copy.unlink()  # a database of a version that kept none
    with Store(usage.path):
        pass


def rebuilt(usage: lu.Usage) -> tuple[list[Any], ...]:
    usage.path.unlink()
    rebuild(usage.path, lambda *_: None)
    return tuple(rows(usage.path, query) for query in (BOOKS, PRICES, LIST_COST))


def test_a_rebuilt_database_has_the_books_that_were_made_before(tmp_path: Path) -> None:
    usage = build(tmp_path, inclusive(1_000_000, 0, 0, 0))
    with_another_list(usage)
    between = datetime.now(UTC)
    load_own(usage.path, "gpt-5,,3.000000001,1,,,,\n")
    before = tuple(rows(usage.path, query) for query in (BOOKS, PRICES, LIST_COST))
    assert [book for book, *_ in before[0]] == [1, 2, 3]
    # a million tokens at its own price, the list's, and that of the older list
    assert before[2] == [(D("3.000000001"),)]
    assert len(copies(usage)) == 3

    assert rebuilt(usage) == before
    assert list(usage.as_of(between).sql(LIST_COST).iloc[:, 0]) == [1.25]
    assert len(usage.changed_prices()) == 3  # input, output, and no read price any more
    # nor are they made again by the next one who writes
    with Store(usage.path):
        pass
    assert rows(usage.path, BOOKS) == before[0]


def test_a_rebuild_with_another_list_adds_one_book_with_the_own_prices(tmp_path: Path) -> None:
    usage = build(tmp_path, inclusive(1_000_000, 0, 0, 0), own="ours,,3,1,,,,\n")
    for copy in copies(usage):  # as if the list that is installed had come since
        kept = json.loads(copy.read_text()) | {"list_sha256": "older", "sha256": copy.stem}
        for price in kept["prices"]:
            price["input_usd_per_mtok"] = "2"
        copy.write_text(json.dumps(kept))
    books, _, costs = rebuilt(usage)
    assert [(book, of_list == "older") for book, _, _, of_list, _ in books] == [
        (1, True),
        (2, True),
        (3, False),
    ]
    assert costs == [(D("1.25"),)]
    [change] = usage.changed_prices(exact=True).to_dict("records")
    assert (change["usd_per_mtok_before"], change["usd_per_mtok_after"]) == (2, D("1.25"))


def test_a_copy_that_cannot_be_read_is_named_and_set_aside_on_request(tmp_path: Path) -> None:
    usage = build(tmp_path, inclusive(1_000_000, 0, 0, 0))
    [copy] = copies(usage)
    copy.write_text("{}")
    with pytest.raises(StoreError, match=rf"{copy.name} does not describe a price book"):
        rebuild(usage.path, lambda *_: None)
    [told] = rebuild(usage.path, lambda *_: None, skip_damaged=True).left_out
    assert "refused/price_books" in told
    assert rows(usage.path, LIST_COST) == [(D("1.25"),)]
