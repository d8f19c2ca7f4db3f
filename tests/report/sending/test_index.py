"""`reports/index.html` lists every report, whoever wrote it, and asks nothing of anyone."""

import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from langdock_usage.embedding import embedded_json
from langdock_usage.report.monthly.open_month import open_month
from langdock_usage.report.monthly.summary import element
from langdock_usage.report.sending.index import update_index
from tests.support.command import call
from tests.support.data.example_data import two_months

GOOD = {"final": True, "complete": True, "reconciled": True}


def page(folder: Path, name: str, *, total: str, title: str = "Usage", **more: object) -> Path:
    """A report as far as the index can see."""
    summary = {
        "month": name[:7],
        "org_id": "org_a",
        "total_cost_usd": total,
        "verdict": GOOD,
        **more,
    }
    html = folder / name
    html.parent.mkdir(parents=True, exist_ok=True)
    html.write_text(
        f'<html lang="en"><head><title>{title}</title></head>{element(summary)}</html>', "utf-8"
    )
    return html


def rows(index: Path) -> list[list[str]]:
    text = index.read_text(encoding="utf-8")
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row)]
        for row in body.split("</tr>")[:-1]
    ]


def test_what_a_notebook_without_a_summary_is_listed_with(two_months_database: Path) -> None:
    costs = {9: Decimal(0), 10: Decimal(0)}
    for row in two_months():
        costs[row.day.month] += row.total_cost_usd
    with open_month(two_months_database, "2026-10", None) as month:
        summary = month.summary()
    assert Decimal(str(summary["total_cost_usd"])) == costs[10]
    assert Decimal(str(summary["change_usd"])) == costs[10] - costs[9]


def test_newest_first_with_total_change_and_verdict(tmp_path: Path) -> None:
    page(tmp_path, "2026-09/monthly_report.html", total="10.005")
    august = {**GOOD, "differing_invoices": ["R-7"], "changed_usd": "1.5"}
    page(tmp_path, "2026-08/monthly_report.html", total="9", verdict=august)
    open_verdict = {**GOOD, "final": False, "reconciled": False}
    october = "2026-10/monthly_report.html"
    page(tmp_path, october, total="7.505", change_usd="-2.5", verdict=open_verdict)
    (tmp_path / "notes.html").write_text("<html>mine</html>")

    index = update_index(tmp_path)

    assert rows(index) == [
        ["2026-10", "Usage", "org_a", "$7.50", "\u2212$2.50", "! not final, not reconciled"],
        ["2026-09", "Usage", "org_a", "$10.00", "n/a", "\u2713 final, complete, reconciled"],
        [
            *("2026-08", "Usage", "org_a", "$9.00", "n/a"),
            "! invoice differs; changed by +$1.50 since the version before",
        ],
    ]
    text = index.read_text(encoding="utf-8")
    assert text.index("default-src 'none'") < text.index("<style>")
    assert not re.search(r"https?://|<script(?! type=.application/json)", text)


def test_what_a_report_was_made_again_or_removed_is_seen(tmp_path: Path) -> None:
    report = page(tmp_path, "2026-10/a.html", total="1")
    other = page(tmp_path, "2026-10/b.html", total="2")
    update_index(tmp_path)

    page(tmp_path, "2026-10/a.html", total="3.33")
    other.unlink()

    assert [row[3] for row in rows(update_index(tmp_path))] == ["$3.33"]
    report.write_text("damaged", "utf-8")
    assert rows(update_index(tmp_path)) == []


def test_names_are_hostile(tmp_path: Path) -> None:
    page(
        tmp_path,
        "2026-10/a&b <c>.html",
        total="1",
        title="&lt;img src=x&gt;",
        workspace="</script>",
    )

    text = update_index(tmp_path).read_text(encoding="utf-8")

    assert 'href="2026-10/a%26b%20%3Cc%3E.html"' in text
    assert "<img" not in text
    assert text.count("</script>") == 1  # the end of the data itself
    assert embedded_json("</script>") in text


def test_several_at_once_lose_none(tmp_path: Path) -> None:
    def write(day: int) -> None:
        page(tmp_path, f"2026-{day:02}/r.html", total="1")
        update_index(tmp_path)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(1, 13)))

    assert len(rows(tmp_path / "index.html")) == 12


@pytest.mark.slow
def test_report_keeps_the_index_and_prints(two_months_database: Path, tmp_path: Path) -> None:
    command = f"report --month 2026-10 --pdf --db {two_months_database}".split()

    result = call(tmp_path, *command)

    assert result.returncode == 0, result.stderr
    html = tmp_path / result.stdout.strip()
    assert html.with_suffix(".pdf").read_bytes().startswith(b"%PDF-")
    [row] = rows(tmp_path / "reports" / "index.html")
    assert row[:2] == ["2026-10", "LLM API usage in October 2026"]
    # as the command wrote it: without a Chromium nothing is rendered
    without = call(tmp_path, *command, "--output", "other", PATH="")
    assert without.returncode == 1
    assert "printed by Chromium" in without.stderr
    assert not (tmp_path / "other").exists()
