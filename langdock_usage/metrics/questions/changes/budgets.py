"""The question what of the budgets of a month is used, and what will be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike


def budgets(
    self: Usage,
    month: PeriodLike,
    level: float = 0.8,
    known_until: PeriodLike = None,
    *,
    org: str | None = None,
    exact: bool = False,
) -> pd.DataFrame:
    """One row per budget in force: the workspace's, then teams, cost centres, keys and models.

    `org_id`, `scope`, `name` (as in the budgets file; missing for the workspace), `budget_usd`,
    `cost_usd` (so far, exact), `used_ratio` (missing where the budget is 0), `expected_usd`,
    `low_usd`, `high_usd` (as in `forecast`, which explains `level` and `known_until`), `state`:
    `over` (spent already), `at risk` (`expected_usd` is above the budget), `watch` (`high_usd` is),
    `under`. Of each scope, the largest budget first. A name means every team, key … called so,
    without regard to case, unless one is called exactly so; a key is meant by its id, else by its
    name today, else by an older one.

    A budget holds from its month until the next line of the same scope and name begins; that of a
    workspace goes before one for all. Raises InvalidRequest, NoData.

    >>> len(usage.budgets("2026-10"))
    0
    """
    from langdock_usage.metrics.questions.changes.spending import budgets_of_month

    return budgets_of_month(self._reader, month, level, known_until, org, exact=exact)


def budget_days(
    self: Usage,
    month: PeriodLike,
    level: float = 0.8,
    known_until: PeriodLike = None,
    *,
    org: str | None = None,
) -> pd.DataFrame:
    """How budgets are used up, to be drawn: one row per budget in force and day of the month.

    `org_id`, `scope`, `name` and `budget_usd` as in `budgets`, in its order, then the columns of
    `forecast_days`, of all that the budget is for, added up. All are floats. Warns and raises as
    `budgets` does.

    >>> len(usage.budget_days("2026-10"))
    0
    """
    from langdock_usage.metrics.questions.changes.spending import days_of_budgets

    return days_of_budgets(self._reader, month, level, known_until, org)
