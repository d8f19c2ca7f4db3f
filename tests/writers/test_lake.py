"""Writing a lake: where everything lies, what a run writes, and what is left when it is killed."""

import json
import shutil
import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

import langdock_usage as lu
from langdock_usage.errors import DatabaseLocked, ExportConflict, StoreError
from langdock_usage.store.connection import open_for_reading
from tests.ingest.test_killed import full_disk
from tests.support.command import assert_refused, call
from tests.support.databases import DatabaseBuilder, days
from tests.support.example_data import build_tiny
from tests.support.lakes import files_of, make_lake, state

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

PARTITIONS = "hive_partitioning = true, hive_types = {'org_id': varchar, 'month': date}"
OF_OCTOBER = "usage/org_id=org_a/month=2026-10-01/rows.parquet"
KEYS = {"keys": "api_key_id,team\nkey_1,Product\nkey_2,Support\n"}


def restate(database: Path, cost: str = "3.5") -> None:
    """The second of October of `build_tiny`, again: key_1 has cost something else."""
    row = {"requests": "7", "total_cost_usd": cost}
    with DatabaseBuilder(database) as builder:
        builder.keep(days("2026-10-02"), row, received=datetime(2026, 11, 5, tzinfo=UTC))


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A database that the test may change."""
    return build_tiny(tmp_path / "tiny.duckdb")


@pytest.fixture
def lake(tiny: Path, tmp_path: Path) -> Path:
    make_lake(tmp_path / "lake", tiny)
    return tmp_path / "lake"


def written_since(lake: Path, before: dict[str, tuple[int, int]]) -> set[str]:
    return {name for name, seen in files_of(lake).items() if before.get(name) != seen}


def test_command_writes_what_anybody_can_read(tiny: Path, tmp_path: Path) -> None:
    """The layout is a contract: other programs read the folders without this package."""
    made = call(tmp_path, "lake", "lake", "--db", tiny.name)
    assert made.returncode == 0, made.stderr
    assert made.stderr == ""
    lake = tmp_path / "lake"
    count = len(files_of(lake))
    assert made.stdout.startswith(f"lake: {count} of {count} files written, ")
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select org_id, month, sum(total_cost_usd), typeof(any_value(total_cost_usd)) "
            f"from read_parquet('{lake}/usage/*/*/*.parquet', {PARTITIONS}) group by all order by 2"
        ).fetchall()
        owners = f"select team from '{lake}/key_owners/*.parquet'"
        assert connection.execute(owners).fetchall() == [("Product",)]
    assert found == [  # 2; 1.25 + 4.5 + 2 + 0.5 + 2
        ("org_a", date(2026, 9, 1), Decimal(2), "DECIMAL(38,24)"),
        ("org_a", date(2026, 10, 1), Decimal("10.25"), "DECIMAL(38,24)"),
    ]
    stated = json.loads((lake / "lake.json").read_text())
    [database] = stated["databases"]
    assert (database["path"], database["workspaces"]) == ("tiny.duckdb", ["org_a"])
    exports = lu.open(tiny).sql("select export_id from exports order by all")["export_id"]
    assert database["export_ids"] == exports.to_list()
    assert set(stated["files"]) == set(files_of(lake))


def test_only_what_changed_is_written(tiny: Path, lake: Path, tmp_path: Path) -> None:
    before = files_of(lake)
    again = call(tmp_path, "lake", "lake")  # of the databases that it was made of
    assert again.stdout == f"lake is up to date: {len(before)} files.\n"
    assert files_of(lake) == before
    state(tiny, KEYS)
    make_lake(lake, tiny)
    assert written_since(lake, before) == {"key_owners/rows.parquet"}
    before = files_of(lake)
    restate(tiny)
    make_lake(lake, tiny)
    assert written_since(lake, before) == {
        OF_OCTOBER,
        "uncounted_rows/org_id=org_a/month=2026-10-01/rows.parquet",
        "exports/rows.parquet",
        "counted_exports/rows.parquet",
    }
    assert lu.open(lake).cost_per_team("2026-10")["total_cost_usd"].to_list() == [
        4.75,  # Product: 1.25 + 3.5
        4.5,
    ]
    assert lu.open(lake).restatements()["change_usd"].to_list() == [-1.0]  # 3.5 - 2 - 0.5 - 2


def test_ambiguous_rows_follow_their_model_in_every_partition(database: Path) -> None:
    """A row of October says how the tokens of September add up, which are then written anew."""
    ambiguous = {"sum_prompt_tokens": "60", "no_cache_tokens": "60", "cached_prompt_tokens": "0"}
    with DatabaseBuilder(database) as builder:
        builder.keep(days("2026-08-10"), {"model": "another"})
        builder.keep(days("2026-09-10"), ambiguous)
    lake = database.with_name("lake")
    make_lake(lake, database)
    before = files_of(lake)
    exclusive = ambiguous | {"cached_prompt_tokens": "5", "cache_creation_tokens": "0"}
    with DatabaseBuilder(database) as builder:
        builder.keep(days("2026-10-10"), exclusive)
    make_lake(lake, database)
    partitions = {name for name in written_since(lake, before) if name.startswith("usage/")}
    assert partitions == {OF_OCTOBER, OF_OCTOBER.replace("10-01", "09-01")}
    query = "select token_accounting, input_tokens from usage order by month"
    rows = lu.open(lake).sql(query).values.tolist()
    assert rows == lu.open(database).sql(query).values.tolist()
    assert rows[1:] == [["exclusive", 70], ["exclusive", 65]]  # 60 + 10; 60 + 5


HOSTILE = (
    *("a/b c", "../../up", "123", "00123", "a=b&c", "%2F", 'it\'s "{x}" \\ :*?[0]', "+", "."),
    *("Zürich 模型 🚀", "__HIVE_DEFAULT_PARTITION__", "month=2026-01-01", "a\tb"),
)


def test_workspaces_may_be_called_anything(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        for number, org_id in enumerate(HOSTILE):
            row = {"org_id": org_id, "requests": str(number)}
            builder.keep(days("2026-10-01"), row, org_id=org_id)
        across = {"org_id": "a/b c", "requests": "99"}
        builder.keep(days("2026-08-28", "2026-09-03"), across, org_id="a/b c")
    lake = database.with_name("a lake=1 [x] * %41 'é")
    make_lake(lake, database)
    paths = {path.parent for path in lake.rglob("*.parquet")}
    assert all(path.is_relative_to(lake) for path in paths)
    query = "select org_id, month, requests from usage order by all"
    expected = lu.open(database).sql(query)
    with open_for_reading(lake):
        usage = lu.open(lake)
        assert usage.sql(query).equals(expected)
        for number, org_id in enumerate(HOSTILE):
            [found] = usage.cost_per_key("2026-10", org=org_id)["requests"]
            assert found == number, org_id
    assert expected["month"].isna().sum() == 1


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


def test_what_cannot_be_a_lake_is_refused(tiny: Path, lake: Path, tmp_path: Path) -> None:
    def refused(status: int, reason: str, *arguments: str) -> None:
        assert_refused(call(tmp_path, "lake", *arguments), status, reason)

    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("keep me")
    refused(2, "notes holds something else", "notes", "--db", tiny.name)
    refused(2, "tiny.duckdb is a file; name a folder", tiny.name, "--db", tiny.name)
    refused(1, "There is no database at none.duckdb", "new", "--db", "none.duckdb")
    refused(2, "lake is a folder; name databases", "new", "--db", "lake")
    assert not (tmp_path / "new").exists()
    with FileLock(lake / ".lock"):
        refused(1, "Another process is writing the lake lake; try again", "lake")
    for command in ("fetch", "load tiny.duckdb", "rebuild", "keys load", "unload x"):
        nothing_added = call(tmp_path, *command.split(), "--db", "lake", LANGDOCK_API_KEY="x")
        assert_refused(nothing_added, 1, "lake is a folder, to which nothing is added")
    assert {path.name for path in tmp_path.iterdir()} == {
        *("notes", "lake", "tiny.duckdb", "raw", "keys.csv"),
    }


def test_who_reads_keeps_the_lake_as_it_is(tiny: Path, lake: Path) -> None:
    restate(tiny)
    before = files_of(lake)
    with open_for_reading(lake):
        with pytest.raises(DatabaseLocked, match="Another program has been reading the lake"):
            make_lake(lake, tiny, wait_seconds=0.1)
        assert lu.open(lake).restatements().empty
        waiting = threading.Thread(target=make_lake, args=(lake, tiny), kwargs={"wait_seconds": 60})
        waiting.start()
        assert lu.open(lake).restatements().empty
        assert files_of(lake) == before
    waiting.join()
    assert len(lu.open(lake).restatements()) == 1


def test_full_disk_leaves_the_lake_as_it_was(tiny: Path, lake: Path) -> None:
    restate(tiny)
    before = files_of(lake)
    with full_disk(500), pytest.raises(StoreError, match="lake cannot be written"):
        make_lake(lake, tiny)
    assert files_of(lake) == before
    assert lu.open(lake).restatements().empty
    make_lake(lake, tiny)
    assert len(lu.open(lake).restatements()) == 1


# Each run is a process of its own, which kills itself at the n-th move or removal of a file.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from langdock_usage.store.connection import open_for_reading
from langdock_usage.writers.lake.write import write_lake

CHANGES = ("os.rename", "os.remove", "shutil.rmtree")

def forked(work, *arguments):
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            work(*arguments)
        finally:
            sys.stdout.flush()
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def write(lake, kill_at=None):
    left = kill_at
    def hook(event, arguments):
        nonlocal left
        if event in CHANGES and str(lake) in str(arguments):
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
    if kill_at is not None:
        sys.addaudithook(hook)
    write_lake(lake, [Path("tiny.duckdb")], lambda *_: None)

def tell(lake):
    with open_for_reading(lake) as connection:
        print([connection.execute(query).fetchall() for query in (
            "select org_id, api_key_id, total_cost_usd from cost_per_key order by all",
            "select requests_before, requests_after, rows_gone from restatements",
            "select count(*) from counted_exports",
        )])

kill_at = 0
while True:
    lake = Path(f"lake-{kill_at}").absolute()
    shutil.copytree("lake", lake)
    status = forked(write, lake, kill_at)
    print(status)
    forked(tell, lake)
    forked(write, lake)
    forked(tell, lake)
    print(sorted(path.name for path in lake.iterdir() if path.name.startswith(".")))
    if status == 0:
        break
    kill_at += 1
"""


@pytest.mark.slow
def test_killed_at_any_change_of_a_file_it_is_one_lake_or_the_other(
    tiny: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.duckdb"
    with DatabaseBuilder(other) as builder:
        builder.keep(days("2026-10-01"), {"org_id": "org_b", "total_cost_usd": "7"})
    make_lake(tmp_path / "lake", tiny, other)
    restate(tiny)
    command = [sys.executable, "-c", KILLED]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    runs = [tuple(lines[start : start + 4]) for start in range(0, len(lines), 4)]
    before, after = runs[0][1], runs[-1][1]
    assert "org_b" in before
    assert "org_b" not in after
    assert [status for status, *_ in runs] == ["-9"] * (len(runs) - 1) + ["0"]
    # the former lake, then from one change on the new one; and the next run brings it to an end
    states = [state for _, state, *_ in runs]
    assert states == [before] * states.count(before) + [after] * states.count(after)
    assert states.count(after) > 5
    assert {(mended, left) for *_, mended, left in runs} == {(after, "['.in-use', '.lock']")}
