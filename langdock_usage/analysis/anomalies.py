"""Days and levels of daily cost that stand out from a weekday profile on a slowly moving level.

Costs are compared as logarithms, because cost varies by a factor: `log(cost + floor)`. The level is
a running median, which neither a burst of days nor a step bends; what is ordinary is measured by
quantiles, which the extraordinary does not change. An event has to pass every condition below, so
that a workspace in which nothing happens has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Kind = Literal["spike", "drop", "level_shift"]

HISTORY_DAYS = 28  # known days that a judgement needs
LEVEL_WEEKS = 4  # of the running median: more than twice the longest burst
FLOOR_SHARE = 0.05  # of a mean day: what costs less than this varies by any factor
FLOOR_USD = 0.1
USED_SHARE = 0.2  # of the highest level: days at less say nothing about the profile
QUIET_SHARE = 0.3  # of a mean day: weekends of an office say nothing about the days around
LEAST_SCALE = 0.05  # a series can be too smooth to be true

DAY_SCORE = 4.5  # standard deviations
NEIGHBOUR_SCORE = 2.5
DAY_SHARE = 0.5  # of what was expected, more or less
USUAL_WEEKS = 2  # what so many other weeks have seen is not unusual,
USUAL_FACTOR = 1.5  # unless it is so many times as much

SHIFT_WEEKS = 2  # compared on either side of a step
SHIFT_SCORE = 4.0
SHIFT_SHARE = 0.25
SHARP_SHARE = 0.5  # of a step is there within a week; a drift is not
BACK_SHARE = 0.4  # a step that goes back, but for less than this, within so many weeks
BACK_WEEKS = 4  # is a burst


@dataclass(frozen=True)
class Event:
    """Days of one series, by their places, that cost something else than expected."""

    first: int
    last: int
    kind: Kind
    expected_usd: Floats
    """Of each of its days."""

    @property
    def places(self) -> slice:
        return slice(self.first, self.last + 1)


def find_events(costs: Floats, weekdays: Ints) -> list[Event]:
    """The events of a series of daily costs in USD, in order; days may be left out of it.

    `weekdays` are 0 to 6. A level shift lasts until the next one, or to the end of the series.
    """
    if len(costs) < HISTORY_DAYS or not costs.any():
        return []
    series = _Series(costs, weekdays)
    bursts = list(_bursts(series))
    shifts = list(_shifts(series, bursts))
    alone = [burst for burst in bursts if not any(_begins(burst, shift) for shift in shifts)]
    return sorted([*alone, *shifts], key=lambda event: event.first)


def _begins(burst: Event, shift: Event) -> bool:
    """Whether the burst is nothing but the first days of a shift, or those that led to it."""
    return shift.first - 7 <= burst.last and burst.first < min(shift.last, shift.first + 14)


class _Series:
    """Logarithms of cost: a profile of weekdays, a level, and what is left of them."""

    def __init__(self, costs: Floats, weekdays: Ints) -> None:
        ordinary = np.minimum(costs, np.quantile(costs, 0.95))
        self.costs = costs
        self.floor = max(FLOOR_SHARE * float(ordinary.mean()), FLOOR_USD)
        self.logs = np.log(np.maximum(costs, 0) + self.floor)
        self.profile = np.zeros_like(self.logs)
        self.is_quiet = np.zeros(len(costs), dtype=bool)
        for _ in range(3):
            level = self._level()
            is_used = level >= level.max() + np.log(USED_SHARE)
            for weekday in np.unique(weekdays[is_used]):
                at = weekdays == weekday
                self.profile[at] = _median((self.logs - level)[at & is_used])
            weight = np.exp(self.profile)
            self.is_quiet = weight < QUIET_SHARE * weight.mean()
        self.level = self._level()
        fitted = np.maximum(self.level + self.profile, np.log(self.floor))
        self.residual = self.logs - fitted
        self.scale = max(_scale(self.residual[is_used]), LEAST_SCALE)

    @property
    def week(self) -> int:
        """How many days of a week are not quiet."""
        return max(round(7 * (1 - float(self.is_quiet.mean()))), 1)

    def _level(self) -> Floats:
        """The running median of the days that are not quiet; at the ends, of the first and last."""
        tell = np.flatnonzero(~self.is_quiet)
        values = (self.logs - self.profile)[tell]
        days = min(LEVEL_WEEKS * self.week + 1, len(values))
        medians = _running_median(values, days)
        middle = np.clip(np.searchsorted(tell, np.arange(len(self.logs))) - days // 2, 0, None)
        level: Floats = medians[np.minimum(middle, len(medians) - 1)]
        return level

    def expected(self, level: Floats) -> Floats:
        """What days cost at a level: scaled so that ordinary days cost what they did."""
        ordinary = np.abs(self.residual) < NEIGHBOUR_SCORE * self.scale
        fit = self._at(self.level)[ordinary].sum()
        return self._at(level) * (self.costs[ordinary].sum() / fit if fit else 1)

    def _at(self, level: Floats) -> Floats:
        usd: Floats = np.maximum(np.exp(level + self.profile) - self.floor, 0)
        return usd


def _running_median(values: Floats, days: int) -> Floats:
    """The median of so many values from each one on, as long as there are so many."""
    return _median(np.lib.stride_tricks.sliding_window_view(values, days))


def _median(values: Floats) -> Floats:
    """The median along the last axis, none of them missing: for a few numbers, NumPy takes long."""
    ordered, count = np.sort(values, axis=-1), values.shape[-1]
    medians: Floats = (ordered[..., (count - 1) // 2] + ordered[..., count // 2]) / 2
    return medians


def _scale(values: Floats) -> float:
    """The standard deviation, were they normal: of the middle half, or of 95 % if that is more."""
    middle, most = np.quantile(np.abs(values), (0.5, 0.95)) / (0.6745, 1.96)
    return float(max(middle, most))


def _bursts(series: _Series) -> Iterator[Event]:
    """Runs of days that stand out from the level on one side."""
    expected = series.expected(series.level)
    excess = series.costs - expected
    score = series.residual / series.scale
    share = np.abs(excess) > DAY_SHARE * expected
    for sign in (1, -1):
        stands_out = (sign * score >= DAY_SCORE) & share
        belongs = (sign * score >= NEIGHBOUR_SCORE) & share
        for first, last in _runs(belongs, series.is_quiet):
            if not stands_out[first : last + 1].any() or _is_usual(sign * excess, first, last):
                continue
            lasts = series.is_quiet[last + 1 :].all() and last - first + 1 >= series.week
            kind: Kind = "level_shift" if lasts else "spike" if sign > 0 else "drop"
            yield Event(first, last, kind, expected[first : last + 1])


def _runs(flags: Flags, may_lie_between: Flags) -> list[tuple[int, int]]:
    """First and last place of each run of true values."""
    runs: list[tuple[int, int]] = []
    for place in np.flatnonzero(flags).tolist():
        if runs and may_lie_between[runs[-1][1] + 1 : place].all():
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _is_usual(excess: Floats, first: int, last: int) -> bool:
    """Whether several other weeks had a day that was nearly as far off."""
    weeks = np.arange(len(excess)) // 7
    others = [
        excess[weeks == week].max()
        for week in np.unique(weeks)
        if not first // 7 <= week <= last // 7
    ]
    usual = sorted(others)[-USUAL_WEEKS] if len(others) >= USUAL_WEEKS else 0
    return bool(excess[first : last + 1].max() < USUAL_FACTOR * usual)


class _Step(NamedTuple):
    """A change of the level: the place of its first day, and the levels before and after."""

    place: int
    before: float
    after: float

    @property
    def size(self) -> float:
        return self.after - self.before

    def is_undone_by(self, other: _Step) -> bool:
        return abs(other.after - self.before) < BACK_SHARE * abs(self.size)


def _shifts(series: _Series, bursts: list[Event]) -> Iterator[Event]:
    """Steps of the level; one that goes back within weeks is a burst."""
    tell = np.flatnonzero(~series.is_quiet)
    values = series.logs - series.profile
    without_bursts = values.copy()
    for burst in bursts:
        without_bursts[burst.places] = series.level[burst.places]
    found = _steps(values[tell], without_bursts[tell], series.scale, series.week)
    steps = [step._replace(place=int(tell[step.place])) for step in sorted(found)]
    while steps:
        step = steps.pop(0)
        last = steps[0].place - 1 if steps else len(values) - 1
        kind: Kind = "level_shift"
        if steps and last - step.place < 7 * BACK_WEEKS and step.is_undone_by(steps[0]):
            kind = "spike" if step.size > 0 else "drop"
            steps.pop(0)
        expected = series.expected(np.full_like(values, step.before))
        yield Event(step.place, last, kind, expected[step.place : last + 1])


def _steps(values: Floats, without_bursts: Floats, scale: float, week: int) -> Iterator[_Step]:
    days = SHIFT_WEEKS * week
    places = np.arange(days, len(values) - week + 1)
    if not len(places):
        return
    medians = _running_median(without_bursts, days)
    ends = range(len(medians), places[-1] + 1)  # with less than these days behind it
    after = np.append(medians, [_median(without_bursts[end:]) for end in ends])
    change = after[places] - medians[places - days]
    usual = max(1.4826 * float(_median(np.abs(change))), scale / 2)
    left = np.abs(change)
    while left.max() >= SHIFT_SCORE * usual:
        found = int(left.argmax())
        left[max(found - days, 0) : found + days + 1] = 0
        place = _edge(values, int(places[found]), days)
        step = _around(values, place, days)
        is_large = step.size >= np.log1p(SHIFT_SHARE) or step.size <= np.log1p(-SHIFT_SHARE)
        if is_large and _around(values, place, week).size / step.size >= SHARP_SHARE:
            yield step


def _edge(values: Floats, near: int, days: int) -> int:
    """The place near this one at which two levels fit the days around best."""
    low, high = near - days, min(near + days, len(values))

    def misfit(place: int) -> float:
        sides = values[low:place], values[place:high]
        return sum(float(np.abs(side - _median(side)).sum()) for side in sides)

    return min(range(low + 1, high), key=misfit)


def _around(values: Floats, place: int, days: int) -> _Step:
    before, after = values[max(place - days, 0) : place], values[place : place + days]
    return _Step(place, float(_median(before)), float(_median(after)))
