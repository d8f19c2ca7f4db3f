"""Where a month is heading: what a forecast rests on, and how sure it says it is."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage.errors import InvalidRequest, NoData, TooLittleHistory
from langdock_usage.windows import Period
from tests.support.data.databases import UsageRow, add_usage, days

WEEK = (100, 110, 90, 100, 100, 10, 5)  # Monday to Sunday


def weekly(day: date) -> Decimal:
    """The same week again and again, with two cents more every day."""
    return WEEK[day.weekday()] + Decimal(day.toordinal() % 1000) / 50


def row(day: date, cost: Decimal, key: str = "key-1", model: str = "gpt-5") -> UsageRow:
    return UsageRow(day, key, f"Name of {key}", model, requests=1, total_cost_usd=cost)


def build(
    database: Path, period: Iterable[date], cost: Callable[[date], Decimal] = weekly
) -> lu.Usage:
    return lu.open(add_usage(database, [row(day, cost(day)) for day in period]))


@pytest.fixture(scope="module")
def usage(tmp_path_factory: pytest.TempPathFactory) -> lu.Usage:
    """1 June to 10 November 2026, without 12 and 13 September; a key used up to August alone."""
    gap = (date(2026, 9, 12), date(2026, 9, 13))
    known = [day for day in days("2026-06-01", "2026-11-10").days() if day not in gap]
    rows = [row(day, weekly(day)) for day in known]
    rows += [row(day, Decimal(7), "key-2") for day in known if day < date(2026, 8, 1)]
    rows += [row(day, Decimal("0.5"), "key-3", "gpt-5-mini") for day in known]
    return lu.open(add_usage(tmp_path_factory.mktemp("forecast") / "test.duckdb", rows))


def one(frame: pd.DataFrame) -> dict[str, object]:
    [found] = frame.to_dict("records")
    return {str(name): value for name, value in found.items()}


def sums(period: Period) -> Decimal:
    return sum((weekly(day) + Decimal("0.5") for day in period.days()), Decimal(0))


def test_running_month(usage: lu.Usage) -> None:
    found = one(usage.forecast("2026-11", exact=True))
    so_far = sums(days("2026-11-01", "2026-11-10"))
    assert [*found] == [
        *("month", "org_id", "days_known", "cost_so_far_usd"),
        *("expected_usd", "low_usd", "high_usd", "usual_error_ratio"),
    ]
    assert (found["days_known"], found["cost_so_far_usd"]) == (10, so_far)
    # a profile that repeats itself is found; what grows is behind by some cents a day
    actual = so_far + sums(days("2026-11-11", "2026-11-30"))
    expected, low, high = (found[f"{name}_usd"] for name in ("expected", "low", "high"))
    assert isinstance(expected, Decimal) and abs(expected / actual - 1) < Decimal("0.01")
    assert low <= actual <= high  # type: ignore[operator]
    assert so_far < low < expected < high < actual * Decimal("1.05")  # type: ignore[operator]
    assert expected.as_tuple().exponent == -2
    assert 0 < found["usual_error_ratio"] < 0.01  # type: ignore[operator]


def test_what_is_not_known_yet_is_not_used(usage: lu.Usage, tmp_path: Path) -> None:
    """A forecast as of a day is that of a database that ends with it."""
    shorter = build(tmp_path / "shorter.duckdb", days("2026-06-01", "2026-09-10").days())
    then = usage.forecast("2026-09", known_until="2026-09-10", model="gpt-5", key="key-1")
    pd.testing.assert_frame_equal(then, shorter.forecast("2026-09"))
    later = usage.forecast("2026-10", known_until=date(2026, 9, 10))
    assert one(later)["days_known"] == 0


def test_a_month_that_is_over_has_its_cost(usage: lu.Usage) -> None:
    cost = sums(days("2026-10-01", "2026-10-31"))
    found = one(usage.forecast("2026-10", exact=True))
    assert {found[f"{name}_usd"] for name in ("cost_so_far", "expected", "low", "high")} == {cost}
    assert (found["days_known"], found["usual_error_ratio"]) == (31, 0)


def test_unknown_days_of_a_past_month_are_forecast(usage: lu.Usage) -> None:
    found = one(usage.forecast("2026-09", key="key-1"))
    assert found["days_known"] == 28
    missing = sum(weekly(day) for day in (date(2026, 9, 12), date(2026, 9, 13)))
    assert found["expected_usd"] - found["cost_so_far_usd"] == pytest.approx(  # type: ignore[operator]
        float(missing), rel=0.05
    )
    assert found["cost_so_far_usd"] <= found["low_usd"] < found["high_usd"]  # type: ignore[operator]


def test_every_key_used_in_the_eight_weeks_before(usage: lu.Usage) -> None:
    def keys(until: str) -> list[str]:
        frame = usage.forecast("2026-09", by="key", known_until=until)
        assert list(frame["api_key_name"]) == [f"Name of {key}" for key in frame["api_key_id"]]
        return sorted(frame["api_key_id"])

    # the 56 days up to 24 September begin on 31 July, the last day of key-2
    assert keys("2026-09-24") == ["key-1", "key-2", "key-3"]
    assert keys("2026-09-25") == ["key-1", "key-3"]
    models = usage.forecast("2026-11", by="model", exact=True)
    assert list(models["model"]) == ["gpt-5", "gpt-5-mini"]
    mini = models.iloc[1]
    assert (mini["cost_so_far_usd"], mini["expected_usd"]) == (Decimal(5), Decimal(15))
    assert (mini["low_usd"], mini["high_usd"]) == (Decimal(15), Decimal(15))
    assert set(usage.forecast("2026-11", by="team")["team"]) == {"unassigned"}


@pytest.mark.parametrize(
    ("first", "has_band"),
    # to 10 October: 27 and 10 days, or 28 and 10 days
    [("2026-09-04", False), ("2026-09-03", True)],
)
def test_too_little_history_is_said(tmp_path: Path, first: str, has_band: bool) -> None:
    usage = build(tmp_path / "test.duckdb", days(first, "2026-10-10").days())
    if has_band:
        assert usage.forecast("2026-10").notna().all(axis=None)
        return
    with pytest.warns(TooLittleHistory) as warned:
        found = usage.forecast("2026-10")
    assert str(warned[0].message) == (
        "2026-10: 27 days known before it, 37 in all. How sure a forecast is can be said with 28 "
        "before, or 56 in all."
    )
    missing = ["low_usd", "high_usd", "usual_error_ratio"]
    assert list(found.columns[found.isna().all()]) == missing


def test_of_56_known_days_nothing_is_missing(tmp_path: Path) -> None:
    period = days("2026-09-06", "2026-10-31")
    assert len(period) == 56
    usage = build(tmp_path / "test.duckdb", period.days())
    # its first days are not known; nothing is, yet; further ahead than the history is long
    for month in ("2026-09", "2026-11", "2027-02"):
        found = usage.forecast(month)
        assert found.notna().all(axis=None)
        assert one(found)["low_usd"] < one(found)["expected_usd"] < one(found)["high_usd"]  # type: ignore[operator]
    with pytest.warns(TooLittleHistory):  # one day less
        usage.forecast("2026-09", known_until="2026-10-30")


def test_a_holiday_is_like_a_sunday(usage: lu.Usage) -> None:
    plain, free = (
        one(usage.forecast("2026-11", key="key-1", holidays=holidays))
        for holidays in ((), ("2026-11-18", date(2026, 11, 19)))
    )
    less = plain["expected_usd"] - free["expected_usd"]  # type: ignore[operator]
    # a Wednesday and a Thursday for two Sundays, each with 2 to 5 USD of growth
    assert less == pytest.approx(90 + 100 - 2 * 5, abs=1)


def test_longer_periods_are_spread_over_their_days(tmp_path: Path) -> None:
    september = UsageRow(
        date(2026, 9, 1), "key-1", "A", "gpt-5", requests=1, total_cost_usd=Decimal(300), days=30
    )
    rows = [september, *(row(day, Decimal(10)) for day in days("2026-10-01", "2026-10-10").days())]
    usage = lu.open(add_usage(tmp_path / "test.duckdb", rows))
    found = one(usage.forecast("2026-10", exact=True))
    assert (found["cost_so_far_usd"], found["expected_usd"]) == (Decimal(100), Decimal(310))
    assert one(usage.forecast("2026-09", exact=True))["expected_usd"] == Decimal(300)
    # of September nothing is known in its middle
    with pytest.raises(NoData, match="is known by 2026-09-15"):
        usage.forecast("2026-09", known_until="2026-09-15")


def test_each_workspace_has_its_own(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    build(database, days("2026-08-01", "2026-10-10").days())
    add_usage(
        database,
        [row(day, Decimal(2)) for day in days("2026-07-01", "2026-10-20").days()],
        org_id="org-2",
    )
    usage = lu.open(database)
    found = usage.forecast("2026-10")
    assert list(zip(found["org_id"], found["days_known"], strict=True)) == [
        ("org-1", 10),
        ("org-2", 20),
    ]
    assert one(usage.forecast("2026-10", org="org-2"))["expected_usd"] == pytest.approx(62)


def test_what_cannot_be_forecast_is_refused(usage: lu.Usage) -> None:
    with pytest.raises(NoData, match="2026-05"):
        usage.forecast("2026-05")
    with pytest.raises(InvalidRequest, match="'2026-Q3' is not a month"):
        usage.forecast("2026-Q3")
    with pytest.raises(InvalidRequest, match="between 0 and 1"):
        usage.forecast("2026-11", level=80)
    with pytest.raises(InvalidRequest, match="by='day'"):
        usage.forecast("2026-11", by="day")  # type: ignore[arg-type]


def test_a_wider_band_is_surer(usage: lu.Usage) -> None:
    half, most = (usage.forecast("2026-11", level=level)["high_usd"].item() for level in (0.5, 0.9))
    assert half < most


def test_usual_error_is_that_of_the_same_day_of_the_months_before(usage: lu.Usage) -> None:
    """Of July, August and October: in September days are missing, before June is nothing."""
    errors = []
    for month in ("2026-07", "2026-08", "2026-10"):
        then = one(usage.forecast(month, known_until=f"{month}-10", key="key-1"))["expected_usd"]
        now = one(usage.forecast(month, key="key-1"))["expected_usd"]
        errors.append(abs(then - now) / now)  # type: ignore[operator]
    found = one(usage.forecast("2026-11", key="key-1"))["usual_error_ratio"]
    assert found == pytest.approx(sorted(errors)[1])


def test_days_lead_to_the_forecast(usage: lu.Usage) -> None:
    days_of = usage.forecast_days("2026-11", key="key-1")
    last, found = days_of.iloc[-1], one(usage.forecast("2026-11", key="key-1"))
    for name in ("expected", "low", "high"):
        assert last[f"{name}_running_usd"] == pytest.approx(found[f"{name}_usd"])
    tenth, eleventh = days_of.iloc[9], days_of.iloc[10]
    assert tenth["running_usd"] == pytest.approx(found["cost_so_far_usd"])
    assert tenth["low_running_usd"] == tenth["high_running_usd"] == tenth["running_usd"]
    assert pd.isna(eleventh["running_usd"]) and pd.isna(eleventh["cost_usd"])
    assert eleventh["low_running_usd"] < eleventh["expected_running_usd"]
    october = [float(weekly(day)) for day in days("2026-10-01", "2026-10-30").days()]
    assert last["running_before_usd"] == pytest.approx(sum(october))
    # 12 September is not known
    october_of = usage.forecast_days("2026-10")["running_before_usd"]
    assert list(october_of.notna()) == [True] * 11 + [False] * 20
