"""The notebook `explore` runs from top to bottom on any database, and tells the truth there."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import duckdb
import nbformat
import papermill
import pytest
from IPython.core.formatters import DisplayFormatter

from langdock_usage.raw.exports import COLUMNS
from langdock_usage.report.kernel.display import chart_bundle
from langdock_usage.report.kernel.kernel import kernel_manager
from langdock_usage.report.kernel.process import kernel_process
from langdock_usage.sandbox.service.server import serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from langdock_usage.store.connection import hold_open
from langdock_usage.store.writing.store import Store
from tests.support.command import ROOT
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.data.example_data import build_tiny
from tests.support.fetching import NOW, fetch_from

NOTEBOOK = ROOT / "notebooks" / "explore.ipynb"
CHARTS = 9
CELLS = 21  # that show something: charts, eleven tables, and the overview of the database
NOTHING = "No day is known yet."


def read_tour() -> Any:
    read: Any = nbformat.read  # has no types
    return read(NOTEBOOK, as_version=4)


def run_tour(database: Path, **parameters: Any) -> Any:
    with kernel_process() as kernel:
        kernel.database = database  # kept open, answers come sooner
        return papermill.execute_notebook(
            str(NOTEBOOK),
            None,
            parameters={"database": str(database), **parameters},
            kernel_manager_class=kernel_manager(kernel),
            progress_bar=False,
        )


def shown(notebook: Any, beginning: str) -> str:
    """What the cell that begins like this shows, as HTML."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and beginning in cell.source:
            outputs = [output for output in cell.outputs if "data" in output]
            return "".join(output["data"].get("text/html", "") for output in outputs)
    raise AssertionError(f"no cell with {beginning!r}")


def cells(html: str) -> list[str]:
    """The cells of a table, row by row."""
    return re.findall(r"<td[^>]*>(.*?)</td>", html)


def told(notebook: Any) -> list[str]:
    """The lines that cells print, warnings among them."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    streams = [output.text for output in outputs if output.output_type == "stream"]
    return [line for text in streams for line in text.splitlines()]


def html_of(notebook: Any) -> list[str]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output["data"].get("text/html", "") for output in outputs if "data" in output]


def shown_by_cells(database: Path) -> list[str]:
    """What the last line of each cell shows, as a kernel of the report would."""
    names: dict[str, object] = {}
    formatter: Any = DisplayFormatter  # has no types
    shown = []
    for cell in read_tour().cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source.replace("database = None", f"database = {str(database)!r}"))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "<cell>", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
            is_chart = isinstance(value, alt.TopLevelMixin)
            data, _ = chart_bundle(value) if is_chart else formatter().format(value)
            shown.append(data.get("text/html", str(value)))
    return shown


def empty(database: Path) -> None:
    Store(database).__exit__(None, None, None)


def days_without_usage(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        for day in ("2026-09-30", "2026-10-01"):
            builder.add(days(day), org_id="org_a")


def one_month_as_one_sum(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-01", "2026-10-31"), {}, group_by="model")


def one_month_without_models(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(
            days("2026-10-01", "2026-10-31"),
            {},
            group_by=None,
            columns=[column for column in COLUMNS if column != "model"],
        )


def two_workspaces(database: Path) -> None:
    build_tiny(database)
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-05"), {"org_id": "org_b"})


def not_byok(database: Path) -> None:
    with serve(
        Workspace.synthetic(today=NOW.date(), byok=False),
        now=lambda: NOW,
        requests_per_minute=1_000_000,
    ) as sandbox:
        fetch_from(sandbox, database, days("2026-09-30", "2026-10-31"))


@pytest.mark.parametrize(
    "build",
    [
        empty,
        not_byok,
        days_without_usage,
        one_month_as_one_sum,
        one_month_without_models,
        build_tiny,
        two_workspaces,
    ],
)
@pytest.mark.filterwarnings(
    "ignore::langdock_usage.errors.IncompletePeriod",
    "ignore::langdock_usage.errors.TokensMissing",
    "ignore::langdock_usage.errors.TooLittleHistory",
)
def test_runs_on_any_database(build: Callable[[Path], object], tmp_path: Path) -> None:
    """Without a kernel, which takes seconds."""
    database = tmp_path / "test.duckdb"
    build(database)
    with hold_open(database):  # each question is answered sooner
        shown = shown_by_cells(database)
    assert len(list(filter(None, shown))) == CELLS
    nothing_to_forecast = shown.count(NOTHING)
    assert nothing_to_forecast == (3 if build is empty else 0)
    assert sum('class="chart"' in html for html in shown) == CHARTS - max(
        nothing_to_forecast - 1, 0
    )


@pytest.mark.slow
def test_runs_on_a_year_and_shows_its_sums(year: Path) -> None:
    tour = run_tour(year)
    with duckdb.connect(str(year), read_only=True) as connection:
        [(total, dearest)] = connection.execute(
            "select sum(total_cost_usd), arg_max(model, cost) from ("
            "select *, sum(total_cost_usd) over (partition by model) as cost from daily_cost "
            "where day between '2026-10-01' and '2026-10-31')"
        ).fetchall()
    per_team = cells(shown(tour, "usage.cost_per_team("))
    assert ["unassigned", f"${total:,.2f}"] == [per_team[0], per_team[3]], "it is everything here"
    assert cells(shown(tour, "usage.cost_per_model("))[0] == dearest
    assert not [
        output for cell in tour.cells for output in cell.get("outputs", []) if "text" in output
    ]
    assert sum('class="chart"' in html for html in html_of(tour)) == CHARTS


@pytest.mark.slow
def test_month_and_workspace_are_parameters(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    two_workspaces(database)
    tour = run_tour(database, month="2026-10", org_id="org_b")
    assert cells(shown(tour, "usage.cost_per_model("))[0] == "gpt-5"
    assert "mistral" not in shown(tour, "usage.cost_per_model(")
    assert any(
        line.endswith("IncompletePeriod: 2026-10 in org_b: 1 of 31 days is known.")
        for line in told(tour)
    )


def test_notebook_is_committed_without_outputs_and_defines_nothing() -> None:
    notebook = read_tour()
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None
            tree = ast.parse(cell.source)
            assert not any(
                isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)
                for node in ast.walk(tree)
            )
    assert notebook.cells[-1].source == "", "an empty place to start from"
