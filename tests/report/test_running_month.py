"""A month that is not over is compared with the same days of the one before, and forecast."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from langdock_usage.windows import Period
from tests.support.data.databases import UsageRow, add_usage, days
from tests.support.pages.quick import quick_report
from tests.support.pages.report_html import assert_sound, summary_of, tables_of, visible_text

TOKENS = (1000, 200, 400, 0, 600)
ROW = UsageRow(date(2126, 5, 1), "key-1", "Search", "gpt-5", 10, Decimal(10), TOKENS)
KNOWN = days("2126-02-01", "2126-05-10")


def rows() -> Iterator[UsageRow]:
    """10 USD a day, and 12 in May; each received in the morning after, so that it is 11 May."""
    for day in KNOWN.days():
        yield replace(ROW, day=day, total_cost_usd=Decimal(12 if day.month == 5 else 10))


def report(database: Path, language: str = "en") -> str:
    html = database.with_suffix(f".{language}.html")
    return quick_report(database, "2126-05", html, language).read_text()


def plain(html: str) -> str:
    return " ".join(visible_text(html).replace("|", " ").split())


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("running")
    return report(add_usage(folder / "usage.duckdb", rows()))


def test_same_days_are_compared(html: str) -> None:
    assert_sound(html, Decimal(120))  # ten days of 12
    text = plain(html)
    # 100 USD in the first ten days of April
    same_days = re.escape("the same days of the month before (Apr 1 \u2013 10, 2126)")
    assert re.search(
        rf"May 2126 \(so far\) cost \$120.00, \$20.00 \(20.0%\) more than {same_days}:",
        text.replace("\u2009", " "),
    )
    assert "Change against the same days of the month before +$20.00 +20.0%" in text
    keys = tables_of(html)["keys"]
    assert keys.total_of("Change (USD)") == Decimal(20)


def test_days_to_come_are_not_missing(html: str) -> None:
    text = plain(html)
    assert "Running. Still to come: May 11, 2126 \u2013 May 31, 2126." in text
    assert "Not in the database" not in text
    assert "Not reconciled" not in text
    verdict = summary_of(html)["verdict"]
    assert (verdict["complete"], verdict["final"], verdict["missing_days"]) == (False, False, [])
    assert verdict["days_to_come"] == [f"2126-05-{day}" for day in range(11, 32)]


def test_forecast_is_said(html: str) -> None:
    found = re.search(r"May 2126 will have cost about \$(\S+) when it is over, with a", plain(html))
    assert found
    # between 31 days as in April and as in May
    assert Decimal(330) <= Decimal(found[1]) <= Decimal(372)
    assert (
        "Expected (USD)" not in tables_of(html)["outlook"].heads
    )  # of budgets, and there are none


def test_day_that_is_missing_among_them_forbids_to_compare(tmp_path: Path) -> None:
    missing = date(2126, 5, 4)
    some = [row for row in rows() if row.day != missing]
    text = plain(report(add_usage(tmp_path / "usage.duckdb", some)))
    assert "Not in the database: May 4, 2126." in text
    assert "Still to come: May 11, 2126" in text
    assert "so the months are not compared" in text
    assert "Days are missing in this month or in the one before" in text


def test_gap_of_a_month_is_said_and_left_empty(tmp_path: Path) -> None:
    database = tmp_path / "usage.duckdb"
    past = [replace(ROW, day=date(2026, 7, 1), days=31), replace(ROW, day=date(2026, 9, 2))]
    none = [Period(day, day) for day in days("2026-10-01", "2026-10-31").days()]
    add_usage(database, past, without_usage=none, received=datetime(2026, 11, 9, tzinfo=UTC))
    html = quick_report(database, "2026-10", tmp_path / "report.html").read_text()
    assert "Nothing is known of Aug 2026." in plain(html)
    assert '"gap":"no data"' in html
    months = tables_of(html)["figures-by-month"]
    assert [row[0] for row in months.rows] == ["2026-07", "2026-09", "2026-10"]
