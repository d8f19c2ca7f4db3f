"""Which days and which zone a file is taken to be of."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from langdock_usage.ingest.load import load
from langdock_usage.store.writing.store import Store
from langdock_usage.windows import Period
from tests.support.data.databases import DatabaseBuilder, csv_of, days
from tests.support.loading import OCTOBER, errors, file_of, load_into
from tests.support.queries import rows


def test_berlin_october_is_october(database: Path, tmp_path: Path) -> None:
    """The file says 2026-09-30 to 2026-10-31, in UTC dates."""
    csv = csv_of([{}], OCTOBER, timezone="Europe/Berlin")
    assert b"2026-09-30,2026-10-31" in csv
    [loaded] = load_into(database, file_of(tmp_path, csv), timezone="Europe/Berlin")
    assert loaded.error is None
    assert rows(
        database, "select window_start, window_end, timezone, month from monthly_usage"
    ) == [(date(2026, 10, 1), date(2026, 10, 31), "Europe/Berlin", date(2026, 10, 1))]


def test_zone_is_utc_unless_told(database: Path, tmp_path: Path) -> None:
    load_into(database, file_of(tmp_path, csv_of([{}], OCTOBER)))
    assert rows(database, "select window_start, window_end, timezone from usage") == [
        (date(2026, 10, 1), date(2026, 10, 31), "UTC")
    ]


def test_zone_is_that_of_the_workspace_else_the_default(database: Path, tmp_path: Path) -> None:
    """Days without usage that were fetched before belong to the workspace that the file names."""
    file = file_of(tmp_path, csv_of([{}], OCTOBER, timezone="Europe/Berlin"))
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-11-01"), timezone="Europe/Berlin")
        for default in ("America/New_York", "UTC"):
            [loaded] = load(builder.store, [file], default_timezone=default)
            assert (loaded.error, loaded.warnings, loaded.window) == (None, (), OCTOBER)
        [error] = errors(load(builder.store, [file], timezone="Asia/Kolkata"))
    assert "stored in Europe/Berlin, which it keeps; use --timezone Europe/Berlin" in error
    other = csv_of([{"org_id": "org_b"}], OCTOBER, timezone="America/New_York")
    with Store(database) as store:
        [loaded] = load(
            store, [file_of(tmp_path, other, "b.csv")], default_timezone="America/New_York"
        )
    assert (loaded.error, loaded.warnings, loaded.window) == (None, (), OCTOBER)


@pytest.mark.parametrize(
    ("stated", "zone", "local"),
    [
        (("2026-09-01", "2026-09-30"), "Europe/Berlin", "2026-09-02 to 2026-09-30"),
        (("2026-07-01", "2026-09-30"), "America/New_York", "2026-07-01 to 2026-09-29"),
        (("2026-02-01", "2026-02-28"), "Asia/Kolkata", "2026-02-02 to 2026-02-28"),
        (("2026-10-05", "2026-10-05"), "Europe/Berlin", "no whole days"),
    ],
)
def test_whole_months_and_days_in_utc_are_not_taken_for_odd_periods(
    database: Path, tmp_path: Path, stated: tuple[str, str], zone: str, local: str
) -> None:
    """2 September in Berlin begins on 1 September at 22:00 UTC; who exports from the second on?"""
    window = days(*stated)
    file = file_of(tmp_path, csv_of([{}], window))
    [error] = errors(load_into(database, file, timezone=zone))
    assert str(file) in error
    for text in (str(window), zone, local, f"--from {window.first} --to {window.last}"):
        assert text in error
    assert rows(database, "from exports") == []
    [loaded] = load_into(database, file, timezone=zone, period=window)
    assert loaded.window == window


@pytest.mark.parametrize(
    ("first", "last", "zone"),
    [
        ("2026-09-01", "2026-09-30", "Europe/Berlin"),
        ("2026-03-01", "2026-03-31", "Europe/London"),  # whole months in UTC dates too
        ("2026-09-02", "2026-09-02", "Europe/Berlin"),
        ("2026-10-01", "2026-10-01", "America/New_York"),
    ],
)
def test_true_days_and_months_of_a_zone_raise_no_question(
    database: Path, tmp_path: Path, first: str, last: str, zone: str
) -> None:
    window = days(first, last)
    file = file_of(tmp_path, csv_of([{}], window, timezone=zone))
    [loaded] = load_into(database, file, timezone=zone)
    assert loaded.window == window


def test_period_that_has_not_begun_is_refused(database: Path, tmp_path: Path) -> None:
    """It would count as known, without usage, until it is over."""
    this_year = datetime.now(UTC).year
    future = days(f"{this_year + 1}-12-01", f"{this_year + 1}-12-31")
    [error] = errors(load_into(database, file_of(tmp_path, csv_of([{}], future))))
    assert f"of {future}, which lies in the future: it is {this_year}-" in error
    assert rows(database, "from exports") == []


def test_default_zone_that_is_none_is_refused(database: Path, tmp_path: Path) -> None:
    file = file_of(tmp_path, csv_of([{}], OCTOBER))
    with Store(database) as store:
        [error] = errors(load(store, [file], period=OCTOBER, default_timezone="Berlin"))
    assert "Unknown time zone 'Berlin'" in error
    assert rows(database, "from exports") == []


def test_period_can_be_told(database: Path, tmp_path: Path) -> None:
    file = file_of(tmp_path, csv_of([{}], OCTOBER))
    load_into(database, file, period=days("2026-10-02", "2026-10-30"))
    assert rows(database, "select window_start, window_end from usage") == [
        (date(2026, 10, 2), date(2026, 10, 30))
    ]


def test_told_period_that_contradicts_the_file_is_refused(database: Path, tmp_path: Path) -> None:
    """The October of Berlin, told to be November, or its first half: it would count twice."""
    file = file_of(tmp_path, csv_of([{}], OCTOBER, timezone="Europe/Berlin"))
    for told in (days("2026-11-01", "2026-11-30"), days("2026-10-01", "2026-10-15")):
        [error] = errors(load_into(database, file, timezone="Europe/Berlin", period=told))
        assert f"UTC dates 2026-09-30 to 2026-10-31, which are not those of {told}" in error
    assert rows(database, "from usage") == []


def test_period_that_can_mean_two_things_is_refused(database: Path, tmp_path: Path) -> None:
    london = csv_of([{}], days("2026-03-30", "2026-04-30"), timezone="Europe/London")
    file = file_of(tmp_path, london)
    [error] = errors(load_into(database, file, timezone="Europe/London"))
    assert "--from and --to" in error


def test_zone_that_was_not_given_is_a_warning_once(database: Path, tmp_path: Path) -> None:
    berlin = file_of(tmp_path, csv_of([{}], OCTOBER, timezone="Europe/Berlin"))
    september = file_of(tmp_path, csv_of([{}], days("2026-08-01", "2026-08-31")), "august.csv")
    [loaded] = load_into(database, berlin)
    assert "2026-09-30 to 2026-10-31 are days in UTC" in loaded.warnings[0]
    assert loaded.added
    assert f"unload {loaded.added.export_id}" in loaded.warnings[0]
    [loaded] = load_into(database, september)
    assert loaded.warnings == ()


def test_period_that_is_not_over_covers_no_day_to_come(database: Path, tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    window = Period(today - timedelta(days=3), today + timedelta(days=3))
    [loaded] = load_into(database, file_of(tmp_path, csv_of([{}], window)), timezone="UTC")
    assert f"count as soon as they reach {today}" in loaded.warnings[0]
    covered = [day for (day,) in rows(database, "select day from stored_days order by day")]
    known = [today - timedelta(days=n) for n in (3, 2, 1, 0)]
    assert covered == known
    # days take its place as soon as they cover what it knows
    for day in known:
        assert rows(database, "select distinct window_end from usage") == [(window.last,)]
        csv = csv_of([{}], Period(day, day))
        load_into(database, file_of(tmp_path, csv, f"{day}.csv"), timezone="UTC")
    assert rows(database, "select distinct window_end from usage order by all") == [
        (day,) for day in known
    ]
