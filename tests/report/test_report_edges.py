"""Months that are unlike others: none of them shows NaN, inf, "None" or an empty box."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from tests.support.data.databases import UsageRow, add_usage, days
from tests.support.data.example_data import large_workspace, two_months
from tests.support.pages.quick import quick_report
from tests.support.pages.report_html import assert_sound, summary_of, tables_of, visible_text

TOKENS = (1000, 200, 400, 0, 600)
ROW = UsageRow(date(2026, 10, 5), "key-1", "Search", "gpt-5", 10, Decimal("1.25"), TOKENS)
NEW_AND_GONE = [
    replace(ROW, api_key_id="new", api_key_name="Beginner"),
    replace(ROW, api_key_id="gone", api_key_name="Leaver", day=date(2026, 9, 7)),
]


def october() -> list[UsageRow]:
    return [row for row in two_months() if row.day.month == 10]


def without_tokens() -> list[UsageRow]:
    return [replace(row, tokens=None) for row in two_months()]


def byok_in_mid_month() -> list[UsageRow]:
    return [replace(row, tokens=None) if row.day.day < 15 else row for row in october()]


def one_key() -> list[UsageRow]:
    return [ROW]


def tiny() -> list[UsageRow]:
    return [replace(ROW, total_cost_usd=Decimal("0.0000001"))]


def enormous() -> list[UsageRow]:
    return [
        replace(ROW, total_cost_usd=Decimal("10000000.000000000001")),
        replace(ROW, api_key_id="key-2", total_cost_usd=Decimal("0.0000001")),
    ]


def free_of_charge() -> list[UsageRow]:
    return [replace(ROW, total_cost_usd=Decimal(0), requests=0, tokens=(0, 0, 0, 0, 0))]


def without_model() -> list[UsageRow]:
    return [
        replace(ROW, model=None),
        replace(ROW, api_key_id="key-2", model=None, total_cost_usd=Decimal(3)),
    ]


def with_missing_days() -> list[UsageRow]:
    return [row for row in two_months() if row.day.day not in (3, 4, 20)]


Case = Callable[[], list[UsageRow]]
Reports = Callable[[Case], str]
GERMAN = [one_key, free_of_charge, without_model]
CASES = [
    october,
    without_tokens,
    byok_in_mid_month,
    tiny,
    enormous,
    with_missing_days,
    *GERMAN,
]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """The report of a case, made once."""

    @cache
    def report_on(case: Case) -> str:
        language = "de" if case in GERMAN else "en"
        return report_of(case(), tmp_path_factory.mktemp(case.__name__), language)

    return report_on


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_unusual_month_is_sound(case: Case, reports: Reports) -> None:
    total = sum((row.total_cost_usd for row in case() if row.day.month == 10), Decimal(0))
    cost = "Kosten (USD)" if case in GERMAN else "Cost (USD)"
    assert_sound(reports(case), total, cost)


def report_of(rows: list[UsageRow], folder: Path, language: str = "en") -> str:
    database = add_usage(folder / "usage.duckdb", rows)
    return quick_report(database, "2026-10", folder / "report.html", language).read_text()


def test_first_month_has_nothing_to_compare_with(reports: Reports) -> None:
    html = reports(october)
    assert "no month before it to compare with" in html
    assert "Change" not in tables_of(html)["keys"].heads
    assert "month before</th>" not in html.lower()


@pytest.mark.parametrize(
    ("missing", "said", "marked"),
    [
        (
            date(2026, 9, 3),
            "September 2026 is only partly in the database (29 of 30 days)",
            {"Leaver": "no longer used"},
        ),
        (
            date(2026, 10, 3),
            "October 2026 is only partly in the database (30 of 31 days)",
            {"Beginner": "new"},
        ),
    ],
)
def test_month_known_in_part_is_not_compared_nor_are_keys_marked_for_what_it_may_hide(
    missing: date, said: str, marked: dict[str, str], tmp_path: Path
) -> None:
    days = [date(2026, 9, 1) + timedelta(days=n) for n in range(61)]
    rows = [replace(ROW, api_key_id="stays", day=day) for day in days if day != missing]
    html = report_of(rows + NEW_AND_GONE, tmp_path)
    assert marks(html) == marked
    text = visible_text(html)
    assert f"{said}, so the months are not compared." in text
    assert "moved most" not in text
    assert " less than September" not in text
    assert " more than September" not in text
    assert "Change" not in tables_of(html)["keys"].heads
    assert re.search(r"Change against the month before\|+\s*\|*n/a", text)


def test_month_without_usage_is_not_a_month_without_data(tmp_path: Path) -> None:
    september = [replace(ROW, day=date(2026, 9, 5))]
    database = tmp_path / "usage.duckdb"
    add_usage(database, september, without_usage=[days("2026-10-05")])
    html = quick_report(database, "2026-10", tmp_path / "report.html").read_text()

    assert_sound(html, Decimal(0))
    assert "Nothing was used in October 2026." in visible_text(html)
    assert summary_of(html)["keys"] == []
    assert "There is nothing to show here for this month." in html
    assert "no longer used" in html
    assert "September 2026 is only partly in the database (1 of 30 days)" in visible_text(html)


def test_workspace_without_token_data_says_so(reports: Reports) -> None:
    html = reports(without_tokens)
    text = visible_text(html)
    assert "Token data does not exist for this month" in text
    assert not re.search(r"(?<![\d.])0(\.0)?%", text)
    assert summary_of(html)["cache_hit_ratio"] is None
    for name in ("keys", "models", "figures-by-month"):
        heads = tables_of(html)[name].heads
        assert "Requests" in heads
        assert not {"Input tokens", "Output tokens", "Cache-hit ratio"} & set(heads)


def test_ratios_of_a_month_that_turned_byok_are_of_its_later_part(reports: Reports) -> None:
    html = reports(byok_in_mid_month)
    known = [row for row in october() if row.day.day >= 15]
    tokens = [row.tokens for row in known if row.tokens]
    ratio = sum(t[2] for t in tokens) / sum(t[0] for t in tokens)
    assert summary_of(html)["cache_hit_ratio"] == pytest.approx(ratio)
    share = sum(r.total_cost_usd for r in known) / sum(r.total_cost_usd for r in october())
    assert f"it stands for {share:.1%} of the cost" in visible_text(html)


def test_missing_days_are_named(reports: Reports) -> None:
    html = reports(with_missing_days)
    assert "Not in the database: Oct 3, 2026 \u2013 Oct 4, 2026, Oct 20, 2026." in html
    verdict = summary_of(html)["verdict"]
    assert verdict["missing_days"] == ["2026-10-03", "2026-10-04", "2026-10-20"]


def test_days_that_may_still_change_are_named(reports: Reports) -> None:
    html = reports(october)
    # each day was received on the morning after it
    assert "Late usage may still change Oct 1, 2026 \u2013 Oct 31, 2026." in html
    assert len(summary_of(html)["verdict"]["provisional_days"]) == 31


def test_small_and_large_amounts_keep_their_digits(reports: Reports) -> None:
    assert "$0.000000100" in reports(tiny)
    html = reports(enormous)
    assert "$10,000,000.00" in html
    assert "&lt;$0.01" in html
    assert 'data-value="10000000.000000000001"' in html


def test_new_gone_and_renamed_keys_are_marked(tmp_path: Path) -> None:
    days = [date(2026, 9, 1) + timedelta(days=n) for n in range(61)]
    stays = replace(ROW, api_key_id="stays")
    rows = [replace(stays, day=day, api_key_name=f"Name of {day:%B}") for day in days]
    renamed = {"Name of October": "renamed; before: Name of September"}
    assert marks(report_of(rows + NEW_AND_GONE, tmp_path)) == renamed | {
        "Beginner": "new",
        "Leaver": "no longer used",
    }


def marks(html: str) -> dict[str, str]:
    """What stands beside the names of the keys."""
    keys = html[html.index('id="keys"') : html.index('id="models"')]
    return dict(re.findall(r"<bdi>(\w[\w ]*)</bdi> <span class=\"mark\"><bdi>(.*?)</bdi>", keys))


def test_month_known_only_as_a_whole_has_no_days(tmp_path: Path) -> None:
    rows = [replace(ROW, day=date(2026, 10, 1), days=31, model=None)]
    html = report_of(rows, tmp_path)
    assert_sound(html, ROW.total_cost_usd)
    text = visible_text(html)
    assert "The database holds this month in longer periods" in text
    assert "Oct 1, 2026 \u2013 Oct 31, 2026" in text
    assert "Every day of the month is in the database." in text


def test_restatements_are_listed_and_counted(tmp_path: Path) -> None:
    database = add_usage(tmp_path / "usage.duckdb", two_months())
    day = date(2026, 10, 7)
    newer = replace(ROW, day=day, total_cost_usd=Decimal("7.5"))
    add_usage(database, [newer], received=datetime(2026, 11, 9, tzinfo=UTC))
    html = quick_report(
        database, "2026-10", tmp_path / "report.html", earlier_report="2026-11-02T05:00:00"
    ).read_text()

    before = sum((row.total_cost_usd for row in two_months() if row.day == day), Decimal(0))
    month = sum((row.total_cost_usd for row in two_months() if row.day.month == 10), Decimal(0))
    assert_sound(html, month - before + Decimal("7.5"))
    table = tables_of(html)["restatements"]
    assert table.column("Cost before") == [before]
    assert table.column("Cost after") == [Decimal("7.5")]
    assert "Newer exports restated 1 of the periods" in visible_text(html)


# for names of 300 characters that HTML and JSON write as more
ENDING = 50 * '\U0001f680<"&>\u00e9'


def test_enormous_workspace_stands_together_in_its_last_rows(tmp_path: Path) -> None:
    database = large_workspace(
        tmp_path / "usage.duckdb", keys=3000, models=9, days=2, ending=ENDING
    )
    html = quick_report(database, "2026-10", tmp_path / "report.html").read_text()
    total = sum(range(1, 3001)) * sum(range(1, 10)) * sum(range(1, 3)) / Decimal(100000)
    assert_sound(html, total)
    keys, listed = tables_of(html)["keys"], summary_of(html)["keys"]
    assert 500 <= len(keys.rows) == len(listed) < 3000
    assert keys.rows[-1][0] == "All others"
    assert listed[-1]["id"] is None
    assert listed[-1]["others"] == 3001 - len(listed)
    assert sum(keys.column("Requests")) == keys.total_of("Requests")
    assert "Drawn are the 500 costliest API keys." in visible_text(html)


def test_huge_workspace_fits_into_three_megabytes(tmp_path: Path) -> None:
    database = large_workspace(tmp_path / "usage.duckdb", days=8, ending=ENDING)
    html = quick_report(database, "2026-10", tmp_path / "report.html").read_text()
    total = sum(range(1, 501)) * sum(range(1, 41)) * sum(range(1, 9)) / Decimal(100000)
    assert_sound(html, total)
    keys = tables_of(html)["keys"]
    assert len(keys.rows) == 500
    assert "Team 0 <script>" in keys.rows[-1][0]
    assert "All others" in tables_of(html)["keys-and-models"].heads
