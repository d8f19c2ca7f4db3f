"""Local calendar days and months: what is asked for, and what the service makes of it. Pure."""

import difflib
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from langdock_usage.errors import InvalidRequest

ONE_DAY = timedelta(days=1)

# Local time without an offset, or the same with a `Z` that the service is said to drop. Which of
# them it takes is not documented.
DateForm = Literal["plain", "z"]


@dataclass(frozen=True, order=True)
class Period:
    """Whole local days, `first` and `last` included; the ends of the calendar are open ends."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise InvalidRequest(
                f"The period begins on {self.first} and ends before that, on {self.last}; "
                "give the earlier day first."
            )

    def __str__(self) -> str:
        if self.last == date.max:
            return f"{self.first} and later"
        if self.first == date.min:
            return f"{self.last} and earlier"
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def days(self) -> Iterator[date]:
        """Every day of the period, in order."""
        return (self.first + n * ONE_DAY for n in range(len(self)))


@cache  # the names of all zones are read from hundreds of files
def zone(name: str) -> ZoneInfo:
    """The IANA zone of this name. Raises InvalidRequest with the nearest names."""
    zones = available_timezones()
    if name in zones:
        return ZoneInfo(name)
    near = difflib.get_close_matches(name, zones, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else "use an IANA name like Europe/Berlin."
    raise InvalidRequest(f"Unknown time zone {name!r}: {hint}")


def parse_day(text: str) -> date:
    """`2026-10-31` as a date. Raises InvalidRequest."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidRequest(f"{text!r} is not a day; write it as YYYY-MM-DD, like 2026-10-31.")


def parse_month(text: str) -> Period:
    """`2026-10` as the days of that month. Raises InvalidRequest."""
    if not re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", text, re.ASCII):
        raise InvalidRequest(f"{text!r} is not a month; write it as YYYY-MM, like 2026-10.")
    return month_of(date.fromisoformat(f"{text}-01"))


def month_of(day: date) -> Period:
    """The calendar month that `day` lies in."""
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def month_before(month: Period) -> Period:
    """The calendar month before the one that `month` begins in."""
    return month_of(month.first.replace(day=1) - ONE_DAY)


def months_of(period: Period) -> list[Period]:
    """The calendar months that lie wholly within `period`, in order."""
    months: list[Period] = []
    first = period.first
    while first <= period.last:
        month = month_of(first)
        if month.first >= period.first and month.last <= period.last:
            months.append(month)
        first = month.last + ONE_DAY
    return months


def today(timezone: str, now: datetime) -> date:
    """The local day of the moment `now` (aware)."""
    return now.astimezone(zone(timezone)).date()


def history_start(today: date) -> date:
    """The first day that the service still exports: 12 months before `today`."""
    try:
        return today.replace(year=today.year - 1)
    except ValueError:  # 29 February
        return today.replace(year=today.year - 1, day=28)


def utc_dates(period: Period, timezone: str) -> Period:
    """The dates that an export of these local days states: first and last instant, in UTC."""
    where = zone(timezone)
    try:
        first = datetime.combine(period.first, time.min, where).astimezone(UTC)
        last = datetime.combine(period.last, time.max, where).astimezone(UTC)
    except OverflowError:
        raise InvalidRequest(f"{period} lies at the end of the calendar.") from None
    return Period(first.date(), last.date())


def local_period(stated: Period, timezone: str) -> Period:
    """The local days whose export states these UTC dates: the inverse of `utc_dates`.

    Raises InvalidRequest where no period of the zone, or more than one, is stated like that (a zone
    on both sides of UTC in one year, like Europe/London, on the days around the change).
    """
    if not date.min + 2 * ONE_DAY < stated.first <= stated.last < date.max - 2 * ONE_DAY:
        raise InvalidRequest(f"{stated} lies at the end of the calendar.")
    near = (-ONE_DAY, timedelta(0), ONE_DAY)
    candidates = [
        Period(stated.first + a, stated.last + b)
        for a in near
        for b in near
        if stated.first + a <= stated.last + b
    ]
    fitting = [period for period in candidates if utc_dates(period, timezone) == stated]
    if len(fitting) == 1:
        return fitting[0]
    what = " or ".join(str(period) for period in fitting) or "no whole days"
    raise InvalidRequest(
        f"The UTC dates {stated} can mean {what} in {timezone}; "
        "say which days were exported with --from and --to, "
        f"like --from {stated.first} --to {stated.last}."
    )


def ranges(days: Iterable[date]) -> list[Period]:
    """These days as periods without gaps, in order."""
    periods: list[Period] = []
    for day in sorted(set(days)):
        if periods and periods[-1].last + ONE_DAY == day:
            periods[-1] = Period(periods[-1].first, day)
        else:
            periods.append(Period(day, day))
    return periods
