"""Which file a report goes into, which month it is about, and what it says to programs."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from langdock_usage.errors import InvalidRequest, NotFinal
from langdock_usage.report.monthly.open_month import open_month
from langdock_usage.report.render import render
from langdock_usage.windows import Period, month_of, parse_month
from tests.support.command import assert_refused, call, run
from tests.support.data.databases import DatabaseBuilder, UsageRow, add_usage, days
from tests.support.pages.notebooks import write_notebook
from tests.support.pages.report_html import summary_of

LAST_MONTH = month_of(datetime.now(UTC).date().replace(day=1) - timedelta(days=1))
NAME = f"{LAST_MONTH.first:%Y-%m}"
ROW = UsageRow(date(2026, 10, 1), "key-1", "Search", "gpt-5", 10, Decimal("1.5"))


@pytest.fixture(scope="module")
def last_month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with every day of the last complete month at 1.5 USD a day."""
    project = tmp_path_factory.mktemp("project")
    (project / "data").mkdir()
    rows = [replace(ROW, day=day) for day in LAST_MONTH.days()]
    add_usage(project / "data" / "langdock.duckdb", rows)
    write_notebook(
        project / "notebooks", "own", 'database = ""\nmonth = ""\nlanguage = "en"', "language"
    )
    return project


def test_without_a_month_it_is_the_last_complete_one_told_to_programs(last_month: Path) -> None:
    result = run(last_month, "report", "own", "--json")
    assert result.returncode == 0, result.stderr
    assert result.stderr == f"Reporting on {NAME}, the last complete month.\n"
    told = json.loads(result.stdout)
    assert told["month"] == NAME
    assert told["html"] == f"reports/{NAME}/own.html"
    assert (last_month / told["html"]).is_file()
    assert (last_month / told["notebook"]).is_file()
    assert told["org_id"] == "org-1"
    # 1.5 USD a day
    assert told["total_cost_usd"] == f"{1.5 * len(LAST_MONTH):g}"
    assert told["verdict"]["final"] is False
    assert told["verdict"]["missing_days"] == []
    assert told["verdict"]["reconciled"] is False


def test_in_another_language_it_is_another_file(last_month: Path) -> None:
    folder = last_month / "reports" / NAME
    english = call(last_month, "report", "own", "--month", NAME)
    before = (folder / "own.html").read_bytes()
    line = ["report", "own", "--month", NAME, "--quiet", "-p", "language", "de"]
    german = call(last_month, *line)
    assert (german.stdout, german.stderr) == (f"reports/{NAME}/own.de.html\n", "")
    assert english.stdout == f"reports/{NAME}/own.html\n"
    assert (folder / "own.html").read_bytes() == before
    assert (folder / "own.de.ipynb").is_file()
    assert '<html lang="de"' in (folder / "own.de.html").read_text(encoding="utf-8")


def test_from_a_folder_of_the_project_it_goes_where_all_reports_are(last_month: Path) -> None:
    (last_month / "notebooks" / "deep").mkdir(exist_ok=True)
    result = call(last_month / "notebooks" / "deep", "report", "own", "-q", "-p", "language", "de")
    assert result.stdout == f"{last_month}/reports/{NAME}/own.de.html\n", result.stderr
    assert not list((last_month / "notebooks").glob("**/*.html"))


def test_output_can_be_the_file(last_month: Path, tmp_path: Path) -> None:
    file = tmp_path / "new" / "October.HTML"
    result = call(last_month, "report", "own", "--month", NAME, "--output", str(file))
    assert result.stdout == f"{file}\n", result.stderr
    assert {path.name for path in file.parent.iterdir()} == {"October.HTML", "October.ipynb"}

    both = ["report", "own", "--months", "2026-01..2026-02", "--output", str(file)]
    assert_refused(call(last_month, *both), 2, r"October.HTML is one file.*name a folder")


