"""What an analyst's cells ask of the report: shown, or refused in one line."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import altair as alt
import nbformat
import pandas as pd
import pytest

from langdock_usage.errors import InvalidRequest
from langdock_usage.report.page import Report
from langdock_usage.report.page.own_charts import drawable
from langdock_usage.report.render import render
from tests.support.data.databases import UsageRow, add_usage
from tests.support.data.frames import MONTHS
from tests.support.pages.quick import NOTEBOOK, Bundle, report_kernel
from tests.support.pages.report_html import visible_text

MODELS = pd.DataFrame(
    {
        "month": pd.to_datetime(["2026-10-01"]),
        "model": ["gpt-5"],
        "total_cost_usd": [Decimal(2)],
    }
)
BARS = alt.Chart(MODELS).mark_bar().encode(x="total_cost_usd:Q")


PART_OF_THE_KEYS = """
try:
    report.summary(keys.head(1), models, teams)
except lu.errors.InvalidRequest as error:
    report.note(str(error))
"""


@pytest.fixture
def shown() -> Iterator[list[Bundle]]:
    with report_kernel() as outputs:
        yield outputs


def new_report() -> Report:
    return Report("2026-10", MONTHS, MODELS)


def html_of(shown: list[Bundle]) -> str:
    return "".join(data.get("text/html", "") for data, _ in shown)


def test_tables_of_one_name_are_told_apart(shown: list[Bundle]) -> None:
    report = new_report()
    report.heading("keys")
    frame = pd.DataFrame({"requests": [1]})
    report.table(frame)
    report.table(frame)
    report.table(frame, 5)  # type: ignore[arg-type]
    html = html_of(shown)
    files = re.findall(r'data-file="([^"]*)"', html)
    assert files == ["keys-2026-10.csv", "keys-2-2026-10.csv", "5-2026-10.csv"]
    assert re.findall(r"<summary>(.*?)</summary>", html) == [
        "API keys (1)",
        "API keys (1) \u00b7 2",
        "5",
    ]


def test_an_empty_frame_says_so_once_and_its_mistakes_too(shown: list[Bundle]) -> None:
    report = new_report()
    report.heading("Mine")
    report.table(MODELS.head(0))
    report.table(MODELS.head(0))
    assert html_of(shown).count("There is nothing to show here") == 1
    with pytest.raises(InvalidRequest, match="did you mean 'model'"):
        report.table(MODELS.head(0), columns=["modell"])


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda report: report.chart(MODELS), "is DataFrame; report.table shows it"),
        (lambda report: report.chart(None), "this is NoneType"),
        (lambda report: report.note("longer_periods"), "'longer_periods', amount=…"),
        (lambda report: report.by_model(MODELS[["month"]]), "report.by_model needs .* model"),
        (lambda report: report.by_month(MODELS, "model"), "by_month needs .* cache_hit_ratio"),
        (lambda report: report.marks(MODELS), "report.marks needs .* cost_before_usd"),
        (lambda _: Report("2026-10", MODELS, MODELS), "needs .* column days_known"),
        (lambda _: Report("2026-10", MONTHS, MONTHS), "needs .* column model"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    shown: list[Bundle], ask: Callable[[Report], Any], told: str
) -> None:
    with pytest.raises(InvalidRequest, match=told):
        ask(new_report())
    assert shown == []


def test_repeated_and_faceted_charts_of_exact_frames_are_drawn() -> None:
    column = alt.X(alt.repeat("column"), type="quantitative")
    for chart in (BARS.encode(x=column).repeat(column=["total_cost_usd"]), BARS.facet("model:N")):
        [rows] = drawable(chart).to_dict()["datasets"].values()
        assert isinstance(rows[0]["total_cost_usd"], float)


def test_the_report_of_a_copy_names_the_copy(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    row = UsageRow(date(2026, 10, 5), "key-1", "Search", "gpt-5", 10, Decimal("1.25"))
    other = UsageRow(date(2026, 10, 6), "key-2", "Wiki", "gpt-5", 10, Decimal("1.25"))
    database = add_usage(tmp_path / "usage.duckdb", [row, other])
    notebook: Any = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    notebook.cells[1].source += "\nseats = 12"
    # the sum of the keys that are left is not the total
    notebook.cells[-1].source += PART_OF_THE_KEYS
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook, tmp_path / "notebooks" / "ours.ipynb")  # type: ignore[no-untyped-call]

    html = render(
        "ours",
        database=database,
        month="2026-10",
        output=tmp_path,
        parameters={"seats": "20"},
    ).read_text(encoding="utf-8")

    text = visible_text(html)
    assert re.search(r"langdock-usage report ours --month 2026-10 .* -p seats 20", text)
    assert "The keys of the summary cost 1.25" in text
    assert "the month 2.5 USD" in text
