"""Whose each API key is, and that every sum stays the total."""

import csv
import io
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import langdock_usage as lu
from langdock_usage.errors import DatabaseMissing
from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.ingest.reference_files import LoadedFile, load_file
from langdock_usage.ingest.templates import template
from langdock_usage.raw.archive import Archive
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.sandbox.service.server import Sandbox
from langdock_usage.sandbox.workspace.owners import keys_file
from langdock_usage.store.writing.store import Store
from tests.support.command import call
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.fetching import fetch_from
from tests.support.keys import HEADER, load, six_days


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "test.duckdb"


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_costs_go_to_who_held_the_key_on_the_day(database: Path) -> None:
    costs = six_days(database)
    loaded = load(
        database,
        "key_1,Support,4711,Ana,,\nkey_1,Sales,4712,Ben,2026-10-02,\nkey_2,Sales,,,2026-10-01,\n",
    )
    assert loaded == LoadedFile(3, 2, ())

    def team_of(day: date, key: str) -> str:
        if key == "key_1":
            return "Sales" if day >= date(2026, 10, 2) else "Support"
        return "Sales" if day >= date(2026, 10, 1) else "unassigned"

    for month in (9, 10):
        expected: dict[str, Decimal] = {}
        for (day, key), cost in costs.items():
            if day.month == month:
                team = team_of(day, key)
                expected[team] = expected.get(team, Decimal(0)) + cost
        frame = lu.open(database).cost_per_team(f"2026-{month:02}", exact=True)
        assert dict(zip(frame["team"], frame["total_cost_usd"], strict=True)) == expected
        view = lu.open(database).sql(
            "select team, total_cost_usd from cost_per_team where month = ?",
            [date(2026, month, 1)],
            exact=True,
        )
        assert dict(zip(view["team"], view["total_cost_usd"], strict=True)) == expected
    keys = lu.open(database).keys(key="key_1").to_dict("records")[0]
    assert (keys["team"], keys["cost_center"], keys["owner"]) == ("Sales", "4712", "Ben")


@pytest.mark.parametrize("view", ["cost_per_team", "cost_per_cost_center"])
@pytest.mark.parametrize("lines", ["", "key_1,A,1,,,\n", "key_1,A,,x,2026-10-01,\nkey_2,,2,,,\n"])
def test_lines_add_up_to_the_total(database: Path, view: str, lines: str) -> None:
    costs = six_days(database)
    load(database, lines)
    frame = lu.open(database).sql(f"from {view}", exact=True)
    assert sum(frame["total_cost_usd"], Decimal(0)) == sum(costs.values(), Decimal(0))
    assert frame["requests"].sum() == 10 * len(costs)
    assert not frame.duplicated(["month", "org_id", view.removeprefix("cost_per_")]).any()
    if not lines:
        assert set(frame[view.removeprefix("cost_per_")]) == {"unassigned"}


