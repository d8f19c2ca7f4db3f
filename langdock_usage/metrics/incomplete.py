"""Warnings about answers that rest on less than what was asked about."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from langdock_usage.errors import IncompletePeriod
from langdock_usage.escaping import printable
from langdock_usage.store.held import look_up
from langdock_usage.windows import Period, month_of, today

if TYPE_CHECKING:
    import duckdb

SHOWN = 4
PACKAGE = __name__.split(".")[0]


def warn_where_incomplete(
    connection: duckdb.DuckDBPyConnection,
    periods: Iterable[Period | None],
    org_id: str | None,
    moment: datetime | None,
) -> None:
    """Say in one warning which of the periods have days that are missing or provisional.

    For each workspace asked about. Everything (None) is what is known, and is not warned about.
    """
    if _is_ignored(IncompletePeriod):  # finding out takes a fifth of the time of an answer
        return
    now = moment or datetime.now(UTC)
    said: list[str] = []
    for period in dict.fromkeys(filter(None, periods)):
        days = {"first": period.first, "last": period.last, "org_id": org_id}
        rows = look_up(connection, "metrics/lookup/days_of_period", days)
        for workspace, timezone, first, last, known, provisional in rows:
            asked_of = Period(first, last)
            if provisional or known < len(asked_of):
                local_today = today(timezone, now)
                said.append(_said(asked_of, workspace, known, provisional, local_today))
    if said:
        more = f"; and {len(said) - SHOWN} more" if len(said) > SHOWN else ""
        warn(f"{'; '.join(said[:SHOWN])}{more}.", IncompletePeriod)


def _is_ignored(kind: type[Warning]) -> bool:
    """Whether nobody hears warnings of this kind, wherever they come from."""
    for action, message, category, module, line in warnings.filters:
        if issubclass(kind, category):
            return action == "ignore" and not (message or module or line)
    return False


def warn(text: str, kind: type[Warning]) -> None:
    """Warn at the line outside this package that asked."""
    level, frame = 1, sys._getframe()
    while frame.f_back and str(frame.f_globals.get("__name__")).split(".")[0] == PACKAGE:
        level, frame = level + 1, frame.f_back
    warnings.warn(text, kind, stacklevel=level)


def _said(
    period: Period, workspace: str | None, known: int, provisional: int, local_today: date
) -> str:
    name = str(period)
    if period.first.day == 1 and period.last == month_of(period.last).last:
        ends = (f"{day:%Y-%m}" for day in (period.first, period.last))
        name = " to ".join(dict.fromkeys(ends))
    name += f" in {printable(workspace)}" if workspace else ""
    if len(period) == 1:
        return f"{name} is {'provisional' if known else 'not known'}"
    name += " is not over" if period.last >= local_today else ""
    may_change = f", {provisional} of them provisional" if provisional else ""
    are = "is" if known == 1 else "are"
    return f"{name}: {known} of {len(period)} days {are} known{may_change}"
