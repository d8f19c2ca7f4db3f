"""Whose the keys are, as it was known at a moment; and that no version or crash loses it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

import langdock_usage as lu
from langdock_usage.errors import StoreError
from langdock_usage.ingest.load import load as load_files
from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.ingest.reference_files import restore
from langdock_usage.metrics.usage import Usage
from langdock_usage.raw.archive import Archive
from langdock_usage.raw.reference.copies import ReferenceCopies
from langdock_usage.store.writing.store import Store
from tests.support.keys import HEADER, load, six_days
from tests.support.queries import rows


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "test.duckdb"


OLD_TABLE = """
drop view key_owners;
drop table reference_loads;
drop table loaded_key_owners;
drop table if exists schema_version;
create table key_owners (
    api_key_id varchar not null, team varchar, cost_center varchar, owner varchar,
    valid_from date, successor_of varchar
);
"""


def test_owners_as_of_a_moment_are_those_that_were_known_then(database: Path) -> None:
    """Loaded on 2 and 3 November, and taken away on 4 November; the exports are of the first."""
    six_days(database)
    archive = Archive(database)
    copies = ReferenceCopies(archive, "keys")
    lines = {2: "key_1,A,,,,\nkey_2,,,,,key_1\n", 3: "key_1,B,77,,,\n", 4: ""}
    for day, text in lines.items():
        copies.keep((HEADER + text).encode(), datetime(2026, 11, day, 12, tzinfo=UTC))
    with Store(database) as store:
        assert restore(store, archive) == []
        assert restore(store, archive) == []

    def check() -> None:
        for moment, team_1, team_2, chain in (
            ("2026-11-01", None, None, "key_1"),
            ("2026-11-02", "A", "A", "key_2"),
            ("2026-11-03T13:00+02:00", "A", "A", "key_2"),
            ("2026-11-03T14:00+02:00", "B", None, "key_1"),
            ("2026-11-04T12:00Z", None, None, "key_1"),
            (None, None, None, "key_1"),
        ):
            usage: Usage = lu.open(database)
            usage = usage.as_of(moment) if moment else usage
            asked = usage.sql(
                "select distinct api_key_id, team, chain_id from owned_usage order by all"
            )
            assert asked.astype(object).where(asked.notna(), None).to_numpy().tolist() == [
                ["key_1", team_1, chain],
                ["key_2", team_2, "key_2"],
            ]
            named = {team for team in (team_1, team_2) if team}
            assert set(usage.cost_per_team()["team"]) - {"unassigned"} == named

    check()
    before = owners_in(database)
    rebuild(database, lambda *_: None)
    assert owners_in(database) == before
    check()


def owners_in(database: Path) -> list[list[tuple[object, ...]]]:
    tables = ("reference_loads", "loaded_key_owners", "key_owners")
    return [rows(database, f"from {table} order by all") for table in tables]


def test_database_of_the_first_version_keeps_its_owners(database: Path) -> None:
    """It knew the file that was loaded last, and not when; the archive knows all of them."""
    six_days(database)
    load(database, "key_1,A,,,,\n")
    load(database, "key_1,B,,,,\nkey_2,C,,,2026-10-01,\n")
    expected = owners_in(database)

    def make_old() -> None:
        with duckdb.connect(database) as connection:
            lines = connection.execute("from key_owners").fetchall()
            connection.execute(OLD_TABLE)
            connection.executemany("insert into key_owners values (?, ?, ?, ?, ?, ?)", lines)

    make_old()
    with pytest.raises(StoreError, match="brings it up to date"):
        lu.open(database)
    with Store(database):
        pass
    assert owners_in(database)[2] == expected[2]
    assert set(lu.open(database).cost_per_team()["team"]) == {"B", "C", "unassigned"}
    with Store(database) as store:
        assert list(load_files(store, [])) == []
    assert owners_in(database) == expected
    # without the archive, it is not known when
    shutil.rmtree(Archive(database).folder)
    make_old()
    with Store(database):
        pass
    usage = lu.open(database).as_of("2026-11-01T23:00Z")
    assert set(usage.cost_per_team()["team"]) == {"B", "C", "unassigned"}


def test_file_that_was_kept_but_not_taken_in_is_made_up_for(database: Path) -> None:
    """A process died between the two; a file that cannot be read any more stops nothing."""
    six_days(database)
    load(database, "key_1,A,,,,\n")
    copies = ReferenceCopies(Archive(database), "keys")
    copies.keep((HEADER + "key_1,B,,,,\n").encode(), datetime.now(UTC))
    broken = copies.keep(b"no keys file", datetime.now(UTC))
    with Store(database) as store:
        [told] = load_files(store, [])
    assert str(broken) in str(told)
    assert set(lu.open(database).cost_per_team()["team"]) == {"B", "unassigned"}
    with pytest.raises(StoreError, match=f"nothing was changed.*{broken.name}"):
        rebuild(database, lambda *_: None)
    [left_out] = rebuild(database, lambda *_: None, skip_damaged=True).left_out
    assert str(broken) in left_out
    assert rebuild(database, lambda *_: None).left_out == ()
    assert set(lu.open(database).cost_per_team()["team"]) == {"B", "unassigned"}
