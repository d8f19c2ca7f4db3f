"""Opening a database: where it is looked for, what it says of itself, what it refuses."""

from pathlib import Path

import duckdb
import pytest

import langdock_usage as lu
from langdock_usage.errors import StoreError
from langdock_usage.report.monthly.open_month import open_month
from langdock_usage.store.writing.store import Store
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.data.example_data import build_tiny


def test_file_that_is_no_database_is_called_that(tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    file.write_text("api_key_id\nkey_1\n", encoding="utf-8")
    with pytest.raises(StoreError, match=r"usage\.csv is not a DuckDB file; open another"):
        lu.open(file)


def test_database_of_an_earlier_version_is_answered_with_help(database: Path) -> None:
    build_tiny(database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop view cost_per_team")
        connection.execute("update schema_version set sha256 = 'another'")
    with pytest.raises(StoreError, match=r"another version.*`langdock-usage rebuild`"):
        lu.open(database)
    with (
        pytest.raises(StoreError, match="another version"),
        open_month(database, "2026-10", None),
    ):
        pass
    Store(database).__exit__(None, None, None)
    assert len(lu.open(database).cost_per_team()) == 2


def test_overview_says_what_is_covered_and_what_is_missing(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        for first, last in (("09-01", "09-30"), ("10-01", "10-04"), ("10-06", "10-06")):
            builder.add(days(f"2026-{first}", f"2026-{last}"), {})
    shown = lu.open(database)._repr_html_()
    for text in ("org_a", "2026-09-01 to 2026-10-06 (35 known)", "2026-10-05", "2026-09<"):
        assert text in shown, text
    assert "missing: 2026-10-05" in repr(lu.open(database))
    assert lu.open(database).latest_month() == "2026-09"


def test_overview_escapes_hostile_names(tmp_path: Path) -> None:
    database = tmp_path / "<b>&.duckdb"
    with DatabaseBuilder(database) as builder:
        hostile = {"org_id": '<img src=x onerror="alert(1)">\x1b[2J'}
        builder.add(days("2026-10-05"), hostile)
    shown = lu.open(database)._repr_html_()
    assert "<img" not in shown and "<b>" not in shown
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in shown
    assert "\x1b" not in repr(lu.open(database))


def test_overview_of_a_database_that_is_gone_is_its_problem(database: Path) -> None:
    build_tiny(database)
    asked = lu.open(database)
    database.unlink()
    assert "There is no database at" in asked._repr_html_()
    assert "There is no database at" in repr(asked)


def test_database_is_found_from_any_folder_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LANGDOCK_USAGE_DB", raising=False)
    build_tiny(tmp_path / "data" / "langdock.duckdb")
    build_tiny(tmp_path / "elsewhere" / "my.duckdb")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert lu.open().path == tmp_path / "data" / "langdock.duckdb"
    (tmp_path / ".env").write_text("LANGDOCK_USAGE_DB=elsewhere/my.duckdb\n")
    assert lu.open().path == tmp_path / "elsewhere" / "my.duckdb"
    monkeypatch.setenv("LANGDOCK_USAGE_DB", "data/langdock.duckdb")
    assert lu.open().path == tmp_path / "data" / "langdock.duckdb"
