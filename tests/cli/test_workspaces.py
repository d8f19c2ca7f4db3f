"""The commands of a reference file that has none of its own: `workspaces list|template|load`."""

import json
from pathlib import Path

from tests.support.command import assert_refused, call
from tests.support.data.databases import DatabaseBuilder, days


def test_names_of_workspaces_from_template_to_status(tmp_path: Path) -> None:
    with DatabaseBuilder(tmp_path / "data" / "test.duckdb") as builder:
        builder.add(days("2026-10-01"), {"org_id": "org_a", "total_cost_usd": "2.5"})
        builder.add(days("2026-10-01"), {"org_id": "=b", "total_cost_usd": "10"})
    db = ("--db", "data/test.duckdb")
    file = tmp_path / "data" / "workspaces.csv"

    written = call(tmp_path, "workspaces", "template", *db)
    assert (written.returncode, written.stdout) == (0, "data/workspaces.csv\n")
    load = "`langdock-usage workspaces load --db data/test.duckdb`"
    assert written.stderr == f"Fill in name; then {load}.\n"
    lines = "org_id,name,timezone,total_cost_usd\n'=b,{},UTC,10\norg_a,,UTC,2.5\n"
    assert file.read_text(encoding="utf-8-sig") == lines.format("")

    file.write_text(lines.format("Büro"), encoding="utf-8")
    for said in (
        "2 lines on 2 workspaces loaded from data/workspaces.csv.",
        "data/workspaces.csv is as it was loaded on ",
    ):
        loaded = call(tmp_path, "workspaces", "load", *db)
        assert (loaded.returncode, loaded.stderr) == (0, "")
        assert loaded.stdout.startswith(said)
        assert loaded.stdout.count("\n") == 1

    listed = call(tmp_path, "workspaces", "list", *db)
    assert listed.stdout.splitlines() == [
        "org_id  name  timezone  total_cost_usd",
        "=b      Büro  UTC                 10",
        "org_a         UTC                  2.5",
    ]
    assert listed.stderr == "2 workspaces.\n"
    as_json = call(tmp_path, "workspaces", "list", "--json", *db)
    assert json.loads(as_json.stdout) == [
        {"org_id": "=b", "name": "Büro", "timezone": "UTC", "total_cost_usd": "10"},
        {"org_id": "org_a", "name": None, "timezone": "UTC", "total_cost_usd": "2.5"},
    ]

    file.write_text("org_id,nome\norg_a,A\norg_a,B\n,C\n")
    refused = call(tmp_path, "workspaces", "load", *db)
    assert_refused(
        refused,
        1,
        r"^Error: data/workspaces\.csv: line 1: there is no column 'nome' \(did you mean 'name'\?"
        r"\);"
        r" line 3: says again what the workspace 'org_a' is called; see line 2;"
        r" line 4: org_id is empty\. Nothing was changed\.$",
    )
    named = call(tmp_path, "status", *db)
    assert "\nBüro: =b (UTC)\n" in named.stdout
    assert "\norg_a (UTC)\n" in named.stdout


def test_default_file_is_in_data_of_the_project_wherever_the_database_is(tmp_path: Path) -> None:
    database = tmp_path / "elsewhere" / "usage.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-01"), {})
    for name in ("keys", "workspaces"):
        written = call(tmp_path, name, "template", "--db", "elsewhere/usage.duckdb")
        assert (written.returncode, written.stdout) == (0, f"data/{name}.csv\n")
        loaded = call(tmp_path, name, "load", "--db", "elsewhere/usage.duckdb")
        assert f"loaded from data/{name}.csv" in loaded.stdout, loaded.stderr
