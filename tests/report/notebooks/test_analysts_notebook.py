"""An analyst changes the monthly report: a column, a chart and a section, in one cell each."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import pytest

from langdock_usage.report.render import render
from tests.support.data.databases import UsageRow, add_usage
from tests.support.pages.quick import NOTEBOOK, quick_report
from tests.support.pages.report_html import assert_sound, summary_of, tables_of, visible_text

COLUMN = 'keys["cost_per_seat_usd"] = keys["cost_after_usd"] / 12'

CHART = """
import altair as alt
bars = alt.Chart(keys).mark_bar().encode(x="cost_per_seat_usd:Q", y="api_key_name:N")
report.chart(bars, alt_text="What a seat costs, key by key.")
"""

SECTION = """
plans = keys[["api_key_id", "api_key_name"]].assign(is_agreed=True, weight=1.5)
plans["agreed_at"] = exports["fetched_at"].max()
report.heading("Plans for <next> year", lead="What we agreed.")
report.text("Any sentence, **with Markdown** and <b onclick='x'>no script</b>.")
report.table(plans, columns=["api_key_name", "is_agreed", "agreed_at", "weight"])
"""

# every day of September and October at 1.25 USD, and a key that is new in October at 4.8 USD
ROW = UsageRow(date(2026, 9, 1), "key-1", "Search", "gpt-5", 10, Decimal("1.25"))
ROWS = [replace(ROW, day=date(2026, 9, 1) + timedelta(days=n)) for n in range(61)]
ROWS.append(
    replace(
        ROW,
        day=date(2026, 10, 5),
        api_key_id="key-2",
        api_key_name="Wiki",
        total_cost_usd=Decimal("4.8"),
    )
)
TOTAL = 31 * Decimal("1.25") + Decimal("4.8")


def changed_notebook(folder: Path) -> Path:
    """The monthly report with three more cells."""
    notebook: Any = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    sources = [cell.source for cell in notebook.cells]
    cell: Any = nbformat.v4.new_code_cell
    after_keys = next(n for n, source in enumerate(sources) if 'report.heading("keys")' in source)
    notebook.cells[after_keys:after_keys] = [cell(COLUMN)]
    notebook.cells += [cell(CHART), cell(SECTION)]
    path = folder / "notebooks" / "ours.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def check(html: str, cost: str) -> None:
    assert_sound(html, TOTAL, cost=cost)
    assert len(summary_of(html)["keys"]) == 2
    tables = tables_of(html)
    # 31 days of 1.25 USD, and 4.8 USD, shared by twelve: 38.75 / 12 and 0.4
    found = tables["keys"].column("cost_per_seat_usd")
    assert [round(amount, 6) for amount in found] == [Decimal("3.229167"), Decimal("0.4")]
    assert tables["keys"].total[tables["keys"].heads.index("cost_per_seat_usd")] == ""
    assert html.count('class="chart">') == 9
    assert '"description":"What a seat costs, key by key."' in html
    text = visible_text(html)
    assert "Plans for &lt;next&gt; year" in text
    assert "What we agreed." in text
    assert "<strong>with Markdown</strong>" in html
    assert "onclick" not in html
    plans = tables["plans-for-next-year"]
    assert [row[0] for row in plans.rows] == ["Search", "Wiki"]
    assert plans.rows[0][2] == "2026-11-01 05:00:00"
    assert plans.rows[0][3] == "1.5"


def test_in_english_as_the_command_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = add_usage(tmp_path / "usage.duckdb", ROWS)
    changed_notebook(tmp_path)
    monkeypatch.chdir(tmp_path)
    html = render("ours", database=database, month="2026-10", output=tmp_path / "reports")
    check(html.read_text(encoding="utf-8"), "Cost (USD)")


def test_in_german(tmp_path: Path) -> None:
    database = add_usage(tmp_path / "usage.duckdb", ROWS)
    notebook = changed_notebook(tmp_path)
    html = quick_report(
        database, "2026-10", tmp_path / "report.html", "de", notebook_file=notebook
    ).read_text()
    check(html, "Kosten (USD)")
    assert tables_of(html)["plans-for-next-year"].rows[0][1] == "ja"
