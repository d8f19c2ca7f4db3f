"""The pages in docs/ are true: their blocks run and print what the page says, their paths exist."""

import json
import re
import runpy
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import pytest

from langdock_usage.api.export_request import ExportRequest
from langdock_usage.windows import Period
from tests.support.command import ROOT
from tests.support.data.databases import UsageRow, add_usage
from tests.support.documents import Reader, blocks_in, blocks_of, read_page

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))
JOURNEY = "docs/how-a-number-travels.md"
OWN_NOTEBOOK = "docs/own-notebook.md"
CHANGES = "docs/why-the-bill-changed.md"
LAKE = "docs/lake-and-spark.md"  # its blocks run in tests/spark, where Spark has been started
CHANGE = "## A change to the monthly report"
book: Any = nbformat.v4


def save_export(folder: Path) -> None:
    [export] = blocks_of(JOURNEY, "csv")
    (folder / "export.csv").write_text(export.text, encoding="utf-8")


def test_request_of_the_journey_is_the_one_that_is_sent() -> None:
    [request] = blocks_of(JOURNEY, "json")
    day = date(2026, 10, 6)
    ask = ExportRequest.of_days(Period(day, day), "Europe/Berlin", "model")
    assert json.loads(request.text) == ask.body("plain")


@pytest.mark.slow
def test_every_step_of_the_journey_shows_what_it_says(tmp_path: Path) -> None:
    save_export(tmp_path)
    reader = Reader(tmp_path)
    for block in blocks_of(JOURNEY):
        if not block.not_run:
            reader.run(block)
    [report] = tmp_path.glob("reports/2026-10/*.html")
    assert "$2.20" in report.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the day of the journey in its database, and the notebooks of a clone."""
    folder = tmp_path_factory.mktemp("project")
    save_export(folder)
    [load] = [block for block in blocks_of(JOURNEY, "sh") if " load " in block.text]
    Reader(folder).run(load)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


@pytest.mark.slow
def test_the_notebook_of_the_page_becomes_a_report(project: Path) -> None:
    """Its Python blocks are the cells, the first has the parameters."""
    text = read_page(OWN_NOTEBOOK).partition(CHANGE)[0]
    cells = [book.new_code_cell(block.text) for block in blocks_in(text, "python")]
    cells[0].metadata["tags"] = ["parameters"]
    notebook = book.writes(book.new_notebook(cells=cells))
    (project / "notebooks" / "model_costs.ipynb").write_text(notebook, encoding="utf-8")

    [render] = blocks_in(text, "sh")
    printed = Reader(project).run(render)

    assert printed.splitlines()[-1] == "reports/2026-10/model_costs.html"
    html = (project / "reports" / "2026-10" / "model_costs.html").read_text(encoding="utf-8")
    assert html.count('class="chart"') == 2
    # gpt-5 cost 0.25 + 0.8125 = 1.0625 in all, for 20 seats 0.053125 each
    assert "$0.0531" in html


def test_the_changes_of_the_page_stand_in_the_report(project: Path) -> None:
    """Its Python blocks are cells that are added to the copy."""
    text = read_page(OWN_NOTEBOOK).partition(CHANGE)[2]
    copy, render = blocks_in(text, "sh")
    Reader(project).run(copy)
    path = project / "notebooks" / "our_report.ipynb"
    notebook = book.reads(path.read_text(encoding="utf-8"))
    notebook.cells += [book.new_code_cell(block.text) for block in blocks_in(text, "python")]
    path.write_text(book.writes(notebook), encoding="utf-8")

    Reader(project).run(render)

    html = (project / "reports" / "2026-10" / "our_report.html").read_text(encoding="utf-8")
    # Helpdesk cost 2.1982605, for 12 seats 0.18318... each, and 1.19 times as much is 2.615929995
    for shown in (
        "Cost per seat",
        "$0.183",
        "Cost with tax",
        "2.615929995",
        "What we agreed.",
        "<strong>below 2,000 USD",
    ):
        assert shown in html


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")  # just loaded
def test_the_change_that_is_taken_apart_by_hand(tmp_path: Path) -> None:
    stated = (date(2026, 9, 7), 10, Decimal("2.00")), (date(2026, 10, 5), 15, Decimal("4.50"))
    (tmp_path / "data").mkdir()
    add_usage(
        tmp_path / "data" / "langdock.duckdb",
        [UsageRow(day, "key-1", "Search", "gpt-5", count, cost) for day, count, cost in stated],
    )
    reader = Reader(tmp_path)
    for block in blocks_of(CHANGES, "python", "sh"):
        reader.run(block)
    assert {"budgets.csv", "expected.csv"} <= {path.name for path in (tmp_path / "data").iterdir()}


@pytest.mark.parametrize("page", PAGES)
def test_links_and_paths_exist(page: str) -> None:
    text = read_page(page)
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (ROOT / "docs" / target).exists(), target
    for path in re.findall(r"\b(?:langdock_usage|notebooks)/[\w./]*\w", text):
        made_by_reader = path in {"notebooks/NAME.ipynb", "notebooks/our_report.ipynb"}
        assert made_by_reader or (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES)
def test_no_block_is_forgotten(page: str) -> None:
    known = {"sh", "python", "sql"}
    for block in blocks_of(page):
        assert block.not_run or block.language in known, block.text
    assert page in {JOURNEY, OWN_NOTEBOOK, CHANGES, LAKE} or not blocks_of(page)


def test_views_are_those_of_the_database() -> None:
    renewed = runpy.run_path(str(ROOT / "docs" / "make_views.py"))["renewed"]
    page = read_page("docs/views.md")
    assert renewed(page) == page, "docs/views.md is out of date: run `python docs/make_views.py`"
