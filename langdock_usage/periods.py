"""From what people and pandas write to whole local days. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeAlias

from langdock_usage.errors import InvalidRequest
from langdock_usage.windows import Period, month_of, parse_day, parse_month

if TYPE_CHECKING:
    import pandas as pd

# "2026-10", "2026-Q3", "2026", "2026-10-05", a pair of these, or nothing: everything
End: TypeAlias = "str | date | pd.Period | None"
PeriodLike: TypeAlias = "End | Period | tuple[End, End] | list[End]"

HOW = (
    "write a month (2026-10), quarter (2026-Q3), year (2026), day (2026-10-31), "
    "or a range of them (2026-06..2026-08)"
)


def as_period(asked: PeriodLike) -> Period | None:
    """The days of a month, quarter, year or day, or from one to another; None asks for everything.

    As text (`"2026-10"`, `"2026-Q3"`, `"2026"`, `"2026-10-31"`, `"2026-06..2026-08"`), date,
    pandas.Timestamp or pandas.Period, or a pair of them. A missing end of a pair or range is open:
    as far as days are known. Raises InvalidRequest.

    >>> print(as_period("2026-10"))
    2026-10-01 to 2026-10-31
    >>> print(as_period(("2026-Q1", "2026-05-15")))
    2026-01-01 to 2026-05-15
    >>> print(as_period(("2026-06", None)))
    2026-06-01 and later
    """
    if asked is None or isinstance(asked, Period):
        return asked
    if isinstance(asked, str) and ".." in asked:
        first, _, last = asked.partition("..")
        return _from_to(first.strip() or None, last.strip() or None)
    if isinstance(asked, tuple | list):
        if len(asked) != 2:
            raise InvalidRequest(f"{asked!r} is not a period; {HOW}.")
        return _from_to(*asked)
    return _days_of(asked)


def as_moment(asked: datetime | date | str) -> datetime:
    """An aware moment; a day alone means its end in UTC. Raises InvalidRequest."""
    if isinstance(asked, date) and not isinstance(asked, datetime):
        asked = asked.isoformat()
    try:
        moment = datetime.fromisoformat(asked) if isinstance(asked, str) else asked
    except ValueError:
        raise InvalidRequest(
            f"{asked!r} is not a moment; write it like 2026-11-03 or 2026-11-03T18:00+01:00."
        ) from None
    if isinstance(asked, str) and len(asked) == len("2026-11-03"):
        return moment.replace(tzinfo=UTC) + timedelta(days=1, microseconds=-1)
    if moment.tzinfo is None:
        raise InvalidRequest(f"{asked} has no time zone; write it like {asked}+01:00.")
    return moment


def _from_to(first: End, last: End) -> Period | None:
    if first is None and last is None:
        return None
    return Period(
        date.min if first is None else _days_of(first).first,
        date.max if last is None else _days_of(last).last,
    )


def _days_of(asked: object) -> Period:
    if isinstance(asked, str):
        return _parsed(asked.strip())
    start, end = getattr(asked, "start_time", None), getattr(asked, "end_time", None)
    if isinstance(start, datetime) and isinstance(end, datetime):  # a pandas.Period
        if start.time() == time.min and end.time() == time.max:
            return Period(start.date(), end.date())
    elif isinstance(asked, date) and asked == asked:  # pandas.NaT is a datetime, not like itself
        day = asked.date() if isinstance(asked, datetime) else asked
        return Period(day, day)
    raise InvalidRequest(f"{asked!r} is not a period; {HOW}.")


def _parsed(text: str) -> Period:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        day = parse_day(text)
        return Period(day, day)
    if re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII):
        return parse_month(text)
    found = re.fullmatch(r"([12]\d{3})(?:-?[Qq]([1-4]))?", text, re.ASCII)
    if not found:
        raise InvalidRequest(f"{text!r} is not a period; {HOW}.")
    year, quarter = found.groups()
    first, last = (int(quarter) * 3 - 2, int(quarter) * 3) if quarter else (1, 12)
    return Period(date(int(year), first, 1), month_of(date(int(year), last, 1)).last)
