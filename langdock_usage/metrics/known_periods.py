"""Which periods a database knows: the days asked about, and what is said where some are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from langdock_usage.errors import InvalidRequest, LeftOut, NoData
from langdock_usage.metrics.incomplete import warn, warn_where_incomplete
from langdock_usage.periods import PeriodLike, as_period
from langdock_usage.store.held import look_up
from langdock_usage.windows import ONE_DAY, Period, month_of

if TYPE_CHECKING:
    import duckdb


def known_periods(
    connection: duckdb.DuckDBPyConnection,
    asked: Sequence[PeriodLike],
    org_id: str | None,
    moment: datetime | None,
) -> list[Period | None]:
    """The days of each, with one warning where not all of them are known.

    Raises InvalidRequest, or NoData with the months that there are.
    """
    periods = [_with_data(connection, one, org_id, moment) for one in asked]
    warn_where_incomplete(connection, periods, org_id, moment)
    return periods


def _with_data(
    connection: duckdb.DuckDBPyConnection,
    asked: PeriodLike,
    org_id: str | None,
    moment: datetime | None,
) -> Period | None:
    try:
        period = as_period(asked)
    except InvalidRequest as error:
        months = available_months(connection, org_id)
        if isinstance(asked, str) and months:
            raise InvalidRequest(_with_months(str(error), asked, months)) from error
        raise
    if period is None:
        return None
    days = {"org_id": org_id, "first": period.first, "last": period.last}
    [(within, beyond)] = look_up(connection, "metrics/lookup/periods_near", days)
    if beyond:
        _say_what_cannot_be_split(period, [Period(*pair) for pair in beyond], within)
    elif not within:
        name = asked if isinstance(asked, str) else str(period)
        raise NoData(_no_data(name, available_months(connection, org_id), moment))
    return period


def _say_what_cannot_be_split(period: Period, beyond: list[Period], within: int) -> None:
    known = " and ".join(dict.fromkeys(str(known) for known in beyond))
    if not within:
        raise NoData(
            f"There is no data for {period} alone: one sum is known for {known}, which cannot be "
            "split. Ask about all of that, or fetch the days."
        )
    warn(
        f"One sum is known for {known}, which cannot be split: it is left out of {period}.",
        LeftOut,
    )


def available_months(connection: duckdb.DuckDBPyConnection, org_id: str | None) -> list[date]:
    """First days of the months of which something is known, oldest first."""
    rows = look_up(connection, "metrics/lookup/available_months", {"org_id": org_id})
    return [month for (month,) in rows]


def _no_data(asked: str, months: Sequence[date], moment: datetime | None) -> str:
    if not months and moment:
        return f"There is no data for {asked}: nothing had been received yet."
    if not months:
        return (
            f"There is no data for {asked}: the database holds none yet; "
            "bring it in with `langdock-usage fetch`."
        )
    return _with_months(f"There is no data for {asked}.", asked, months)


def _with_months(problem: str, asked: str, months: Sequence[date]) -> str:
    """The problem with the months that there are, and the nearest where a month was meant."""
    hint = "."
    if re.fullmatch(r"\d{4}-\d{1,2}", asked, re.ASCII):
        names = [f"{month:%Y-%m}" for month in months]
        if re.fullmatch(r".{5}(0[1-9]|1[0-2])", asked):  # a month: only its year can be a slip
            names = [name for name in names if name.endswith(asked[4:])]
        # one wrong figure is a slip; among equals the latest month is meant
        same, near = max(
            ((sum(map(str.__eq__, name, asked)), name) for name in names), default=(0, "")
        )
        hint = f"; did you mean {near}?" if same >= 6 else "."
    return f"{problem.removesuffix('.')}; months available: {month_ranges(months)}{hint}"


def month_ranges(months: Iterable[date]) -> str:
    """`2025-11 to 2026-02, 2026-04`."""
    runs: list[Period] = []
    for month in map(month_of, sorted(months)):
        if runs and runs[-1].last + ONE_DAY == month.first:
            runs[-1] = Period(runs[-1].first, month.last)
        else:
            runs.append(month)
    ends = [dict.fromkeys(f"{day:%Y-%m}" for day in (run.first, run.last)) for run in runs]
    return ", ".join(" to ".join(names) for names in ends)
