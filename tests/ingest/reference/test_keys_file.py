"""The keys file as a person keeps it: read, told all that is wrong with it, and added to."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import langdock_usage as lu
from langdock_usage.cli.aligned import aligned
from langdock_usage.errors import ReferenceFileError
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.ingest.templates import add_missing, template
from langdock_usage.raw.reference.kinds.keys import KEYS, KeyOwner
from tests.support.command import assert_refused, call
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.keys import load, read_keys, six_days

HOSTILE = 'x\r\u2028=1;"\n'


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Three keys: `=k` costs most, then key_2, then key_1."""
    database = tmp_path / "data" / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        rows = [
            {"api_key_id": "key_1", "api_key_name": "Search", "total_cost_usd": "0.25"},
            {"api_key_id": "key_2", "api_key_name": HOSTILE, "total_cost_usd": "1234.5"},
            {"api_key_id": "=k", "api_key_name": "", "total_cost_usd": "1234.75"},
        ]
        builder.add(days("2026-10-01"), *rows)
    return database


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "keys.csv"
    file.write_text(
        "api_key_id,teem,owner,owner,valid_from,successor_of\n"
        "k,A,\x1b,\x1b,31.10.2026,k\n"
        ",A,x,x,,\n"
        "l,A\n"
        "m,,,,,n\n"
        "m,,,,,n\n"
    )
    with pytest.raises(ReferenceFileError) as refused:
        read_keys(file)
    assert str(refused.value) == (
        f"{file}: "
        "line 1: the column 'owner' stands there twice; "
        "line 1: there is no column 'teem' (did you mean 'team'?); "
        "line 2: owner holds a sign that cannot be printed; "
        "line 2: the key 'k' cannot be its own successor; "
        "line 2: valid_from: '31.10.2026' is not a day; write it as YYYY-MM-DD, like 2026-10-31; "
        "line 3: api_key_id is empty; "
        "line 4: has 2 values where the header has 6 columns; "
        "line 6: says again whose the key is from the beginning on; see line 5. "
        "Nothing was changed."
    )


def test_mistakes_of_lines_are_told_though_the_key_column_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "keys.csv"
    file.write_text("key,valid_from\nk,soon\n")
    with pytest.raises(ReferenceFileError, match=r"line 1: .*line 1: .*line 2: valid_from: 'soon'"):
        read_keys(file)


def test_template_with_any_name_can_be_loaded(database: Path) -> None:
    file = database.with_name("keys.csv")
    file.write_text(template(KEYS, lu.open(database)), encoding="utf-8", newline="")
    assert [owner.api_key_id for owner in read_keys(file).values()] == ["=k", "key_2", "key_1"]
    assert load_file(KEYS, database, file).warnings == ()


@pytest.mark.parametrize(
    ("kept", "added"),
    [
        # a byte order mark, semicolons, line ends of Windows, none at the end; columns of one's own
        (
            "\ufeffNote;TEAM;api_key_id;total_cost_usd\r\n# mine\r\n;;;\r\n=x;  Büro ;'=k;3,5",
            '\r\n;;key_2;"1234,5"\r\n;;key_1;"0,25"\r\n',
        ),
        ("api_key_id\nkey_1\nkey_2\n", "'=k\n"),
        ("owner\tapi_key_id\nAna\tkey_2\nBen\tkey_2\n", "\t'=k\n\tkey_1\n"),
        ("api_key_id,team\nkey_1,A\n'=k,A\n", "key_2,\n"),
        (
            "api_key_name,api_key_id,valid_from\n,=k,\n",
            '"x\r\u2028=1;""\n",key_2,\nSearch,key_1,\n',
        ),
        ("api_key_id,team\nkey_1,A\nkey_2,A\n=k,A", ""),
    ],
)
def test_update_adds_what_is_missing_and_keeps_every_byte(
    database: Path, kept: str, added: str
) -> None:
    file = database.with_name("keys.csv")
    file.write_bytes(kept.encode())
    file.chmod(0o640)
    usage = lu.open(database)
    before = file.stat()
    lines = [line for line in added.splitlines() if "key_" in line or "=k" in line]
    assert add_missing(KEYS, file, usage) == len(lines)
    assert file.read_bytes().decode() == kept + added
    assert file.stat().st_mode == before.st_mode
    if not added:
        assert file.stat().st_ino == before.st_ino
    assert add_missing(KEYS, file, usage) == 0


