"""Questions about what the numbers rest on: days, exports, restatements, reconciliation, tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langdock_usage.metrics.filters import Filters

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike


def known_days(self: Usage, period: PeriodLike = None, *, org: str | None = None) -> pd.DataFrame:
    """One row per calendar day and workspace, oldest first: is its usage known?

    `day`, `org_id`, `is_known`, `is_provisional` (late usage may still change it),
    `is_single_day` (exported as a day of its own).

    >>> usage.known_days("2026-10-01")[["day", "is_known", "is_provisional"]]
             day  is_known  is_provisional
    0 2026-10-01      True           False
    """
    return self._reader.evidence("known_days", period, org)


def exports(self: Usage, period: PeriodLike = None, *, org: str | None = None) -> pd.DataFrame:
    """One row per export whose rows count, the oldest period first.

    `export_id`, `org_id`, `first_day`, `last_day`, `timezone`, `group_by`, `fetched_at`,
    `record_count`, `sha256`, `source`.

    >>> usage.exports("2026-10-01")[["first_day", "group_by", "record_count"]]
       first_day group_by  record_count
    0 2026-10-01    model             2
    """
    return self._reader.evidence("exports", period, org)


def restatements(
    self: Usage, period: PeriodLike = None, *, org: str | None = None, exact: bool = False
) -> pd.DataFrame:
    """One row per newer export that states a period differently, the newest first.

    `org_id`, `first_day`, `last_day`, `received_before_at`, `restated_at`, `requests_before`,
    `requests_after`, `cost_before_usd`, `cost_after_usd`, `change_usd`, `rows_new`, `rows_gone`,
    `rows_changed`, `previous_export_id`, `export_id`. Of periods that count.

    >>> len(usage.restatements("2026-10"))
    0
    """
    return self._reader.evidence("restatements", period, org, exact=exact)


def reconciliation(
    self: Usage, period: PeriodLike = None, *, org: str | None = None, exact: bool = False
) -> pd.DataFrame:
    """One row per complete month and API key: its days against the one export of the month.

    Columns as in the view `reconciliation`; a month that was compared and has no usage is one row
    without a key. Empty where no month was exported as a whole.

    >>> len(usage.reconciliation("2026-10"))
    0
    """
    return self._reader.evidence("reconciliation", period, org, exact=exact)


def token_accounting(
    self: Usage, period: PeriodLike = None, *, org: str | None = None, exact: bool = False
) -> pd.DataFrame:
    """One row per way in which the token columns of rows add up, the most rows first.

    `org_id`, `token_accounting` (see the view `usage`), `row_count`, `requests`, `total_cost_usd`.

    >>> usage.token_accounting("2026-10")[["token_accounting", "row_count", "total_cost_usd"]]
      token_accounting  row_count  total_cost_usd
    0        inclusive          3            3.75
    1        exclusive          2            6.50
    """
    return self._reader.answer("token_accounting", Filters(org=org), {"": period}, exact=exact)
