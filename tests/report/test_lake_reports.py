"""Reports and statements from a lake are those from the database that it was made of."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

import langdock_usage as lu
from langdock_usage.report.previous_report import summary_of_report
from langdock_usage.store.excerpt import redacted
from langdock_usage.store.pseudonyms import pseudonyms
from tests.support.command import call, run
from tests.support.data.birds import MONTH, OCTOBER, birds
from tests.support.data.lakes import make_lake
from tests.support.pages.quick import quick_report

pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a database, and the lake of it."""
    folder = tmp_path_factory.mktemp("birds")
    make_lake(folder / "lake", birds(folder / "usage.duckdb"))
    return folder


def test_report_is_the_same(folder: Path, tmp_path: Path) -> None:
    made = [
        quick_report(folder / name, "2026-10", tmp_path / f"{name}.html")
        for name in ("usage.duckdb", "lake")
    ]
    of_database, of_lake = map(summary_of_report, made)
    assert of_lake == of_database
    assert Decimal(str(of_lake["total_cost_usd"])) == MONTH


def test_redacted_copy_holds_no_name_and_the_same_numbers(folder: Path) -> None:
    names = {one.name for one in pseudonyms(folder / "lake")}
    assert names == {one.name for one in pseudonyms(folder / "usage.duckdb")} > {"Möwen"}
    with redacted(folder / "lake") as copy:
        teams = lu.open(copy).cost_per_team("2026-10", exact=True)
        budgets = lu.open(copy).budgets("2026-10", exact=True)
    assert sorted(teams["total_cost_usd"]) == sorted(OCTOBER.values())
    assert not names & {*teams["team"], *budgets["name"]}
    expected = lu.open(folder / "usage.duckdb").budgets("2026-10", exact=True)
    assert sorted(budgets["used_ratio"]) == sorted(expected["used_ratio"])


@pytest.mark.slow
def test_commands_that_read_take_a_lake(folder: Path, tmp_path: Path) -> None:
    lake = ("--db", str(folder / "lake"))
    report = run(tmp_path, "report", "--month", "2026-10", *lake)
    assert report.returncode == 0, report.stderr
    summary = summary_of_report(tmp_path / report.stdout.splitlines()[-1])
    assert summary["total_cost_usd"] == str(MONTH)

    statements = run(tmp_path, "statements", "--month", "2026-10", "--per", "team", *lake)
    assert statements.returncode == 0, statements.stderr
    made = tmp_path / statements.stdout.splitlines()[-1]
    rows = list(load_workbook(made / "control.xlsx")["control"].iter_rows(values_only=True))[1:]
    assert {row[0]: Decimal(str(row[1])) for row in rows} == OCTOBER
    for name, cost in OCTOBER.items():
        file = made / f"{str(name).replace('/', '_')}.html"
        assert summary_of_report(file)["total_cost_usd"] == str(cost)


@pytest.mark.parametrize("command", ["check --month 2026-10 --format json", "status --json"])
def test_findings_and_status_are_those_of_the_database(folder: Path, command: str) -> None:
    told = [
        call(folder, *command.split(), "--db", database) for database in ("usage.duckdb", "lake")
    ]
    of_database, of_lake = (json.loads(one.stdout) for one in told)
    for told_of in (of_database, of_lake):
        for own in ("database", "database_bytes", "raw_bytes"):
            told_of.pop(own, None)
    assert of_lake == of_database
    assert told[0].returncode == told[1].returncode


def test_lists_and_views_are_those_of_the_database(folder: Path) -> None:
    commands = ("keys list", "prices list", "budgets list", "export cost_per_team -o -")
    for command in commands:
        of_database, of_lake = (
            call(folder, *command.split(), "--db", name) for name in ("usage.duckdb", "lake")
        )
        assert of_lake.returncode == 0, of_lake.stderr
        assert of_lake.stdout == of_database.stdout


def test_lake_keeps_no_exchange_rates(folder: Path) -> None:
    command = "report --month 2026-10 --currency EUR --db lake"
    refused = call(folder, *command.split())
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "A lake keeps no exchange rates: make this report from its" in refused.stderr