def test_update_brings_the_lines_of_a_key_that_were_loaded(database: Path) -> None:
    file = database.with_name("keys.csv")
    file.write_text("api_key_id,team,valid_from\nkey_1,A,\nkey_1,B,2026-11-01\nkey_2,C,\n")
    load_file(KEYS, database, file)
    file.write_text("api_key_id,valid_from,team\n")
    assert add_missing(KEYS, file, lu.open(database)) == 3
    assert file.read_text().splitlines()[1:] == [
        "'=k,,",
        "key_2,,C",
        "key_1,,A",
        "key_1,2026-11-01,B",
    ]


def test_update_writes_through_a_link_and_whole_or_not_at_all(
    database: Path, tmp_path: Path
) -> None:
    file, link = tmp_path / "kept.csv", tmp_path / "keys.csv"
    file.write_text("api_key_id\n")
    link.symlink_to(file)
    assert add_missing(KEYS, link, lu.open(database)) == 3
    assert link.is_symlink()
    assert len(file.read_text().splitlines()) == 4
    file.write_text('api_key_id\nkey_1\n"key_2\n')
    with pytest.raises(ReferenceFileError, match="not a CSV file"):
        add_missing(KEYS, link, lu.open(database))
    file.write_text("key\nkey_1\n")
    with pytest.raises(
        ReferenceFileError, match=r"keys\.csv, line 1: the column 'api_key_id' is missing"
    ):
        add_missing(KEYS, link, lu.open(database))
    assert file.read_text() == "key\nkey_1\n"


@pytest.mark.usefixtures("database")
def test_commands_name_the_file_that_was_used(tmp_path: Path) -> None:
    db = ("--db", "data/test.duckdb")
    written = call(tmp_path, "keys", "template", "my keys.csv", *db)
    assert (written.returncode, written.stdout) == (0, "my keys.csv\n")
    load = "`langdock-usage keys load 'my keys.csv' --db data/test.duckdb`"
    assert written.stderr == f"Fill in team, cost_center, owner; then {load}.\n"
    file = tmp_path / "my keys.csv"
    assert file.read_bytes().startswith("\ufeffapi_key_id,team".encode())

    again = call(tmp_path, "keys", "template", "my keys.csv", *db)
    update = "`langdock-usage keys template --update 'my keys.csv' --db data/test.duckdb`"
    assert_refused(again, 2, f"my keys.csv is there already; .* {update}, or name another file")

    nothing = call(tmp_path, "keys", "template", "--update", "my keys.csv", *db)
    assert (nothing.returncode, nothing.stdout) == (0, "my keys.csv\n")
    assert nothing.stderr == "There is a line for every key already; nothing was changed.\n"

    file.write_text("api_key_id,team\nkey_1,A\nkey_3,A\n")
    added = call(tmp_path, "keys", "template", "--update", "my keys.csv", *db)
    assert added.stderr == f"2 keys added.\nFill in team, cost_center, owner; then {load}.\n"
    assert file.read_text() == "api_key_id,team\nkey_1,A\nkey_3,A\n'=k,\nkey_2,\n"

    loaded = call(tmp_path, "keys", "load", "my keys.csv", *db)
    assert (loaded.returncode, loaded.stdout) == (
        0,
        "4 lines on 4 keys loaded from my keys.csv.\n",
    )
    assert loaded.stderr.splitlines()[0].startswith(
        "Warning: my keys.csv, line 3: no usage of the key 'key_3' is known; did you mean 'key_"
    )
    listed = call(tmp_path, "keys", "list", *db)
    # 1234.75 > 1234.5 > 0.25, points below each other; what a terminal would obey is replaced
    assert listed.stdout.splitlines() == [
        "total_cost_usd  requests  last_day    team  cost_center  owner  api_key_id  api_key_name",
        "       1234.75        10  2026-10-01                            =k",
        '       1234.5         10  2026-10-01                            key_2       x��=1;"�',
        "          0.25        10  2026-10-01  A                         key_1       Search",
    ]
    assert listed.stderr == "3 keys, 2 without an owner.\n"