def test_period_that_cannot_be_split_counts_whole_for_the_last_owner(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-01", "2026-10-31"), {"total_cost_usd": "7"})
    loaded = load(database, "key_1,Old,,,,\nkey_1,New,,,2026-10-15,\n")
    assert loaded.warnings == (
        "the key 'key_1' changes hands within 2026-10-01 to 2026-10-31, which is known as one "
        "sum: it counts whole for the owner on 2026-10-31.",
    )
    frame = lu.open(database).cost_per_team(exact=True)
    assert list(zip(frame["team"], frame["total_cost_usd"], strict=True)) == [("New", 7)]


def test_rotated_keys_are_one_chain_and_keep_their_owner(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        for day, key in (("01", "old"), ("02", "mid"), ("03", "new"), ("04", "other")):
            builder.add(days(f"2026-10-{day}"), {"api_key_id": key})
    load(database, "old,A,,,,\nold,B,,,2026-10-03,\nmid,,,,,old\nnew,,,,,mid\n")
    usage = lu.open(database)
    assert dict(zip(usage.keys()["api_key_id"], usage.keys()["chain_id"], strict=True)) == {
        "old": "new",
        "mid": "new",
        "new": "new",
        "other": "other",
    }
    # 1 and 2 October: A; 3 October: B, though it is the newest key
    assert dict(usage.cost_per_team().set_index("team")["requests"]) == {
        "A": 20,
        "B": 10,
        "unassigned": 10,
    }
    for key in ("old", "new"):
        assert list(usage.key_story(key)["api_key_id"]) == ["old", "mid", "new"]
    assert list(usage.key_story("mid", chained=False)["api_key_id"]) == ["mid"]
    grown = usage.compare("2026-10-01", "2026-10-03", by="chain").to_dict("records")
    assert [(row["chain_id"], row["change_usd"]) for row in grown] == [("new", 0)]


def test_successor_with_an_owner_of_its_own(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        for day, key in (("01", "old"), ("02", "new"), ("03", "new")):
            builder.add(days(f"2026-10-{day}"), {"api_key_id": key})
    load(database, "old,A,,,,\nnew,B,,,2026-10-03,old\n")
    # the new key speaks for itself: before 3 October it is nobody's
    assert dict(lu.open(database).cost_per_team().set_index("team")["requests"]) == {
        "A": 10,
        "B": 10,
        "unassigned": 10,
    }


def test_loading_again_replaces_everything(database: Path) -> None:
    six_days(database)
    load(database, "key_1,A,,,,\nkey_2,A,,,,\n")
    load(database, "key_2,B,,,,\n")
    assert set(lu.open(database).cost_per_team()["team"]) == {"B", "unassigned"}


def test_key_that_was_never_used_is_remarked_upon(database: Path) -> None:
    six_days(database)
    loaded = load(database, "key_11,A,,,,\nkey_1,A,,,,zzz\n")
    assert loaded.warnings == (
        "line 2: no usage of the key 'key_11' is known; did you mean 'key_1'?",
        "line 3: no usage of the key 'zzz' is known.",
    )


def test_there_has_to_be_a_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        load_file(KEYS, tmp_path / "none.duckdb", tmp_path / "keys.csv")
    assert not (tmp_path / "none.duckdb").exists()


def test_template_is_filled_in_and_loaded(database: Path) -> None:
    hostile = '=HYPERLINK("http://x")'
    with DatabaseBuilder(database) as builder:
        rows = [
            {"api_key_id": "-k", "api_key_name": hostile, "total_cost_usd": "3"},
            {"api_key_id": "key_1", "total_cost_usd": "0.0000001"},
            {"api_key_id": "key_2", "api_key_name": "", "total_cost_usd": "2.50"},
        ]
        builder.add(days("2026-10-01"), *rows)
    load(database, 'key_1,"A, B",,+49,,\nkey_1,C,,,2026-10-01,\ngone,D,,,,\n')
    written = template(KEYS, lu.open(database))
    assert list(csv.reader(io.StringIO(written))) == [
        [*HEADER.strip().split(","), "api_key_name", "total_cost_usd"],
        ["'-k", "", "", "", "", "", "'" + hostile, "3"],
        ["key_2", "", "", "", "", "", "", "2.5"],
        ["key_1", "A, B", "", "'+49", "", "", "Search", "0.0000001"],
        ["key_1", "C", "", "", "2026-10-01", "", "Search", "0.0000001"],
        ["gone", "D", "", "", "", "", "", ""],
    ]
    filled = database.with_name("filled.csv")
    filled.write_text(written.replace("'-k,,", "'-k,E,"), encoding="utf-8")
    load_file(KEYS, database, filled)
    usage = lu.open(database)
    assert dict(usage.cost_per_team().set_index("team")["total_cost_usd"]) == {
        "E": 3,
        "unassigned": 2.5,
        "C": 1e-7,
    }
    assert list(usage.sql("select owner from key_owners where team = 'A, B'")["owner"]) == ["+49"]


def test_rebuild_and_a_database_made_anew_keep_the_owners(database: Path) -> None:
    six_days(database)
    load(database, "key_1,Old,,,,\n")
    load(database, "key_1,A,,,,\nkey_2,,77,,,\n")
    Archive(database).sweep()

    def known() -> list[tuple[str, str]]:
        with Store(database) as store:
            return store._connection.execute(
                "select api_key_id, coalesce(team, cost_center) from key_owners order by all"
            ).fetchall()

    expected = [("key_1", "A"), ("key_2", "77")]
    rebuild(database, lambda *_: None)
    assert known() == expected
    database.unlink()
    rebuild(database, lambda *_: None)
    assert known() == expected


def test_fetch_into_a_lost_database_brings_the_owners_back(
    sandbox: Sandbox, database: Path
) -> None:
    period = days("2026-10-01", "2026-10-02")
    fetch_from(sandbox, database, period)
    key = lu.open(database).keys()["api_key_id"][0]
    load(database, f"{key},A,,,,\n")
    database.unlink()
    fetch_from(sandbox, database, period)
    assert set(lu.open(database).cost_per_team()["team"]) == {"A", "unassigned"}


def test_owners_of_the_made_up_workspace(year: Path, database: Path, sandbox: Sandbox) -> None:
    """The nightly job costs its old team nothing from the day on which it moved."""
    database.parent.mkdir()
    shutil.copyfile(year, database)
    file = database.with_name("keys.csv")
    file.write_text(keys_file(sandbox.workspace.org_id, date(2026, 10, 1)), encoding="utf-8")
    assert load_file(KEYS, database, file) == LoadedFile(12, 11, ())
    usage = lu.open(database)
    for month, team in (("2026-09", "Data Platform"), ("2026-10", "Finanzen")):
        owners = usage.keys(month, key="Data Platform / Nachtlauf")["team"]
        assert list(owners) == [team]
    assert len(usage.unowned_keys()) == 3


def test_commands(database: Path, tmp_path: Path) -> None:
    costs = six_days(database)
    db = ("--db", "data/test.duckdb")
    listed = call(tmp_path, "keys", "list", *db)
    total = sum(cost for (_, key), cost in costs.items() if key == "key_1")
    costliest = [f"{total}", "60", "2026-10-03", "key_1", "Search"]
    assert listed.stdout.splitlines()[1].split() == costliest
    assert listed.stderr == "2 keys, 2 without an owner.\n"

    written = call(tmp_path, "keys", "template", *db)
    file = tmp_path / written.stdout.splitlines()[-1]
    assert file == tmp_path / "data" / "keys.csv"
    again = call(tmp_path, "keys", "template", *db)
    assert again.returncode == 2
    assert "is there already" in again.stderr

    file.write_text(file.read_text().replace("key_1,,", "key_1,Team,"))
    loaded = call(tmp_path, "keys", "load", *db)
    assert (loaded.returncode, loaded.stderr) == (0, "")
    assert loaded.stdout == "2 lines on 2 keys loaded from data/keys.csv.\n"
    unowned = call(tmp_path, "keys", "list", "--unowned", "--month", "2026-10", *db)
    assert [line.split()[-2] for line in unowned.stdout.splitlines()[1:]] == ["key_2"]
    assert unowned.stderr.splitlines() == [
        "Warning: 2026-10: 3 of 31 days are known.",
        "1 key without an owner.",
    ]

    file.write_text("api_key_id,valid_from\nkey_1,1\nkey_2,2\n")
    refused = call(tmp_path, "keys", "load", *db)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert "line 2: " in refused.stderr and "line 3: " in refused.stderr


def test_hostile_names_do_not_reach_the_terminal(database: Path, tmp_path: Path) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-01"), {"api_key_name": "a\x1b[2Jb\nc", "api_key_id": "k\x07"})
    listed = call(tmp_path, "keys", "list", "--db", "data/test.duckdb")
    assert "\x1b" not in listed.stdout and "\x07" not in listed.stdout
    assert len(listed.stdout.splitlines()) == 2
