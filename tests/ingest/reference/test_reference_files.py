"""What any reference file may hold: read exactly, or refused with all mistakes on one line."""

import csv
import io
import unicodedata
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langdock_usage.errors import ReferenceFileError
from langdock_usage.escaping import csv_line, escape_formula
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.csv_file import read_csv_file
from langdock_usage.raw.reference.kinds import STATED
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.raw.reference.kinds.workspaces import WORKSPACES, WorkspaceName
from langdock_usage.raw.reference.reading import read_lines
from langdock_usage.raw.reference.reference_file import ReferenceFile
from langdock_usage.sql import read_sql
from langdock_usage.store.writing.store import Store
from tests.support.data.budgets import BUDGETS, Budget
from tests.support.keys import six_days
from tests.support.queries import rows


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    database = tmp_path / "test.duckdb"
    six_days(database)
    return database


def test_columns_in_any_order_and_case_and_blank_lines(file: Path) -> None:
    file.write_text(
        "\n AMOUNT_USD ,Note,scope,name\n".removeprefix("\n")
        + '123456789.123456789,"x, y",team,Sales\n'
        + "\n , , , \n0,,workspace,\n"
    )
    assert read_lines(BUDGETS, read_csv_file(file)) == {
        2: Budget(
            scope="team", name="Sales", amount_usd=Decimal("123456789.123456789"), note="x, y"
        ),
        5: Budget(scope="workspace", amount_usd=Decimal(0)),
    }


def test_all_mistakes_of_every_sort_at_once(file: Path) -> None:
    file.write_text(
        "scope,name,amount_usd,valid_form,note\n"
        "key,k,1e3,,\n"
        "team,,,,\x07\n"
        "team,A,1,,\n"
        "team,A,2,,\n"
        "workspace,B,1,,\n"
    )
    with pytest.raises(ReferenceFileError) as refused:
        read_lines(BUDGETS, read_csv_file(file))
    assert str(refused.value) == (
        f"{file}: "
        "line 1: there is no column 'valid_form' (did you mean 'valid_from'?); "
        "line 2: amount_usd: '1e3' is not an amount; "
        "line 2: scope: 'key' is neither 'workspace' nor 'team'; "
        "line 3: amount_usd is empty; "
        "line 3: note holds a sign that cannot be printed; "
        "line 5: says again what A may spend; see line 4; "
        "line 6: name is for a team, and has to be there. "
        "Nothing was changed."
    )


def test_every_column_that_must_be_there_is_asked_for(file: Path) -> None:
    file.write_text("name,note\nA,\n")
    with pytest.raises(
        ReferenceFileError,
        match=r"line 1: the column 'amount_usd' is missing; `langdock-usage limits template` "
        r".*; line 1: the column 'scope' is missing;",
    ):
        read_lines(BUDGETS, read_csv_file(file))


def test_lines_are_alike_only_in_all_of_the_columns_that_tell_them_apart(file: Path) -> None:
    file.write_text(
        "scope,name,amount_usd,valid_from\n"
        "team,A,1,\nteam,A,1,2026-10\nteam,B,1,\nteam,A,2,2026-10\nteam,A,3,2026-13\n"
    )
    with pytest.raises(ReferenceFileError) as refused:
        read_lines(BUDGETS, read_csv_file(file))
    # line 6 is not compared: its month is not known
    assert str(refused.value) == (
        f"{file}: line 5: says again what A may spend; see line 3; "
        "line 6: valid_from: '2026-13' is not a month; write it as YYYY-MM, like 2026-10. "
        "Nothing was changed."
    )


def test_values_arrive_in_the_database_as_they_are(database: Path, file: Path) -> None:
    """An older table lacks columns, and has others in another order; text stays text."""
    table = {"table": BUDGETS.table, "columns": BUDGETS.sql_columns}
    with Store(database) as store:
        store._connection.execute(
            f"create table {BUDGETS.table} (amount_usd decimal(18, 9), loaded_at timestamptz)"
        )
        store._connection.execute(read_sql("store/schema/loaded_lines", **table))
    described = rows(database, f"select column_name, column_type from (describe {BUDGETS.table})")
    assert described == [
        ("amount_usd", "DECIMAL(18,9)"),
        ("loaded_at", "TIMESTAMP WITH TIME ZONE"),
        ("scope", "VARCHAR"),
        ("name", "VARCHAR"),
        ("valid_from", "DATE"),
        ("note", "VARCHAR"),
    ]
    file.write_text(
        "scope,name,amount_usd,valid_from,note\n"
        "team,'); drop table exports; --,999999999.999999999,2026-10,'=1+1\n"
        "workspace,,0.000000001,,\n"
    )
    loaded = load_file(BUDGETS, database, file)
    assert (loaded.line_count, loaded.subject_count) == (2, 2)
    assert rows(
        database,
        "select scope, name, amount_usd, valid_from, note from loaded_test_budgets order by all",
    ) == [
        (
            *("team", "'); drop table exports; --", Decimal("999999999.999999999")),
            *(date(2026, 10, 1), "=1+1"),
        ),
        ("workspace", None, Decimal("0.000000001"), None, None),
    ]


