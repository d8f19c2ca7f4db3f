"""All findings about a month."""

import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from langdock_usage.check import cost_findings, data_findings
from langdock_usage.check.finding import Checked, Finding
from langdock_usage.check.month import Month
from langdock_usage.check.thresholds import Thresholds
from langdock_usage.metrics.usage import Usage
from langdock_usage.store.connection import hold_open
from langdock_usage.windows import ONE_DAY, parse_month, today

CHECKS: dict[str, Callable[[Month, float], Iterator[Finding]]] = {
    "days_missing": data_findings.days_missing,
    "stale": data_findings.stale,
    "not_reconciled": data_findings.not_reconciled,
    "restated": data_findings.restated,
    "invoice": cost_findings.invoice,
    "over_budget": cost_findings.over_budget,
    "at_risk": cost_findings.at_risk,
    "anomaly": cost_findings.anomaly,
    "unpriced": cost_findings.unpriced,
    "unassigned": cost_findings.unassigned,
}


def check(
    usage: Usage,
    month: str | None,
    org: str | None,
    *,
    thresholds: Thresholds,
    reports: Path,
    now: datetime,
) -> Checked:
    """What needs a person; of the month of yesterday, the last day that is over, unless told.

    Raises InvalidRequest, NoData where nothing of the month is known, StoreError.
    """
    # one state for all findings, and each is found sooner
    with hold_open(usage.path):
        org_id = usage.workspace(org)
        if month is None:
            month = f"{today(usage.workspaces()[org_id], now) - ONE_DAY:%Y-%m}"
        parse_month(month)
        checked = Month(usage, month, org_id, reports, now)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # what is missing is a finding
            usage.exports(month, org=org_id)  # is there anything?
            findings = [
                finding
                for kind, find in CHECKS.items()
                if kind in thresholds
                for finding in find(checked, thresholds[kind])
            ]
        return Checked(month, org_id, findings)
