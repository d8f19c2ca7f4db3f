"""What people write for a period, and the days that it means."""

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from langdock_usage.errors import InvalidRequest
from langdock_usage.periods import as_period
from langdock_usage.windows import Period

OCTOBER = ("2026-10-01", "2026-10-31")
QUARTER = ("2026-07-01", "2026-09-30")
YEAR = ("2026-01-01", "2026-12-31")


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ("2026-10", OCTOBER),
        (" 2026-10 ", OCTOBER),
        ("2026", YEAR),
        ("2026-Q3", QUARTER),
        ("2026-q3", QUARTER),
        ("2026Q3", QUARTER),
        ("2026-Q4", ("2026-10-01", "2026-12-31")),
        ("2028-02", ("2028-02-01", "2028-02-29")),
        ("2026-10-05", ("2026-10-05", "2026-10-05")),
        (("2026-Q2", "2026-Q3"), ("2026-04-01", "2026-09-30")),
        (("2026-09-15", "2026-10"), ("2026-09-15", "2026-10-31")),
        ("2026-07..2026-09", QUARTER),
        ("2026 .. 2026-10", ("2026-01-01", "2026-10-31")),
        (("2026-06", None), ("2026-06-01", "9999-12-31")),
        ((None, "2026-06"), ("0001-01-01", "2026-06-30")),
        ("2026-06..", ("2026-06-01", "9999-12-31")),
        ("..2026-Q2", ("0001-01-01", "2026-06-30")),
        (pd.Period("2026-10"), OCTOBER),
        (pd.Period("2026Q3"), QUARTER),
        (pd.Period("2026"), YEAR),
        (pd.Period("2026-10-05", freq="D"), ("2026-10-05", "2026-10-05")),
        (pd.Period("2026-10-05", freq="W"), ("2026-10-05", "2026-10-11")),
        ((pd.Period("2026-07"), pd.Timestamp("2026-09-30")), QUARTER),
        (pd.Timestamp("2026-10-05 23:59", tz="Europe/Berlin"), ("2026-10-05", "2026-10-05")),
        (datetime(2026, 10, 5, 12), ("2026-10-05", "2026-10-05")),  # noqa: DTZ001
        (Period(date(2026, 1, 1), date(2026, 12, 31)), YEAR),
    ],
)
def test_periods_are_days(asked: Any, days: tuple[str, str]) -> None:
    period = as_period(asked)
    assert period and (f"{period.first}", f"{period.last}") == days


@pytest.mark.parametrize("asked", [None, (None, None), ".."])
def test_nothing_is_everything(asked: Any) -> None:
    assert as_period(asked) is None


@pytest.mark.parametrize(
    "asked",
    ["2026-Q5", "2026-Q", "Q3", "26", "0026", "20266", "2026-1", "2026-13", "2026-02-30", "", "..x",
     "2026-10...2026-11", "last month", 2026, 2026.5, pd.NaT, pd.Period("2026-10-05 13:00", "h"),
     ("2026-10",), ("2026-10", 5), {"2026-10": "2026-11"}],
)  # fmt: skip
def test_what_is_no_period_is_told_how_to_write_one(asked: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"write (a month|it as).*2026-10"):
        as_period(asked)


def test_open_ends_are_told_in_words() -> None:
    assert str(as_period("2026-06..")) == "2026-06-01 and later"
    assert str(as_period("..2026-06")) == "2026-06-30 and earlier"