@pytest.mark.parametrize("kind", STATED, ids=lambda kind: kind.name)
def test_columns_are_those_of_table_and_template(kind: ReferenceFile[Any], database: Path) -> None:
    described = rows(database, f"select column_name from (describe {kind.table})")
    assert [name for (name,) in described] == ["loaded_at", *kind.columns]
    template = read_sql(f"ingest/{kind.name}_template")
    described = rows(database, f"select column_name from (describe {template})")
    assert tuple(name for (name,) in described) == kind.template_columns
    assert {*kind.unique, *kind.subject, *kind.to_fill_in} <= kind.columns.keys()


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Zs", "Co", "Cn"]))
SIGNS = (b'"', b"'", b",", b";", b"=", b" ", b"\t", b"\n", b"\r", b"\0", b"\xff", b"\xc3", b"a")
BITS = st.sampled_from([*SIGNS, b"\xef\xbb\xbf", b"org_1"])
CHANGES = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3), BITS), max_size=3)


def changed(content: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """Bytes put in, and up to three taken out, at some places."""
    for place, taken, put in changes:
        place %= len(content) + 1
        content = content[:place] + put + content[place + taken :]
    return content


def independently(content: bytes) -> list[dict[str, str | None]]:
    """The lines of a workspaces file with commas, read in another way."""

    def said(cell: str) -> str | None:
        cell = cell.strip()
        if cell.startswith("'") and escape_formula(cell[1:]) == cell:
            cell = cell[1:]
        return unicodedata.normalize("NFC", cell) or None

    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    found = [[said(cell) for cell in row] for row in csv.reader(text)]
    heads = [str(head).lower() for head in found[0]]
    lines = [dict(zip(heads, row, strict=True)) for row in found[1:] if any(row)]
    return [{"org_id": line["org_id"], "name": line.get("name")} for line in lines]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(NAMES, max_size=4), CHANGES)
def test_file_is_read_exactly_or_refused_on_one_line(
    file: Path, names: list[str], changes: list[tuple[int, int, bytes]]
) -> None:
    lines = [
        "org_id,name",
        *(csv_line((f"org_{n}", escape_formula(x))) for n, x in enumerate(names)),
    ]
    content = changed("\n".join(lines).encode(), changes)
    file.write_bytes(content)
    try:
        found = read_lines(WORKSPACES, read_csv_file(file))
    except ReferenceFileError as error:
        assert len(str(error).splitlines()) == 1
        assert str(file) in str(error)
        assert changes or any(len(name) > 200 for name in names)
    else:
        assert [asdict(line) for line in found.values()] == independently(content)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(NAMES, min_size=1, max_size=4), CHANGES)
def test_database_holds_the_whole_file_or_is_as_it_was(
    database: Path, file: Path, names: list[str], changes: list[tuple[int, int, bytes]]
) -> None:
    lines = [
        "api_key_id,team",
        *(csv_line((f"key_{n}", escape_formula(x))) for n, x in enumerate(names)),
    ]
    file.write_bytes(changed("\n".join(lines).encode(), changes))
    query = "select api_key_id, team, valid_from from key_owners order by all"
    expected = [(key, team or "", day) for key, team, day in rows(database, query)]
    try:
        load_file(KEYS, database, file)
    except ReferenceFileError:
        pass
    else:
        owners = read_lines(KEYS, read_csv_file(file)).values()
        expected = [(one.api_key_id, one.team or "", one.valid_from) for one in owners]
    found = [(key, team or "", day) for key, team, day in rows(database, query)]
    assert sorted(found) == sorted(expected)


def test_empty_file_says_what_is_missing(file: Path) -> None:
    file.write_bytes(b"")
    with pytest.raises(ReferenceFileError, match="the column 'org_id' is missing"):
        read_lines(WORKSPACES, read_csv_file(file))
    file.write_text("org_id\nx\n")
    assert read_lines(WORKSPACES, read_csv_file(file)) == {2: WorkspaceName("x")}
