"""The monthly report: executed by papermill, sealed, and exact."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import nbformat
import pytest

from langdock_usage.errors import DatabaseMissing, InvalidRequest, NoData, ReportError
from langdock_usage.report import render
from tests.made_up import Row
from tests.reports import Made


def summary_of(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="report-summary">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


def october(made: Made) -> list[Row]:
    return [row for row in made.rows if row.day.month == 10]


def cost(rows: list[Row]) -> Decimal:
    return sum((row.cost for row in rows), Decimal(0))


def test_summary_is_exact(made: Made) -> None:
    summary = summary_of(made.text)
    rows = october(made)

    assert summary["month"] == "2026-10"
    assert summary["org_id"] == "org-1"
    assert summary["currency"] == "USD"
    assert Decimal(summary["total_cost_usd"]) == cost(rows)
    assert summary["requests"] == sum(row.requests for row in rows)
    tokens = [row.tokens for row in rows if row.tokens]
    cached, prompt = sum(t[2] for t in tokens), sum(t[0] for t in tokens)
    assert summary["cache_hit_ratio"] == pytest.approx(cached / prompt)


@pytest.mark.parametrize(("group", "field"), [("keys", "key"), ("models", "model")])
def test_summary_of_each_key_and_model_is_exact(made: Made, group: str, field: str) -> None:
    entries = summary_of(made.text)[group]
    rows = october(made)

    assert {entry["id"] for entry in entries} == {getattr(row, field) for row in rows}
    for entry in entries:
        its = [row for row in rows if getattr(row, field) == entry["id"]]
        assert Decimal(entry["total_cost_usd"]) == cost(its)
        assert entry["requests"] == sum(row.requests for row in its)


def test_every_table_of_the_month_adds_up_to_the_total(made: Made) -> None:
    total = cost(october(made))
    tables = re.findall(r"<tbody>(.*?)</tbody>\s*<tfoot>(.*?)</tfoot>", made.text, re.DOTALL)
    assert len(tables) == 4
    for body, foot in tables:
        amounts = re.findall(r'<td class="number" data-value="([\d.]+)"><bdi>\$', body)
        assert sum(map(Decimal, amounts)) == total
        assert (
            f'data-value="{total:f}"'.rstrip("0") in foot.replace('">', "0", 1)
            or str(total.normalize()) in foot
        )


def test_nothing_unknown_is_shown_as_a_value(made: Made) -> None:
    visible = re.sub(r"<(script|style)\b.*?</\1>", "", made.text, flags=re.DOTALL)
    for word in ("None", "NaN", "nan", "inf"):
        assert not re.search(rf">\s*{word}\s*<", visible), word


def test_page_is_sealed(made: Made) -> None:
    html = made.text
    assert "default-src 'none'" in html
    assert "unsafe" not in re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]  # type: ignore[index]
    assert not re.search(r'<(script|link|img|iframe)[^>]+(src|href)=["\']?(https?:)?//', html)
    assert html.count("window.vegaEmbed=") == 1
    assert len(html) < 3_000_000


def test_names_never_end_an_element(made: Made) -> None:
    assert "</script><script>document" not in made.text
    assert "<b>bold</b>" not in made.text


def test_executed_notebook_shows_its_charts_in_jupyterlab(made: Made) -> None:
    notebook: Any = nbformat.read(made.html.with_suffix(".ipynb"), as_version=4)  # type: ignore[no-untyped-call]
    types = [kind for cell in notebook.cells for o in cell.get("outputs", []) for kind in o.data]
    assert types.count("application/vnd.vegalite.v5+json") == 7
    assert all(cell.get("metadata", {}).get("papermill") for cell in notebook.cells)


def test_notebooks_are_committed_without_outputs() -> None:
    for path in Path("notebooks").glob("*.ipynb"):
        notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        for cell in notebook.cells:
            assert not cell.get("outputs") and not cell.get("execution_count"), path
            assert "def " not in cell.source, path


def test_explore_is_executed_too(made: Made, tmp_path: Path) -> None:
    html = render("explore", database=made.database, month="2026-10", output=tmp_path)
    text = html.read_text(encoding="utf-8")
    assert "Who spends?" in text
    assert text.count('class="chart">') == 4
    assert Decimal(summary_of(text)["total_cost_usd"]) == cost(october(made))


def write_notebook(folder: Path, name: str, parameters: str, code: str) -> None:
    book: Any = nbformat.v4
    cells = [
        book.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        book.new_code_cell(code),
    ]
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(book.new_notebook(cells=cells)))


def test_failing_notebook_leaves_the_older_report(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGDOCK_API_KEY", "sk-ld-secret")
    code = "import os\nraise ValueError(f\"two\\nlines {os.environ.get('LANGDOCK_API_KEY')}\")"
    write_notebook(tmp_path / "notebooks", "broken", 'database = ""\nmonth = ""', code)
    folder = tmp_path / "reports" / "2026-10"
    folder.mkdir(parents=True)
    (folder / "broken.html").write_text("older")

    with pytest.raises(ReportError) as caught:
        render("broken", database=made.database, month="2026-10", output=tmp_path / "reports")

    assert str(caught.value) == (
        "The notebook broken failed in cell In [3]: ValueError: two lines None"
    )
    assert [path.name for path in folder.iterdir()] == ["broken.html"]
    assert (folder / "broken.html").read_text() == "older"


def test_what_cannot_be_rendered_is_refused_by_name(made: Made, tmp_path: Path) -> None:
    def refuse(error: type[Exception], match: str, **changed: Any) -> None:
        asked: dict[str, Any] = {"name": "monthly_report", "database": made.database}
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
    refuse(NoData, "fetch --month 2025-01", month="2025-01")
    refuse(DatabaseMissing, "no database", database=tmp_path / "none.duckdb")
    assert not list(tmp_path.iterdir())


def test_the_database_is_held_while_the_notebook_runs(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = "\n".join(
        [
            "import duckdb",
            "try:",
            "    duckdb.connect(database)",
            "except duckdb.IOException as error:",
            "    print('held', 'lock' in str(error))",
        ]
    )
    write_notebook(tmp_path / "notebooks", "writer", 'database = ""\nmonth = ""', code)
    html = render("writer", database=made.database, month="2026-10", output=tmp_path)
    assert "held True" in html.read_text()
    duckdb.connect(made.database).close()