def test_columns_are_aligned_whatever_stands_in_them() -> None:
    rows = [
        ("東京", 5, Decimal("10"), "a"),
        (None, None, None, "b"),
        ("x\x1b", 12, Decimal("0.5"), "c"),
    ]
    assert aligned(("n", "count", "usd", "last"), rows) == [
        "n     count   usd  last",
        "東京      5  10    a",
        "                   b",
        "x�       12   0.5  c",
    ]
    assert aligned(("n", "usd"), []) == []


@pytest.fixture(scope="module")
def of_team_a(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first of two keys belongs to team A."""
    database = tmp_path_factory.mktemp("keys") / "test.duckdb"
    six_days(database)
    load(database, "key_1,A,,,,\n")
    return database


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        (",A,,,,\n", "line 2: api_key_id is empty"),
        ("k,A,,,31.10.2026,\n", "line 2: valid_from: '31.10.2026' is not a day; write it as"),
        ("k,A,,,2026-02-30,\n", "line 2: valid_from: '2026-02-30' is not a day"),
        ("k,A,,,,\n\nk,B,,,,\n", "line 4: says again whose the key is from the beginning on; see "
         "line 2"),
        ("k,A,,,2026-01-01,\nk,B,,,2026-01-01,\n", "line 3: says again whose the key is from "
         "2026-01-01 on; see line 2"),
        ("k,Unassigned,,,,\n", "line 2: team cannot be called 'Unassigned', which stands for none"),
        ("k,A\x1b[31m,,,,\n", "line 2: team holds a sign that cannot be printed"),
        ("k,A\u202eB,,,,\n", "line 2: team holds a sign that cannot be printed"),
        ('k,"A\nB",,,,\nl,,,,x,\n', "line 2: team holds a sign.*; line 4: valid_from: 'x'"),
        ("k," + "A" * 201 + ",,,,\n", "line 2: team has more than 200 signs"),
        ("k,A,,,,k\n", "line 2: the key 'k' cannot be its own successor"),
        ("a,,,,,b\nb,,,,,c\nc,,,,,a\n", "line 2: the successors of 'a' lead back to itself"),
        ("b,,,,,a\nc,,,,,a\n", "line 3: 'a' has the successor 'b' already, on line 2"),
        ("b,,,,,a\nb,A,,,2026-01-01,c\n", "line 3: the key follows 'c', but 'a' on line 2"),
        ("k,A,,\n", "line 2: has 4 values where the header has 6 columns"),
        ('k,"A,,,,\n', "not a CSV file"),
        ("k,A,,,x,\n" * 30, "line 21: .*; and 10 more"),
    ],
)  # fmt: skip
def test_wrong_lines_are_named_and_nothing_is_changed(
    of_team_a: Path, lines: str, faults: str
) -> None:
    with pytest.raises(ReferenceFileError, match=faults):
        load(of_team_a, lines)
    assert set(lu.open(of_team_a).cost_per_team()["team"]) == {"A", "unassigned"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "line 1: .*'api_key_id' is missing; `langdock-usage keys template`"),
        (b"team,owner\nA,B\n", "line 1: the column 'api_key_id' is missing"),
        (b"api_key_id,teem\nk,A\n", "line 1: there is no column 'teem' .did you mean 'team'"),
        (b"api_key_id,team,Team\nk,A,B\n", "line 1: the column 'team' stands there twice"),
        (b"api_key_id,team\nk,A\nl,B\xfcro\n", "line 3: not UTF-8; save it as `CSV UTF-8`"),
    ],
)
def test_file_that_is_no_keys_file(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "keys.csv"
    file.write_bytes(content)
    with pytest.raises(ReferenceFileError, match=reason):
        read_keys(file)


def test_spreadsheets_write_it_in_their_own_way(tmp_path: Path) -> None:
    file = tmp_path / "keys.csv"
    file.write_bytes(
        "\ufeffTeam ;API_KEY_ID;valid_from\r\nBüro Süd ; key_1;2026-10-01\r\n;;\r\n".encode()
    )
    assert read_keys(file) == {2: KeyOwner("key_1", team="Büro Süd", valid_from=date(2026, 10, 1))}
    file.write_bytes("api_key_id,team\nk,Bu\u0308ro\n".encode())
    assert read_keys(file)[2].team == "Büro"
