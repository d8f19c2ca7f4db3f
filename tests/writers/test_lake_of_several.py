"""Several databases in one lake: what each says holds in its own workspaces."""

import shutil
from pathlib import Path

import pytest

import langdock_usage as lu
from langdock_usage.errors import ExportConflict
from tests.support.command import call
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.data.lakes import make_lake, state

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def test_several_databases_become_one(tiny: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    with DatabaseBuilder(other) as builder:
        builder.keep(days("2026-10-01"), {"org_id": "org_b", "total_cost_usd": "7"})
    state(other, {"keys": "api_key_id,team\nkey_9,Other\n"})
    lake = tmp_path / "lake"
    both = ("--db", tiny.name, "--db", other.name, "--db", f"./{tiny.name}")
    assert call(tmp_path, "lake", "lake", *both).returncode == 0
    usage = lu.open(lake)
    assert usage.workspaces() == {"org_a": "UTC", "org_b": "UTC"}
    assert usage.cost_per_key("2026-10", org="org_b")["total_cost_usd"].to_list() == [7]
    # without names it is brought up to date from both; with one, the other one's usage goes
    state(other, {"keys": "api_key_id,team\nkey_9,Others\n"})
    assert "1 of" in call(tmp_path, "lake", "lake").stdout
    assert "Others" in set(lu.open(lake).sql("from key_owners")["team"])
    only = call(tmp_path, "lake", "lake", "--db", tiny.name)
    assert ", 1 removed, " in only.stdout
    assert lu.open(lake).workspaces() == {"org_a": "UTC"}
    assert not list(lake.glob("usage/*org_b*"))


def test_owners_hold_in_the_workspaces_of_their_database(tiny: Path, tmp_path: Path) -> None:
    """What another database says of a key that it has no usage of is out of date, at best."""
    other = tmp_path / "other.duckdb"
    with DatabaseBuilder(other) as builder:
        builder.keep(days("2026-10-01"), {"org_id": "org_b", "api_key_id": "key_b"})
    state(other, {"keys": "api_key_id,team\nkey_1,Wrong\nkey_b,Right\nkey_new,New\n"})
    make_lake(tmp_path / "lake", tiny, other)
    owners = lu.open(tmp_path / "lake").sql("select api_key_id, team from key_owners order by all")
    assert owners.values.tolist() == [["key_1", "Product"], ["key_b", "Right"], ["key_new", "New"]]


def test_newest_price_book_of_each_database_holds(tiny: Path, tmp_path: Path) -> None:
    """One of them has own prices, and so a second book; the other one has none."""
    other = tmp_path / "other.duckdb"
    with DatabaseBuilder(other) as builder:
        builder.keep(days("2026-10-01"), {"org_id": "org_b"})
    own = "model,valid_from,input_usd_per_mtok,output_usd_per_mtok\ngpt-5,,1,2\n"
    state(tiny, {"prices": own})
    make_lake(tmp_path / "lake", tiny, other)
    usage = lu.open(tmp_path / "lake")
    for org_id, database, output_usd in (("org_a", tiny, 2), ("org_b", other, 10)):
        prices = lu.open(database).prices("2026-10-01")
        assert usage.prices("2026-10-01", org=org_id).equals(prices)
        assert set(prices.loc[prices["model"] == "gpt-5", "output_usd_per_mtok"]) == {output_usd}
        costs = lu.open(database).sql("select list_cost_low_usd from priced_usage order by all")
        query = "select list_cost_low_usd from priced_usage where org_id = ? order by all"
        assert usage.sql(query, [org_id]).equals(costs)
    assert usage.price_books()["book"].to_list() == [2, 1]
    assert usage.changed_prices().equals(lu.open(tiny).changed_prices())
    assert set(usage.sql("from own_prices")["org_id"]) == {"org_a"}


def test_budget_is_for_the_workspaces_of_its_database(tiny: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    with DatabaseBuilder(other) as builder:
        builder.keep(days("2026-10-01"), {"org_id": "org_b", "total_cost_usd": "7"})
    state(tiny, {"budgets": "scope,name,amount_usd\nworkspace,,100\n"})
    state(other, {"budgets": "scope,name,amount_usd\nworkspace,,5\n"})
    make_lake(tmp_path / "lake", tiny, other)
    usage = lu.open(tmp_path / "lake")
    for org_id, database, amount in (("org_a", tiny, 100), ("org_b", other, 5)):
        budgets = usage.budgets("2026-10", org=org_id)
        assert budgets["budget_usd"].to_list() == [amount]
        assert lu.open(database).budgets("2026-10").equals(budgets)


def test_databases_that_contradict_each_other_are_refused(tiny: Path, tmp_path: Path) -> None:
    twin = Path(shutil.copyfile(tiny, tmp_path / "twin.duckdb"))
    with pytest.raises(ExportConflict, match=r"tiny.* and .*twin.* both hold .* 'org_a'"):
        make_lake(tmp_path / "lake", tiny, twin)
    other = tmp_path / "other.duckdb"
    with DatabaseBuilder(other) as builder:
        builder.keep(days("2026-10-01"), {"org_id": "org_b"})
    state(tiny, {"rates": "day,currency,usd_per_unit\n2026-10-01,EUR,1.1\n"})
    state(other, {"rates": "day,currency,usd_per_unit\n2026-10-01,EUR,1.2\n"})
    with pytest.raises(ExportConflict, match="different own rates for '2026-10-01, EUR'"):
        make_lake(tmp_path / "lake", tiny, other)
    assert not (tmp_path / "lake").exists()
