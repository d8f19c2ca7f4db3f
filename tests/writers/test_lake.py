"""Writing a lake: where everything lies, what a run writes, and what it refuses."""

import json
import threading
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

import langdock_usage as lu
from langdock_usage.errors import DatabaseLocked
from langdock_usage.store.connection import open_for_reading
from langdock_usage.store.lake.manifest import FORMAT, TABLES
from tests.support.command import assert_refused, call
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.data.lakes import files_of, make_lake, restate, state

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

PARTITIONS = "hive_partitioning = true, hive_types = {'org_id': varchar, 'month': date}"
OF_OCTOBER = "usage/org_id=org_a/month=2026-10-01/rows.parquet"
KEYS = {"keys": "api_key_id,team\nkey_1,Product\nkey_2,Support\n"}


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
    assert (database["path"], database["workspaces"]) == ("../tiny.duckdb", ["org_a"])
    exports = lu.open(tiny).sql("select export_id from exports order by all")["export_id"]
    assert database["export_ids"] == exports.to_list()
    assert set(stated["files"]) == set(files_of(lake))


def test_tables_have_the_columns_of_this_format(lake: Path) -> None:
    """Where they are to have others, `FORMAT` has to be another number as well."""
    described = []
    with duckdb.connect() as connection:
        for table in sorted(TABLES):
            files = f"from read_parquet('{lake}/{table}/**/*.parquet', hive_partitioning = false)"
            columns = connection.execute(f"describe {files}").fetchall()
            described += [f"{table}.{name} {kind}" for name, kind, *_ in columns]
    text = "\n".join(described)
    assert (FORMAT, sha256(text.encode()).hexdigest()[:12]) == (1, "4d0b0947c039"), text


def test_only_what_changed_is_written(tiny: Path, lake: Path, tmp_path: Path) -> None:
    before = files_of(lake)
    call(tmp_path, "lake", "lake", "--db", tiny.name)  # as it is seen from the lake
    again = call(lake, "lake", ".")  # of the databases that it was made of
    assert again.stdout == f". is up to date: {len(before)} files.\n", again.stderr
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
