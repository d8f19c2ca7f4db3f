"""Questions about where the costs of a month are heading."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from langdock_usage.errors import InvalidRequest
from langdock_usage.metrics.filters import Filters, Names
from langdock_usage.metrics.groups import By

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike


def forecast(
    self: Usage,
    month: PeriodLike,
    level: float = 0.8,
    known_until: PeriodLike = None,
    by: By = None,
    *,
    holidays: Collection[PeriodLike] = (),
    key: Names = None,
    model: Names = None,
    org: str | None = None,
    team: Names = None,
    exact: bool = False,
) -> pd.DataFrame:
    """What a month will have cost when it is over: one row per workspace, or per API key, model …

    `by` is None, `key`, `model`, `team`, `cost_center`, `owner` or `chain`: a row for each with
    usage in the month or in the 56 days before, the costliest first. `month`, `org_id`, the column
    of the group (with `api_key_name` for keys and chains), `days_known` (of the month),
    `cost_so_far_usd` (exact), `expected_usd`, `low_usd` and `high_usd` (the band that holds the
    month's total with probability `level`), `usual_error_ratio` (by how much the same method missed
    the total on this day of the months before, in the median). Estimates are not exact: with
    `exact=True` they are rounded to cents. Each group has a forecast of its own; they need not add
    up to that of all.

    Days after `known_until` are not used. `holidays` are days like Sundays. A period longer than a
    day is spread evenly over its days. The last three columns need 28 known days before the month,
    or 56 in all; else they are missing, and it warns (TooLittleHistory). A month of which every day
    is known has its cost as all three figures. Raises InvalidRequest, NoData.

    >>> usage.forecast("2026-10")[["days_known", "cost_so_far_usd", "expected_usd"]]
       days_known  cost_so_far_usd  expected_usd
    0          31            10.25         10.25
    """
    from langdock_usage.metrics.questions.changes.costs_by_day import months_so_far
    from langdock_usage.metrics.questions.changes.estimates import (
        estimated_months,
        presented,
        warn_if_short,
    )

    _check_level(level)
    filters = Filters(key, model, team, org)
    found = months_so_far(self._reader, month, known_until, by, filters, holidays)
    warn_if_short(found)
    return presented(estimated_months(found, level, by), "cost_so_far_usd", exact=exact)


def forecast_days(
    self: Usage,
    month: PeriodLike,
    level: float = 0.8,
    known_until: PeriodLike = None,
    *,
    holidays: Collection[PeriodLike] = (),
    key: Names = None,
    model: Names = None,
    org: str | None = None,
    team: Names = None,
) -> pd.DataFrame:
    """The way to `forecast`, to be drawn: one row per workspace and day of the month, in order.

    `day`, `org_id`, `cost_usd` (missing where not known), `running_usd` (the days up to this one,
    missing after the first that is not known), `expected_running_usd`, `low_running_usd` and
    `high_running_usd` (the same with what is expected for days that are not known, and the band
    of that sum), `running_before_usd` (of the month before, up to the same day of it; missing as
    `running_usd`). The last day's are the figures of `forecast`; all are floats. Warns and raises
    as `forecast` does.

    >>> days = usage.forecast_days("2026-10")
    >>> days[["day", "running_usd", "expected_running_usd"]].tail(1)
              day  running_usd  expected_running_usd
    30 2026-10-31        10.25                 10.25
    """
    from langdock_usage.metrics.questions.changes.costs_by_day import months_so_far
    from langdock_usage.metrics.questions.changes.estimates import running_days, warn_if_short

    _check_level(level)
    filters = Filters(key, model, team, org)
    found = months_so_far(self._reader, month, known_until, None, filters, holidays)
    warn_if_short(found)
    return running_days(found, level)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise InvalidRequest(f"level={level!r}: a probability is between 0 and 1, like 0.8.")
