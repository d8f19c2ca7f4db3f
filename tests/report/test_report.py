"""The monthly report: executed by papermill, sealed, and exact."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import nbformat
import pytest

from langdock_usage.errors import DatabaseMissing, InvalidRequest, NoData, ReportError
from langdock_usage.report.render import render
from langdock_usage.report.render_many import render_many
from tests.support.command import ROOT
from tests.support.data.databases import UsageRow
from tests.support.data.example_data import SHOWN_NAMES
from tests.support.pages.notebooks import write_notebook
from tests.support.pages.report_html import assert_sound, summary_of, tables_of, visible_text
from tests.support.pages.reports import Rendered

read_notebook: Any = nbformat.read


def october(rendered: Rendered) -> list[UsageRow]:
    return [row for row in rendered.rows if row.day.month == 10]


def cost(rows: list[UsageRow]) -> Decimal:
    return sum((row.total_cost_usd for row in rows), Decimal(0))


def test_every_sum_is_exact(rendered: Rendered) -> None:
    rows = october(rendered)
    assert_sound(rendered.text, cost(rows))

    summary = summary_of(rendered.text)
    assert summary["month"] == "2026-10"
    assert summary["org_id"] == "org-1"
    assert summary["currency"] == "USD"
    assert summary["requests"] == sum(row.requests for row in rows)
    tokens = [row.tokens for row in rows if row.tokens]
    cached, prompt = sum(t[2] for t in tokens), sum(t[0] for t in tokens)
    assert summary["cache_hit_ratio"] == pytest.approx(cached / prompt)


@pytest.mark.parametrize(("group", "field"), [("keys", "api_key_id"), ("models", "model")])
def test_summary_of_each_key_and_model_is_exact(rendered: Rendered, group: str, field: str) -> None:
    entries = summary_of(rendered.text)[group]
    rows = october(rendered)

    assert {entry["id"] for entry in entries} == {getattr(row, field) for row in rows}
    for entry in entries:
        its = [row for row in rows if getattr(row, field) == entry["id"]]
        assert Decimal(entry["total_cost_usd"]) == cost(its)
        assert entry["requests"] == sum(row.requests for row in its)


def test_days_are_exact(rendered: Rendered) -> None:
    table = tables_of(rendered.text)["days"]
    by_day = {row[0]: Decimal(row[1]) for row in table.rows}
    days = {row.day for row in october(rendered)}
    assert by_day == {str(d): cost([r for r in rendered.rows if r.day == d]) for d in days}


def test_what_moved_is_said(rendered: Rendered) -> None:
    text = visible_text(rendered.text)
    rise = cost(october(rendered)) - cost([row for row in rendered.rows if row.day.month == 9])
    assert f"{rise:,.2f}" in text
    assert re.search(r"October 2026 cost .* more than September 2026: .*, all others \+\$", text)


def test_page_is_sealed(rendered: Rendered) -> None:
    html = rendered.text
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert not re.search(r'<(script|link|img|iframe|a)[^>]+(src|href)=["\']?(https?:)?//', html)
    assert html.count("window.vegaEmbed=") == 1


def test_names_never_end_an_element(rendered: Rendered) -> None:
    assert "</script><script>document" not in rendered.text
    assert "<b>bold</b>" not in rendered.text
    names = [row[0] for row in tables_of(rendered.text)["keys"].rows]
    assert sorted(names) == sorted(SHOWN_NAMES)


def test_without_owners_there_are_no_teams(rendered: Rendered) -> None:
    assert 'id="teams"' not in rendered.text
    assert '"teams":[]' in rendered.text


def test_executed_notebook_shows_its_charts_in_jupyterlab(rendered: Rendered) -> None:
    notebook = read_notebook(rendered.html.with_suffix(".ipynb"), as_version=4)
    types = [kind for cell in notebook.cells for o in cell.get("outputs", []) for kind in o.data]
    assert types.count("application/vnd.vegalite.v5+json") == 11
    assert notebook.metadata["papermill"]["parameters"]["month"] == "2026-10"


def test_notebooks_are_committed_without_outputs_and_functions() -> None:
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in read_notebook(path, as_version=4).cells:
            assert not cell.get("outputs") and not cell.get("execution_count"), path
            assert not re.search(r"^\s*(def|class) ", cell.source, re.MULTILINE), path


def test_explore_is_executed_too(rendered: Rendered, tmp_path: Path) -> None:
    html = render("explore", database=rendered.database, month="2026-10", output=tmp_path)
    text = html.read_text(encoding="utf-8")
    assert "Which keys drive it?" in text
    assert text.count('class="chart">') == 9
    assert Decimal(summary_of(text)["total_cost_usd"]) == cost(october(rendered))


def test_several_months_in_german_with_code(rendered: Rendered, tmp_path: Path) -> None:
    done = list(
        render_many(
            months=["2026-09", "2026-10", "2025-01"],
            database=rendered.database,
            output=tmp_path,
            parameters={"language": "de"},
            show_code=True,
        )
    )
    by_month = {rendered.month: rendered for rendered in done}
    assert isinstance(by_month["2025-01"].error, NoData)
    for month, name in (("2026-09", "September 2026"), ("2026-10", "Oktober 2026")):
        html = by_month[month].html
        assert html == tmp_path / month / "monthly_report.de.html"
        text = html.read_text(encoding="utf-8")
        rows = [row for row in rendered.rows if f"{row.day:%Y-%m}" == month]
        assert_sound(text, cost(rows), cost="Kosten (USD)")
        assert f"LLM-API-Nutzung im {name}" in text
        assert "report.heading(" in text


def test_report_says_what_was_restated_since_the_one_before(rendered: Rendered) -> None:
    assert summary_of(rendered.text)["data_of"] == "2026-11-01T05:00:00"
    assert "No export of this month has been restated." in rendered.text
    again = render(database=rendered.database, month="2026-10", output=rendered.html.parent.parent)
    text = again.read_text(encoding="utf-8")
    assert "Nothing that the report of this month with data of Nov 1, 2026" in text
    assert "of the exports used came in after it" not in text


def test_failing_notebook_leaves_the_older_report(
    rendered: Rendered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGDOCK_API_KEY", "sk-ld-secret")
    code = "import os\nraise ValueError(f\"two\\nlines {os.environ['LANGDOCK_API_KEY']!r}\")"
    write_notebook(tmp_path / "notebooks", "broken", 'database = ""\nmonth = ""', code)
    folder = tmp_path / "reports" / "2026-10"
    folder.mkdir(parents=True)
    (folder / "broken.html").write_text("older")

    with pytest.raises(ReportError) as caught:
        render("broken", database=rendered.database, month="2026-10", output=tmp_path / "reports")

    assert str(caught.value) == (
        "The notebook broken failed in the cell that begins 'import os': ValueError: two lines ''"
    )
    assert [path.name for path in folder.iterdir()] == ["broken.html"]
    assert (folder / "broken.html").read_text() == "older"


def test_kernel_that_dies_is_one_line(
    rendered: Rendered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_notebook(
        tmp_path / "notebooks", "dies", 'database = ""\nmonth = ""', "import os\nos._exit(9)"
    )
    with pytest.raises(ReportError, match=r"^The process that ran the notebook dies ended .*\.$"):
        render("dies", database=rendered.database, month="2026-10", output=tmp_path)


def test_what_cannot_be_rendered_is_refused_by_name(rendered: Rendered, tmp_path: Path) -> None:
    def refuse(error: type[Exception], match: str, **changed: Any) -> None:
        asked: dict[str, Any] = {"name": "monthly_report", "database": rendered.database}
        asked |= {"month": "2026-10", "output": tmp_path} | changed
        with pytest.raises(error, match=match):
            render(asked.pop("name"), **asked)

    refuse(InvalidRequest, "no notebook 'monthly'.*monthly_report", name="monthly")
    refuse(
        InvalidRequest,
        "no parameter 'langauge'; did you mean language",
        parameters={"langauge": "de"},
    )
    refuse(InvalidRequest, "does not speak 'fr'", parameters={"language": "fr"})
    refuse(InvalidRequest, "option of its own", parameters={"month": "2026-09"})
    refuse(InvalidRequest, "not a month", month="2026-13")
    refuse(InvalidRequest, "org-1", org_id="other")
    refuse(NoData, "2025-01", month="2025-01")
    refuse(DatabaseMissing, "no database", database=tmp_path / "none.duckdb")
    assert not list(tmp_path.iterdir())


def test_the_database_is_held_while_the_notebook_runs(
    rendered: Rendered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = "\n".join(
        [
            "import subprocess, sys, duckdb",
            "try:",
            "    duckdb.connect(database)",
            "except duckdb.ConnectionException as error:",  # of two connections of one process
            "    print('kept open by the kernel', 'different configuration' in str(error))",
            "write = [sys.executable, '-c', 'import duckdb, sys; duckdb.connect(sys.argv[1])']",
            "other = subprocess.run([*write, database], capture_output=True, text=True)",
            "print('held', 'lock' in other.stderr)",
        ]
    )
    write_notebook(tmp_path / "notebooks", "writer", 'database = ""\nmonth = ""', code)
    html = render("writer", database=rendered.database, month="2026-10", output=tmp_path)
    assert "kept open by the kernel True" in html.read_text()
    assert "held True" in html.read_text()
    duckdb.connect(rendered.database).close()
