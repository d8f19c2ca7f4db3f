"""The costs of known days, as a forecast takes them: of each workspace, by group."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from langdock_usage.analysis.daily_costs import PROFILE_DAYS, DailyCosts, Ints
from langdock_usage.analysis.forecast import LEAST_DAYS, SURE_DAYS, Forecast
from langdock_usage.errors import InvalidRequest, NoData
from langdock_usage.metrics.filters import known_choice
from langdock_usage.metrics.groups import COLUMNS, By
from langdock_usage.periods import PeriodLike, as_period
from langdock_usage.text import exact_sum
from langdock_usage.windows import ONE_DAY, Period, month_of

if TYPE_CHECKING:
    from langdock_usage.metrics.filters import Filters
    from langdock_usage.metrics.reader import Reader


@dataclass(frozen=True)
class MonthSoFar:
    """A month of a workspace: what is known of its days, and of the days before."""

    org_id: str
    month: Period
    daily: DailyCosts
    groups: pd.DataFrame
    """`grouped_by` and `api_key_name` (the newest) of each column of the costs."""
    cost_so_far: list[Decimal]
    """Exact, of each group."""
    last: int
    """The last known day that counts."""

    @property
    def places(self) -> Ints:
        """Those of the days of the month."""
        first = (self.month.first - self.daily.first).days
        return np.arange(first, first + len(self.month))

    @property
    def unknown(self) -> Ints:
        """Those of its days that are not known."""
        return self.places[~self.daily.known[self.places]]

    @property
    def forecast(self) -> Forecast | None:
        """What the unknown days will cost; None where there are none."""
        return Forecast(self.daily, self.unknown, self.last) if self.unknown.size else None

    @property
    def days_before(self) -> int:
        """How many days are known before the month."""
        return int(self.daily.known[: self.places[0]].sum())

    @property
    def has_band(self) -> bool:
        """Whether enough days are known to say how sure a forecast is."""
        return self.days_before >= LEAST_DAYS or self.daily.known.sum() >= SURE_DAYS


def month_asked(asked: PeriodLike) -> Period:
    """A calendar month. Raises InvalidRequest."""
    period = as_period(asked)
    if period is None or period != month_of(period.first):
        raise InvalidRequest(f"{asked!r} is not a month; write it as YYYY-MM, like 2026-10.")
    return period


def months_so_far(
    reader: Reader,
    asked: PeriodLike,
    known_until: PeriodLike,
    by: By,
    filters: Filters,
    holidays: Collection[PeriodLike],
) -> list[MonthSoFar]:
    """The month of each workspace of which anything is known. Raises InvalidRequest, NoData."""
    month = month_asked(asked)
    if by is not None:
        known_choice("by", by, COLUMNS)
    period = as_period(known_until)
    until = period and period.last
    more = {
        "until": until,
        "month_first": month.first,
        "month_last": month.last,
    }
    question = "changes/costs_by_day"

    def answer(group: str) -> pd.DataFrame:
        sums = filters.sums(group)
        return reader.answer(
            question, filters, {"": None}, more=more, exact=True, group=group, sums=sums
        )

    days = answer("")
    by_group = days if by is None else answer(COLUMNS[by])
    free = frozenset(day for one in holidays for day in _days(one))
    found = [
        _month_of_workspace(str(org_id), month, known, by_group, free)
        for org_id, known in days.groupby("org_id")
    ]
    if not any(found):
        if until is None:
            reader.evidence("known_days", asked, filters.org)  # which says what there is
        raise NoData(f"No day of {month.first:%Y-%m}, or before it, is known by {until}.")
    return [one for one in found if one]


def _month_of_workspace(
    org_id: str,
    month: Period,
    known: pd.DataFrame,
    by_group: pd.DataFrame,
    holidays: Collection[date],
) -> MonthSoFar | None:
    """Days after the month count only where too few are known before its end."""
    days = sorted({moment.date() for moment in known["day"]})
    if days[0] > month.last:
        return None
    days = [day for day in days if day <= month.last or day <= days[:SURE_DAYS][-1]]
    first, last = min(days[0], month.first), days[-1]
    rows = by_group[(by_group["org_id"] == org_id) & (by_group["day"] <= f"{last}")]
    recent = min(month.first, last - (PROFILE_DAYS - 1) * ONE_DAY)
    used = rows.loc[rows["day"] >= f"{recent}", "grouped_by"].unique()
    rows = rows[rows["grouped_by"].isin(used)]
    codes, values = pd.factorize(rows["grouped_by"], use_na_sentinel=False)
    costs = np.full(((max(month.last, last) - first).days + 1, len(values)), np.nan)
    costs[[(day - first).days for day in days]] = 0
    costs[(rows["day"] - pd.Timestamp(first)).dt.days, codes] = rows["day_cost_usd"]
    stated = rows["total_cost_usd"].groupby(codes)
    return MonthSoFar(
        org_id,
        month,
        DailyCosts(first, costs, holidays),
        rows.groupby(codes)[["grouped_by", "api_key_name"]].last(skipna=False),
        [exact_sum(amounts.dropna()) for _, amounts in stated],
        (last - first).days,
    )


def _days(asked: PeriodLike) -> Iterator[date]:
    period = as_period(asked)
    return period.days() if period else iter(())
