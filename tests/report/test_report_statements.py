"""What the monthly report says in words is true of its numbers."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from langdock_usage.errors import InvalidRequest, NoData
from langdock_usage.report.language import Language
from langdock_usage.report.monthly.provenance import moment_of
from langdock_usage.report.previous_report import moment_of_data, summary_of_report
from langdock_usage.windows import Period
from tests.support.data.databases import UsageRow, add_usage, days
from tests.support.pages.quick import quick_report
from tests.support.pages.report_html import assert_sound, tables_of, visible_text

TOKENS = (1000, 200, 400, 0, 600)
ROW = UsageRow(date(2026, 10, 5), "key-1", "Search", "gpt-5", 10, Decimal("1.25"), TOKENS)
BOTH_MONTHS = [date(2026, 9, 1) + timedelta(days=n) for n in range(61)]


def daily(days: Iterable[date], row: UsageRow = ROW) -> list[UsageRow]:
    return [replace(row, day=day) for day in days]


def report(database: Path, **more: object) -> str:
    return quick_report(database, "2026-10", database.with_suffix(".html"), **more).read_text()  # type: ignore[arg-type]


def test_day_without_usage_cost_nothing_and_is_not_unknown(tmp_path: Path) -> None:
    weekend = [date(2026, 9, 5), date(2026, 10, 3), date(2026, 10, 4)]
    used = daily(day for day in BOTH_MONTHS if day not in weekend)
    none = [Period(day, day) for day in weekend]
    html = report(add_usage(tmp_path / "usage.duckdb", used, without_usage=none))
    assert_sound(html, 29 * ROW.total_cost_usd)
    days = tables_of(html)["days"]
    before = days.heads.index("Month before")
    found = {row[0]: (row[1], row[before]) for row in days.rows}
    assert len(found) == 31
    # the month before by weekday: 5 September is a Saturday like 3 October, 30 September a
    # Wednesday like 28 October, the last that has one
    assert found["2026-10-03"] == ("0", "0")
    assert found["2026-10-04"] == ("0", "1.25")
    assert found["2026-10-05"] == ("1.25", "1.25")
    assert [found[f"2026-10-{day}"][1] for day in (28, 29, 31)] == ["1.25", "", ""]
    assert "the cheapest is Oct 3, 2026 with $0.00" in html


def test_cost_of_longer_periods_is_said_to_have_no_bars(tmp_path: Path) -> None:
    week = replace(ROW, day=date(2026, 10, 1), days=7, total_cost_usd=Decimal(700))
    rest = daily(day for day in BOTH_MONTHS if day >= date(2026, 10, 8))
    html = report(add_usage(tmp_path / "usage.duckdb", [week, *rest]))
    assert_sound(html, 700 + 24 * ROW.total_cost_usd)
    assert "$700.00 of this month stand in longer periods, which have no bars" in visible_text(html)
    assert tables_of(html)["days"].rows[0][0] == "2026-10-01/2026-10-07"


def test_restatements_since_a_report_are_of_what_it_rested_on(tmp_path: Path) -> None:
    """And a period is counted once, however often it was restated."""
    database = add_usage(tmp_path / "usage.duckdb", daily(BOTH_MONTHS))  # each received a day later
    for day, cost in ((2, "1.50"), (3, "1.75"), (4, "3.25")):
        row = replace(ROW, day=date(2026, 10, 20), total_cost_usd=Decimal(cost))
        add_usage(database, [row], received=datetime(2026, 11, day, 12, tzinfo=UTC))
    early, late = "2026-10-15T05:00:00", "2026-11-01T05:00:00"
    text = visible_text(report(database, earlier_report=early))
    assert "Nothing that the report of this month with data of Oct 15, 2026" in text
    assert "17 of the exports used came in after it." in text  # Oct 15 to 31, each a day later
    text = visible_text(report(database, earlier_report=late))
    assert "restated 1 of the periods" in text
    assert "the total changed by +$2.00" in text  # 3.25 - 1.25


def test_month_that_is_not_counted_restates_nothing(tmp_path: Path) -> None:
    database = add_usage(tmp_path / "usage.duckdb", daily(BOTH_MONTHS))
    for day, cost in ((2, "38.75"), (3, "7")):
        row = replace(ROW, day=date(2026, 10, 1), days=31, total_cost_usd=Decimal(cost))
        add_usage(database, [row], received=datetime(2026, 11, day, 12, tzinfo=UTC))
    html = report(database, earlier_report="2026-11-02T13:00:00")
    assert_sound(html, 31 * ROW.total_cost_usd)
    assert "rested on has been restated." in html
    assert "restatements" not in tables_of(html)


def test_message_names_who_moved_and_why(tmp_path: Path) -> None:
    stays = daily(BOTH_MONTHS)
    opus = replace(ROW, api_key_id="key-2", api_key_name="Agent", model="opus")
    rows = [
        *stays,
        replace(opus, day=date(2026, 9, 5), total_cost_usd=Decimal(200)),
        replace(opus, day=date(2026, 10, 5), total_cost_usd=Decimal(20)),
        replace(
            opus,
            day=date(2026, 10, 5),
            api_key_id="key-3",
            api_key_name="Other",
            total_cost_usd=Decimal(30),
        ),
    ]
    text = visible_text(report(add_usage(tmp_path / "usage.duckdb", rows)))
    plain = " ".join(text.replace("|", "").split())
    # Agent: 20 - 200, with as many requests; Search: 1.25 a day, and October has a day more
    assert (
        "Agent \u2212$180.00 (cheaper requests), Other +$30.00 (new), Search +$1.25 (more days)."
        in plain
    )
    assert "+$30.00 Other: new, most of it on opus." in plain


def test_month_without_usage_is_reconciled_with_a_month_without_usage(tmp_path: Path) -> None:
    september = daily(day for day in BOTH_MONTHS if day.month == 9)
    october = [Period(day, day) for day in BOTH_MONTHS if day.month == 10]
    database = tmp_path / "usage.duckdb"
    add_usage(database, september, without_usage=october)
    assert "are not both in the database" in report(database)
    add_usage(database, [], without_usage=[days("2026-10-01", "2026-10-31")], group_by=None)
    assert "figure for the whole month holds no usage either" in report(database)


def test_unclear_tokens_have_no_share_in_ratios(tmp_path: Path) -> None:
    unclear = (1000, 200, 400, 0, 100)  # 1000 is neither 100 + 400 nor 100
    rows = [
        replace(ROW, total_cost_usd=Decimal(20)),
        replace(ROW, api_key_id="key-2", total_cost_usd=Decimal(50), tokens=unclear),
        replace(ROW, api_key_id="key-3", total_cost_usd=Decimal(30), tokens=None),
    ]
    text = visible_text(report(add_usage(tmp_path / "usage.duckdb", rows)))
    assert "it stands for 20.0% of the cost" in text  # 20 of 100
    (tmp_path / "all").mkdir()
    text = visible_text(report(add_usage(tmp_path / "all" / "usage.duckdb", rows[1:2])))
    assert "The token columns of this month do not add up" in text


def test_csv_heads_say_nothing_of_millions_and_the_command_names_the_database(
    tmp_path: Path,
) -> None:
    rows = [
        replace(ROW, requests=12_345_678),
        replace(ROW, api_key_id="key-2", api_key_name="Small", requests=40_000),
    ]
    keys = tables_of(report(add_usage(tmp_path / "usage.duckdb", rows)))["keys"]
    assert "Requests (M)" not in keys.heads  # what is saved: the head, and exact numbers
    assert keys.column("Requests") == [12_345_678, 40_000]
    html = (tmp_path / "usage.html").read_text()
    assert "Requests (M)" in html
    assert "&lt;0.1" in html
    assert "--month 2026-10 --org org-1 --db usage.duckdb" in html
    assert str(tmp_path) not in html


def test_half_a_cent_is_not_nothing() -> None:
    assert Language("en").money(Decimal("0.005"), 2) == "<$0.01"
    assert Language("en").money(Decimal("0.006"), 2) == "$0.01"


@pytest.mark.parametrize(
    ("summary", "moment"),
    [
        ('{"org_id":"org-1","data_of":"2026-11-01T05:00:00"}', "2026-11-01T05:00:00"),
        ('{"org_id":"org-2","data_of":"2026-11-01T05:00:00"}', None),
        ('{"org_id":"org-1","data_of":"?"}', None),
        ('{"org_id":"org-1","data_of":"2026-11-01T05:00:00+00:00"}', None),
        ('{"org_id":"org-1"}', None),
        ("{", None),
    ],
)
def test_earlier_report_is_read_only_if_it_is_one(
    summary: str, moment: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(f'<script type="application/json" id="report-summary">{summary}</script>')
    assert moment_of_data(summary_of_report(path), "org-1") == moment


def test_moment_that_is_given_by_hand() -> None:
    assert moment_of("2026-11-03T18:00+01:00") == datetime.fromisoformat("2026-11-03T17:00")
    with pytest.raises(InvalidRequest, match="'whatever' is no moment"):
        moment_of("whatever")


def test_month_inside_a_longer_period_is_said_to_be_known_only_as_part_of_it(
    tmp_path: Path,
) -> None:
    quarter = replace(ROW, day=date(2026, 9, 1), days=91)
    with pytest.raises(NoData, match="known for 2026-09-01 to 2026-11-30, which cannot be split"):
        report(add_usage(tmp_path / "usage.duckdb", [quarter]))


def test_days_without_models_are_not_compared_with_the_month(tmp_path: Path) -> None:
    october = daily(day for day in BOTH_MONTHS if day.month == 10)
    month = replace(ROW, day=date(2026, 10, 1), days=31, model=None, total_cost_usd=Decimal(99))
    database = tmp_path / "usage.duckdb"
    add_usage(database, [*(replace(row, model=None) for row in october), month], group_by=None)
    html = report(database)
    assert_sound(html, 31 * ROW.total_cost_usd)
    assert "Not reconciled.</strong>" in html
    assert "are not both in the database" in html


def test_month_that_was_received_before_it_began_is_taken_as_stated(tmp_path: Path) -> None:
    month = replace(ROW, day=date(2026, 10, 1), days=31)
    received = datetime(2026, 9, 1, 12, tzinfo=UTC)
    html = report(add_usage(tmp_path / "usage.duckdb", [month], received=received))
    assert_sound(html, ROW.total_cost_usd)
    assert "Provisional.</strong>" in html
    assert "Complete.</strong>" in html


def test_days_that_cost_nothing_beside_a_period_that_did(tmp_path: Path) -> None:
    free = [
        replace(ROW, day=date(2026, 10, day), total_cost_usd=Decimal(0)) for day in range(1, 11)
    ]
    rest = replace(ROW, day=date(2026, 10, 11), days=21, total_cost_usd=Decimal("12.5"))
    text = visible_text(report(add_usage(tmp_path / "usage.duckdb", [*free, rest])))
    assert "$12.50 of this month stand in longer periods" in text
    assert "cost nothing" not in text


def test_line_that_is_not_drawn_is_not_announced(tmp_path: Path) -> None:
    september = replace(ROW, day=date(2026, 9, 1), days=30)
    october = daily(day for day in BOTH_MONTHS if day.month == 10)
    html = report(add_usage(tmp_path / "usage.duckdb", [september, *october]))
    assert "What each day cost, by model." in html
    assert '"what":"Month before' not in html


def test_days_are_drawn_where_no_weekday_of_the_month_before_is_known(tmp_path: Path) -> None:
    # 1 September is a Tuesday, and the first one of October is the sixth: five days later
    rows = [replace(ROW, day=date(2026, 9, 1)), replace(ROW, day=date(2026, 10, 1))]
    html = report(add_usage(tmp_path / "usage.duckdb", rows))
    assert "Bar chart of cost by day and model." in html


def test_key_that_comes_back_is_not_new(tmp_path: Path) -> None:
    rows = [
        *daily(BOTH_MONTHS),
        replace(ROW, api_key_id="back", api_key_name="Beta", day=date(2026, 8, 5)),
        replace(ROW, api_key_id="back", api_key_name="Beta"),
        replace(ROW, api_key_id="new", api_key_name="Gamma"),
    ]
    html = report(add_usage(tmp_path / "usage.duckdb", rows))
    keys = html[html.index('id="keys"') : html.index('id="models"')]
    assert '<bdi>Gamma</bdi> <span class="mark"><bdi>new</bdi>' in keys
    assert '<bdi>Beta</bdi> <span class="mark">' not in keys
