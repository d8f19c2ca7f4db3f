"""What each day cost, and what days that are not known are expected to cost.

A day is expected to cost the mean of its weekday in the eight weeks of known days nearest to the
days asked about, times how the nearest three weeks compare with that profile.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PROFILE_DAYS = 56
LEVEL_DAYS = 21
_SUNDAY = 6


@dataclass(frozen=True)
class DailyCosts:
    """Costs with a row per calendar day from `first` on and a column per series.

    NaN where a day is not known, for all series alike. Days are places in it: 0 is `first`.
    `holidays` are like Sundays.
    """

    first: date
    costs: Floats
    holidays: Collection[date] = ()

    @cached_property
    def known(self) -> Flags:
        return ~np.isnan(self.costs[:, 0])

    @cached_property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=place) for place in range(len(self.costs))]

    @cached_property
    def weekdays(self) -> Ints:
        """Monday is 0."""
        days = self.days
        return np.array([_SUNDAY if day in self.holidays else day.weekday() for day in days])

    def usable(self, targets: Ints, last: int) -> Ints:
        """The known days up to `last` without the days `targets`."""
        usable = self.known[: last + 1].copy()
        usable[targets[targets <= last]] = False
        return np.flatnonzero(usable)

    def expected(self, targets: Ints, last: int) -> Floats:
        """What each of the days `targets` is expected to cost, by the usable days."""
        usable = self.usable(targets, last)
        order = np.argsort(np.abs(usable - targets.mean()), kind="stable")
        near = usable[order[:PROFILE_DAYS]]
        costs, weekdays = self.costs[near], self.weekdays[near]
        is_weekday = (weekdays == np.arange(7)[:, None]).astype(float)
        counts = is_weekday.sum(axis=1, keepdims=True)
        means = is_weekday @ costs / np.maximum(counts, 1)
        profile = np.where(counts > 0, means, costs.mean(axis=0))
        by_profile = profile[weekdays[:LEVEL_DAYS]].sum(axis=0)
        recent = costs[:LEVEL_DAYS].sum(axis=0)
        level = np.divide(recent, by_profile, out=np.ones_like(recent), where=by_profile > 0)
        expected: Floats = level * profile[self.weekdays[targets]]
        return expected

    def mean(self, targets: Ints, last: int) -> Floats:
        """What a day cost in the mean of the last eight weeks of usable days."""
        mean: Floats = self.costs[self.usable(targets, last)[-PROFILE_DAYS:]].mean(axis=0)
        return mean
