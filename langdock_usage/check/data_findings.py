"""Findings about the data: is it all there, is it new, does it add up, has it changed?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from langdock_usage.check.finding import Finding, usd
from langdock_usage.check.month import Month
from langdock_usage.report.monthly.data_status import DataStatus
from langdock_usage.report.previous_report import moment_of_data, summary_of_report
from langdock_usage.store.status import status
from langdock_usage.text import counted, exact
from langdock_usage.windows import ONE_DAY, Period, parse_month, ranges


def days_missing(month: Month, least_days: float) -> Iterator[Finding]:
    """Days that are over and not known, since the first known day of the workspace."""
    days = month.usage.known_days(org=month.org_id)
    known = {day.date() for day in days.loc[days["is_known"], "day"]}
    asked = parse_month(month.name)
    first = max(asked.first, min(known))
    last = min(asked.last, month.local_today() - ONE_DAY)
    missing = (
        [day for day in Period(first, last).days() if day not in known] if first <= last else []
    )
    if missing and len(missing) >= least_days:
        spans = ", ".join(str(period) for period in ranges(missing))
        yield Finding(
            "days_missing",
            f"{counted(len(missing), 'day')} missing: {spans}. What they cost is in no figure; "
            f"fetch them with `langdock-usage fetch --month {month.name}`.",
            {"days": [str(day) for day in missing]},
        )


def stale(month: Month, most_days: float) -> Iterator[Finding]:
    """The last fetch is too long ago; who loads files by hand does not fetch."""
    workspaces = status(month.usage.path, month.now)["workspaces"]
    [last] = [one["last_fetch"] for one in workspaces if one["org_id"] == month.org_id]
    if last is None:
        return
    age = month.now - datetime.fromisoformat(last)
    if age > timedelta(days=most_days):
        yield Finding(
            "stale",
            f"The last fetch was {counted(age.days, 'day')} ago, on {last[:16].replace('T', ' ')}; "
            "newer costs are not known. See why `langdock-usage fetch` no longer runs.",
            {"last_fetch": last, "days": age.days},
        )


def not_reconciled(month: Month, most_usd: float) -> Iterator[Finding]:
    """The days of the month differ from the one export of the whole month."""
    found = DataStatus.of(
        month.usage.known_days(month.name, org=month.org_id),
        month.usage.reconciliation(month.name, org=month.org_id, exact=True),
        month.usage.exports(month.name, org=month.org_id),
    )
    if found.is_compared and found.differing_keys and abs(found.difference_usd) >= most_usd:
        keys = f"{found.differing_keys} of {counted(found.compared_keys, 'key')}"
        yield Finding(
            "not_reconciled",
            f"The export of the whole month differs from its days by "
            f"{usd(found.difference_usd)} in {keys}. Fetch the month again with "
            f"`langdock-usage fetch --month {month.name}`.",
            {"difference_usd": exact(found.difference_usd), "differing_keys": found.differing_keys},
        )


def restated(month: Month, least_usd: float) -> Iterator[Finding]:
    """Newer exports state something else than the report of the month rests on."""
    reports = (month.reports / month.name).glob("monthly_report*.html")
    moments = (moment_of_data(summary_of_report(path), month.org_id) for path in reports)
    moment = max(filter(None, moments), default=None)
    if moment is None:
        return
    made_of = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    changes = month.usage.restatements(month.name, org=month.org_id, exact=True)
    since = changes[changes["restated_at"] > made_of]
    change = sum(since["change_usd"], Decimal(0))
    if len(since) and sum(map(abs, since["change_usd"])) >= least_usd:
        periods = counted(len(since), "period")
        yield Finding(
            "restated",
            f"{periods} restated since the report was made, by {usd(change)} in sum. Make it "
            f"again with `langdock-usage report --month {month.name}`.",
            {"change_usd": exact(change), "periods": len(since), "data_of": made_of.isoformat()},
        )
