"""Local days and months, and the UTC dates that the service makes of them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langdock_usage.errors import InvalidRequest
from langdock_usage.windows import (
    Period,
    history_start,
    local_period,
    month_before,
    month_of,
    months_of,
    parse_day,
    parse_month,
    ranges,
    today,
    utc_dates,
    zone,
)


def period(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


def test_month_is_all_its_days() -> None:
    assert parse_month("2026-02") == period("2026-02-01", "2026-02-28")
    assert parse_month("2028-02") == period("2028-02-01", "2028-02-29")
    assert parse_month("2026-12") == period("2026-12-01", "2026-12-31")
    assert month_before(parse_month("2026-01")) == parse_month("2025-12")
    assert len(parse_month("2026-10")) == 31


@pytest.mark.parametrize(
    "text",
    ["2026-13", "2026-00", "2026-1", "26-01", "2026-10-01", "", "0000-01", "october", "²026-10"],
)
def test_month_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="YYYY-MM"):
        parse_month(text)


@pytest.mark.parametrize("text", ["2026-02-30", "2026-2-3", "20260203", "yesterday", ""])
def test_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="YYYY-MM-DD"):
        parse_day(text)


def test_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="earlier day first"):
        period("2026-10-02", "2026-10-01")


def test_unknown_zone_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InvalidRequest, match="Europe/Berlin"):
        zone("Europe/Berlim")
    with pytest.raises(InvalidRequest, match="IANA"):
        zone("../../etc/passwd")


def test_today_is_local() -> None:
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    assert today("Europe/Berlin", late) == date(2026, 11, 1)
    assert today("America/New_York", late) == date(2026, 10, 31)


def test_history_goes_twelve_months_back() -> None:
    assert history_start(date(2026, 11, 23)) == date(2025, 11, 23)
    assert history_start(date(2028, 2, 29)) == date(2027, 2, 28)


def test_whole_months_of_a_period() -> None:
    assert months_of(period("2026-01-15", "2026-04-01")) == [
        parse_month("2026-02"),
        parse_month("2026-03"),
    ]


def test_days_become_ranges() -> None:
    days = [date(2026, 1, 3), date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 5)]
    assert ranges(days) == [period("2026-01-01", "2026-01-03"), period("2026-01-05", "2026-01-05")]


def test_berlin_october_is_stated_in_utc_dates() -> None:
    # 1 October 00:00 in Berlin is 30 September 22:00 UTC; 31 October 23:59 is 22:59 UTC
    stated = period("2026-09-30", "2026-10-31")
    assert utc_dates(parse_month("2026-10"), "Europe/Berlin") == stated
    assert local_period(stated, "Europe/Berlin") == parse_month("2026-10")


def test_new_york_october_is_stated_in_utc_dates() -> None:
    # 31 October 23:59 in New York is 1 November 03:59 UTC
    stated = period("2026-10-01", "2026-11-01")
    assert utc_dates(parse_month("2026-10"), "America/New_York") == stated
    assert local_period(stated, "America/New_York") == parse_month("2026-10")


def test_london_spring_start_is_not_guessed() -> None:
    # both 29 March (GMT) and 30 March (BST, from 23:00 UTC the day before) begin on 29 March UTC
    with pytest.raises(InvalidRequest, match="2026-03-29 to 2026-04-30 or 2026-03-30 to"):
        local_period(period("2026-03-29", "2026-04-30"), "Europe/London")


@given(
    first=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    length=st.integers(0, 400),
    timezone=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]
    ),
)
def test_local_period_is_the_inverse_of_utc_dates(first: date, length: int, timezone: str) -> None:
    asked = Period(first, date.fromordinal(first.toordinal() + length))
    assert local_period(utc_dates(asked, timezone), timezone) == asked


@given(st.dates(date(1, 2, 1), date(9998, 1, 1)))
def test_every_day_lies_in_its_month(day: date) -> None:
    month = month_of(day)
    assert day in month
    assert month.first.day == 1
    assert date.fromordinal(month.last.toordinal() + 1).day == 1