def test_report_never_replaces_a_notebook(
    last_month: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(last_month)
    before = Path("notebooks/own.ipynb").read_bytes()
    with pytest.raises(InvalidRequest, match=r"would replace notebooks/own\.ipynb"):
        render(
            "own",
            database=Path("data/langdock.duckdb"),
            month=NAME,
            output=Path("notebooks/own.html"),
        )
    assert Path("notebooks/own.ipynb").read_bytes() == before


def test_several_months_told_to_programs_with_the_one_that_failed(last_month: Path) -> None:
    line = ["report", "own", "--month", NAME, "--month", "2025-01", "--json"]
    result = call(last_month, *line)
    assert result.returncode == 1
    [error] = result.stderr.splitlines()
    assert error.startswith("Error: 2025-01: There is no data for 2025-01")
    failed, made = json.loads(result.stdout)
    assert failed["month"] == "2025-01"
    assert "no data for 2025-01" in failed["error"]
    assert made["month"] == NAME
    assert "error" not in made


def test_last_complete_month_that_is_not_there(tmp_path: Path) -> None:
    add_usage(tmp_path / "old.duckdb", [replace(ROW, day=date(2025, month, 3)) for month in (3, 5)])
    result = call(tmp_path, "report", "--db", "old.duckdb", "--json")
    assert_refused(result, 1, rf"nothing for {NAME}, the last complete month.*2025-03 to 2025-05")


@pytest.fixture
def october(tmp_path: Path) -> Iterator[tuple[Path, DatabaseBuilder]]:
    """October 2026, each day fetched on 6 November, compared with nothing yet."""
    database = tmp_path / "usage.duckdb"
    builder = DatabaseBuilder(database)
    builder.moment = datetime(2026, 11, 6, 12, tzinfo=UTC)
    with builder:
        for day in parse_month("2026-10").days():
            builder.keep(Period(day, day), {"requests": "1", "total_cost_usd": "2"})
    yield database, builder


def refused(database: Path, output: Path) -> str:
    with pytest.raises(NotFinal) as caught:
        render("own", database=database, month="2026-10", output=output, require_final=True)
    assert not output.exists()
    return str(caught.value)


def test_a_month_that_has_to_be_final(
    october: tuple[Path, DatabaseBuilder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, builder = october
    monkeypatch.chdir(tmp_path)
    write_notebook(tmp_path / "notebooks", "own", 'database = ""\nmonth = ""', "1 + 1")
    output = tmp_path / "reports"
    assert "reconciled: not compared with the export of the whole month." in refused(
        database, output
    )
    whole = days("2026-10-01", "2026-10-31")
    with builder:
        # 31 days of 1 request and 2 USD make 31 and 62
        row = {"requests": "31", "total_cost_usd": "62.5"}
        builder.add(whole, row, group_by=None)
    assert "whole month differs by 0.5 USD in 1 of 1 key." in refused(database, output)
    with builder:
        builder.add(whole, {**row, "total_cost_usd": "62"}, group_by=None)
    with open_month(database, "2026-10", None) as month:
        status = month.status()
    assert (status.is_final, status.is_complete, status.is_reconciled) == (True, True, True)
    html = render("own", database=database, month="2026-10", output=output, require_final=True)
    verdict_told = summary_of(html.read_text(encoding="utf-8"))["verdict"]
    assert verdict_told["final"] and verdict_told["complete"] and verdict_told["reconciled"]


def test_a_month_that_the_service_has_no_more_is_to_be_loaded(tmp_path: Path) -> None:
    database = add_usage(tmp_path / "usage.duckdb", [replace(ROW, day=date(2024, 2, 1))])
    with pytest.raises(NotFinal, match=r"no days before .* any more, but `langdock-usage load`"):
        render(
            "monthly_report",
            database=database,
            month="2024-02",
            output=tmp_path / "reports",
            require_final=True,
        )


def test_a_month_with_gaps_and_late_days_is_not_final(tmp_path: Path) -> None:
    rows = [replace(ROW, day=day) for day in parse_month("2026-10").days() if day.day != 7]
    database = add_usage(tmp_path / "data" / "langdock.duckdb", rows)
    result = call(tmp_path, "report", "--month", "2026-10", "--require-final", "--json")
    assert_refused(
        result,
        1,
        r"2026-10 is not final, complete and reconciled: 2026-10-07 missing; late usage may still "
        r"change 2026-10-01 to 2026-10-06, 2026-10-08 to 2026-10-31; not compared.*fetch --month",
    )
    assert database.is_file()
    assert not (tmp_path / "reports").exists()
