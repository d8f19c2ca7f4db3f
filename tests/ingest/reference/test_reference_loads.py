"""Reference files in the database: whole or not at all, brought back, known as of a moment."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import langdock_usage as lu
from langdock_usage.errors import ReferenceFileError, StoreError
from langdock_usage.files import UNFINISHED
from langdock_usage.ingest.load import load as load_exports
from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.ingest.reference_files import LoadedFile, load_file, restore
from langdock_usage.raw.archive import Archive
from langdock_usage.raw.reference.copies import ReferenceCopies
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.raw.reference.kinds.workspaces import WORKSPACES
from langdock_usage.raw.reference.reference_file import ReferenceFile
from langdock_usage.store.status import as_text, status
from langdock_usage.store.writing.store import Store
from tests.support.keys import six_days
from tests.support.queries import rows

Kind = ReferenceFile[Any]
VIEWS = {"keys": "select api_key_id, team from key_owners", "workspaces": "from workspace_names"}
# of each kind: two files that differ, and one with mistakes on lines 2 and 3
FILES = {
    "keys": (
        "api_key_id,team\nkey_1,A\nkey_2,\n",
        "api_key_id,team\nkey_1,B\n",
        "api_key_id,team\nkey_1,\x07\n,A\n",
    ),
    "workspaces": (
        "org_id,name\norg_a,Old Ltd\norg_b,\n",
        "name;org_id\nNew Ltd;org_a\n",
        "org_id,name\norg_a,\x07\n,A\n",
    ),
}
LINES: dict[str, tuple[list[tuple[str, str | None]], ...]] = {
    "keys": ([("key_1", "A"), ("key_2", None)], [("key_1", "B")]),
    "workspaces": ([("org_a", "Old Ltd")], [("org_a", "New Ltd")]),
}
of_every_kind = pytest.mark.parametrize("kind", [KEYS, WORKSPACES], ids=lambda kind: kind.name)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    database = tmp_path / "data" / "test.duckdb"
    six_days(database)
    return database


def load(kind: Kind, database: Path, content: str) -> LoadedFile:
    file = database.with_name(f"{kind.name}.csv")
    file.write_text(content, encoding="utf-8")
    return load_file(kind, database, file)


def known(kind: Kind, database: Path) -> list[tuple[Any, ...]]:
    return rows(database, f"{VIEWS[kind.name]} order by all")


def everything(kind: Kind, database: Path) -> list[list[tuple[Any, ...]]]:
    return [
        rows(database, f"from {table} order by all") for table in ("reference_loads", kind.table)
    ]


def copies(kind: Kind, database: Path) -> ReferenceCopies:
    return ReferenceCopies(Archive(database), kind.name)


@of_every_kind
def test_last_file_holds_and_a_wrong_one_changes_nothing(kind: Kind, database: Path) -> None:
    first, second, wrong = FILES[kind.name]
    load(kind, database, first)
    assert known(kind, database) == LINES[kind.name][0]
    load(kind, database, second)
    assert known(kind, database) == LINES[kind.name][1]
    before = everything(kind, database)
    with pytest.raises(ReferenceFileError, match=r"line 2: .*; line 3: .* Nothing was changed"):
        load(kind, database, wrong)
    assert everything(kind, database) == before
    kept = copies(kind, database).by_moment()
    assert [path.read_text() for path in kept.values()] == [first, second]
    load(kind, database, first.splitlines()[0])
    assert known(kind, database) == []


@of_every_kind
def test_load_that_fails_on_the_way_leaves_nothing_behind(kind: Kind, database: Path) -> None:
    load(kind, database, FILES[kind.name][0])
    with Store(database) as store:
        store._connection.execute(f"drop table {kind.table}")
    with pytest.raises(StoreError, match="cannot be written"):
        load(kind, database, FILES[kind.name][1])
    assert len(copies(kind, database).by_moment()) == 1
    assert len(rows(database, "from reference_loads")) == 1


@of_every_kind
def test_unchanged_file_is_not_loaded_again(kind: Kind, database: Path) -> None:
    first, second, _ = FILES[kind.name]
    loaded = load(kind, database, first)
    again = load(kind, database, first)
    [(moment,)] = rows(database, "select loaded_at from reference_loads")
    assert loaded.unchanged_since is None
    assert again == LoadedFile(2, 2, loaded.warnings, unchanged_since=moment)
    for content in (second, first):
        assert load(kind, database, content).unchanged_since is None
    assert len(copies(kind, database).by_moment()) == 3
    assert known(kind, database) == LINES[kind.name][0]


@of_every_kind
def test_file_holds_though_the_clock_was_set_back(kind: Kind, database: Path) -> None:
    first, second, _ = FILES[kind.name]
    ahead = datetime.now(UTC) + timedelta(days=1)
    copies(kind, database).keep(first.encode(), ahead)
    load(kind, database, second)
    assert known(kind, database) == LINES[kind.name][1]
    assert list(copies(kind, database).by_moment()) == [ahead, ahead + timedelta(microseconds=1)]


def test_rebuild_and_as_of_know_every_kind_as_it_was(database: Path) -> None:
    """Loaded on 2 and 3 November; the copies alone are enough to know it all again."""
    for kind in (KEYS, WORKSPACES):
        for day, content in zip((2, 3), FILES[kind.name], strict=False):
            copies(kind, database).keep(content.encode(), datetime(2026, 11, day, 12, tzinfo=UTC))
    with Store(database) as store:
        assert restore(store, Archive(database)) == []
    before = [everything(kind, database) for kind in (KEYS, WORKSPACES)]

    def check() -> None:
        assert [everything(kind, database) for kind in (KEYS, WORKSPACES)] == before
        for kind in (KEYS, WORKSPACES):
            first, second = LINES[kind.name]
            for moment, expected in (
                ("2026-11-01", []),
                ("2026-11-02", first),
                ("2026-11-03T13:00+02:00", first),
                ("2026-11-03T14:00+02:00", second),
            ):
                frame = lu.open(database).as_of(moment).sql(f"{VIEWS[kind.name]} order by all")
                found = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
                assert found == [list(line) for line in expected]
            assert known(kind, database) == second

    check()
    rebuild(database, lambda *_: None)
    check()
    database.unlink()
    rebuild(database, lambda *_: None)
    check()


@of_every_kind
def test_copy_that_cannot_be_read_stops_nothing_and_is_set_aside(
    kind: Kind, database: Path
) -> None:
    load(kind, database, FILES[kind.name][0])
    broken = copies(kind, database).keep(b"\xff", datetime.now(UTC))
    unfinished = broken.with_name(f".killed{UNFINISHED}")
    unfinished.touch()
    with Store(database) as store:
        [told] = load_exports(store, [])
    assert str(broken) in str(told)
    with pytest.raises(StoreError, match=f"nothing was changed.*{broken.name}"):
        rebuild(database, lambda *_: None)
    assert not unfinished.exists()
    [left_out] = rebuild(database, lambda *_: None, skip_damaged=True).left_out
    moved = Archive(database).folder / "refused" / kind.name / broken.name
    assert f"Set aside: {moved}." in left_out
    assert moved.read_bytes() == b"\xff"
    assert rebuild(database, lambda *_: None).left_out == ()
    assert known(kind, database) == LINES[kind.name][0]


def test_loads_of_keys_from_their_own_table_are_carried_over(database: Path) -> None:
    """As databases had it before workspaces had names."""
    for content in FILES["keys"][:2]:
        load(KEYS, database, content)
    before = everything(KEYS, database)
    with duckdb.connect(database) as connection:
        connection.execute(
            """
            create table key_owner_loads as select loaded_at, line_count from reference_loads;
            drop view workspace_names; drop view key_owners;
            drop table reference_loads; drop table loaded_workspace_names;
            update schema_version set sha256 = 'older';
            """
        )
    shutil.rmtree(Archive(database).folder / "keys")
    with Store(database):
        pass
    assert everything(KEYS, database) == before
    assert known(KEYS, database) == LINES["keys"][1]
    assert rows(database, "from duckdb_tables() where table_name = 'key_owner_loads'") == []


def test_status_calls_workspaces_by_their_names(database: Path) -> None:
    [workspace] = status(database)["workspaces"]
    assert workspace["name"] is None
    assert "\norg_a (UTC)\n" in as_text(status(database))
    loaded = load(WORKSPACES, database, "org_id,name\norg_a,Büro Süd\norg_aa,X\n")
    assert loaded.warnings == (
        "line 3: no usage of the workspace 'org_aa' is known; did you mean 'org_a'?",
    )
    [workspace] = status(database)["workspaces"]
    assert workspace["name"] == "Büro Süd"
    assert "\nBüro Süd: org_a (UTC)\n" in as_text(status(database))
    assert lu.open(database).workspaces() == {"org_a": "UTC"}
