"""Which workspace, zone and days a fetch asks for."""

from dataclasses import dataclass
from datetime import date

from langdock_usage.errors import ExportConflict, InvalidRequest
from langdock_usage.store.lookups import DayUsage
from langdock_usage.store.writing.store import Store
from langdock_usage.windows import ONE_DAY, Period, history_start


@dataclass(frozen=True)
class FetchPlan:
    """What to ask for. `settling` are the days that an empty answer may erase."""

    org_id: str | None
    timezone: str
    days: tuple[date, ...]
    settling: frozenset[date]
    oldest: date  # first day of the service's history
    stored: dict[date, DayUsage]  # the usage of those of the days that are stored already
    known: frozenset[date]  # days that are stored already, with usage or without


def plan_days(
    store: Store,
    org_id: str | None,
    timezone: str,
    period: Period | None,
    local_today: date,
    refresh_days: int,
) -> FetchPlan:
    """With a period: every day of it, up to today. Without: what is missing, and again the last
    stored days, and days that were fetched before they were over.

    Raises InvalidRequest for days that the service cannot have.
    """
    oldest = history_start(local_today)
    stored = store.lookups.single_days(org_id)
    latest = sorted(stored)[-refresh_days:] if refresh_days else []
    if period:
        _check(period, oldest, local_today)
        days = {day for day in period.days() if day <= local_today}
    else:
        first = max(store.lookups.first_day(org_id) or oldest, oldest)
        until_yesterday = _days(first, local_today - ONE_DAY)
        again = set(latest) | store.lookups.unfinished_days(org_id)
        days = (until_yesterday - stored) | {day for day in again if oldest <= day < local_today}
    settling = frozenset(latest) | {local_today}
    asked = tuple(sorted(days))
    usage = store.lookups.usage_of_days(org_id, Period(asked[0], asked[-1])) if asked else {}
    return FetchPlan(org_id, timezone, asked, settling, oldest, usage, frozenset(stored))


def choose_workspace(store: Store, org_id: str | None) -> str | None:
    """The workspace called `org_id`, or the only one; None where none is known yet."""
    known = store.lookups.workspaces()
    if org_id or len(known) <= 1:
        return org_id or next(iter(known), None)
    raise InvalidRequest(
        f"The database holds several workspaces; say with --org which one: {', '.join(known)}."
    )


def choose_timezone(store: Store, org_id: str | None, asked: str | None, default: str) -> str:
    """The zone of a workspace that is known, else the one asked for, else the default."""
    known = store.lookups.timezone_of(org_id)
    if known and asked and asked != known:
        raise ExportConflict(
            f"Workspace {org_id or '(not known yet)'} is stored in time zone {known}, not {asked}; "
            "leave out --timezone, or use another database with --db."
        )
    return known or asked or default


def _check(period: Period, oldest: date, local_today: date) -> None:
    if period.first > local_today:
        raise InvalidRequest(f"{period} lies in the future; today is {local_today}.")
    if period.first < oldest:
        raise InvalidRequest(
            f"The service exports 12 months back, to {oldest}; {period} begins before that. "
            "What is archived already stays."
        )


def _days(first: date, last: date) -> set[date]:
    return set(Period(first, last).days()) if first <= last else set()
