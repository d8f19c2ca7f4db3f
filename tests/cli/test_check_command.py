"""The command `check`, as cron and CI run it."""

import json
from datetime import date
from pathlib import Path

import pytest

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.sandbox.workspace.owners import keys_file
from langdock_usage.sandbox.workspace.workspace import Workspace
from langdock_usage.windows import Period
from tests.support.command import assert_refused, call
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.data.sandbox_days import add_days

MISSING_IS_FINE = "[days_missing]\nenabled = false\n"


@pytest.fixture(scope="module")
def project(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sandbox's workspace as it was known in the morning of 20 October 2026."""
    folder = tmp_path_factory.mktemp("project")
    known = Period(date(2026, 8, 1), date(2026, 10, 19))
    database = add_days(folder / "data" / "langdock.duckdb", workspace, known)
    keys = folder / "data" / "keys.csv"
    keys.write_text(keys_file(workspace.org_id, moved_on=date(2026, 10, 1)), encoding="utf-8")
    load_file(KEYS, database, keys)
    (folder / "data" / "check.toml").write_text(MISSING_IS_FINE)
    return folder


def test_somebody_would_have_been_told_on_20_october(project: Path) -> None:
    told = call(project, "check", "--month", "2026-10")
    assert (told.returncode, told.stderr) == (3, "")
    head, line = told.stdout.splitlines()
    assert head == "2026-10: 1 finding"
    assert line.startswith("anomaly: Data Platform / Nachtlauf on gemini-2.5-flash cost ")
    assert "USD on 2026-10-19," in line
    assert "USD more than expected. Cause: volume. Ask its owner" in line


def test_json_for_programs_and_markdown_for_a_message(project: Path) -> None:
    told = call(project, "check", "--month", "2026-10", "--format", "json")
    assert (told.returncode, told.stderr) == (3, "")
    found = json.loads(told.stdout)
    assert found["month"] == "2026-10"
    [finding] = found["findings"]
    assert (finding["kind"], finding["cause"]) == ("anomaly", "volume")
    pasted = call(project, "check", "--month", "2026-10", "--format", "markdown")
    assert (pasted.returncode, pasted.stdout.splitlines()[0]) == (3, "**2026-10: 1 finding**")


def test_nothing_to_do_and_what_cannot_be_done(project: Path) -> None:
    quiet = call(project, "check", "--month", "2026-08")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "2026-08: nothing to do\n", "")
    assert_refused(call(project, "check", "--month", "2026-06"), 1, "no data for 2026-06")
    assert_refused(call(project, "check", "--month", "June"), 2, "'June' is not a month")
    assert call(project, "check", "--format", "xml").returncode == 2
    file = project / "data" / "check.toml"
    file.write_text("[anomalie]\n")
    assert_refused(call(project, "check", "--month", "2026-10"), 1, "did you mean 'anomaly'")
    file.write_text(MISSING_IS_FINE)


def test_one_of_several_workspaces(tmp_path: Path) -> None:
    with DatabaseBuilder(tmp_path / "two.duckdb") as builder:
        for org_id in ("org_a", "org_b"):
            builder.keep(days("2026-10-01", "2026-10-31"), {"org_id": org_id})
    asked = ("check", "--month", "2026-10", "--db", "two.duckdb")
    assert_refused(call(tmp_path, *asked), 2, r"choose one of org_a, org_b with --org\.$")
    told = call(tmp_path, *asked, "--org", "org_b", "--format", "json")
    assert json.loads(told.stdout)["org_id"] == "org_b"
    assert [one["kind"] for one in json.loads(told.stdout)["findings"]] == ["unassigned"]
