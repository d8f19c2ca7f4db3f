"""Errors speak Python in Python, and command line on the command line."""

from pathlib import Path

import pytest

import langdock_usage as lu
from langdock_usage.errors import InvalidRequest, LangdockUsageError
from tests.support.command import assert_refused, call
from tests.support.data.databases import DatabaseBuilder, days


def test_workspace_is_chosen_in_the_words_of_who_asks(tmp_path: Path) -> None:
    database = tmp_path / "two.duckdb"
    with DatabaseBuilder(database) as builder:
        for org_id in ("org_a", "org_b"):
            builder.add(days("2026-10-01"), {"org_id": org_id})
    with pytest.raises(InvalidRequest) as caught:
        lu.open(database).workspace()
    assert str(caught.value) == (
        f'Several workspaces in {database}; choose one of org_a, org_b with org="…".'
    )
    for command in (("report", "--month", "2026-10"), ("export", "usage", "--org", "org_c")):
        refused = call(tmp_path, *command, "--db", "two.duckdb")
        assert_refused(refused, 2, r"in two\.duckdb; choose one of org_a, org_b with --org\.$")


def test_database_is_named_in_the_words_of_who_asks(tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    other.write_text("no database" * 1000)
    for path, help in ((tmp_path / "none.duckdb", "or open another."), (other, "; open another.")):
        with pytest.raises(LangdockUsageError) as caught:
            lu.open(path)
        assert str(caught.value).endswith(help)
        refused = call(tmp_path, "status", "--db", path.name)
        assert_refused(refused, 1, r"name another with --db\.$")
