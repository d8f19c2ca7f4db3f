"""How sure a forecast is: how far off the same method has been on the same series.

It is made again on each day of the past year, for days that lie as far ahead, and compared with
what they did cost (conformal prediction): no distribution is assumed, only that the future
surprises no more than the past did. A forecast made on the same day of another month, which has the
same end of a month before it, counts ten times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from langdock_usage.analysis.daily_costs import DailyCosts, Floats, Ints
from langdock_usage.windows import Period, month_before

LEAST_DAYS = 28  # known before the band of a forecast can be told
SURE_DAYS = 56  # with so many known days there is always a band
PAST_DAYS = 365
_LEAST_PAST_DAYS = 14  # known before a forecast of the past
_SAME_DAY_WEIGHT = 10.0


@dataclass(frozen=True)
class PastForecast:
    """A forecast of the past, made on the day `last`; days that are not known are left out.

    `errors` are what came less what was expected, added up from the first day to each.
    """

    last: int
    errors: Floats
    days: Ints
    """How many days are known, from the first to each."""
    mean: Floats
    """What a day cost before."""


@dataclass(frozen=True)
class Forecast:
    """What the days `targets` are expected to cost, by the other known days up to `last`."""

    daily: DailyCosts
    targets: Ints
    last: int

    @cached_property
    def expected(self) -> Floats:
        """One row for each of the days."""
        return self.daily.expected(self.targets, self.last)

    @cached_property
    def past(self) -> list[PastForecast]:
        """The forecasts of the past that this one is compared with.

        Where the days lie further ahead than the history is long, or too few are known there: those
        of as many days that follow at once.
        """
        at_once = np.arange(1, len(self.targets) + 1)
        for distances, least in ((self.targets - self.last, 0.5), (at_once, 0.5), (at_once, 0.0)):
            if found := list(self._past(distances, least)):
                return found
        return []

    def half_widths(self, level: float) -> Floats:
        """By how much the sum of all days may miss with probability `level`, for each series."""
        errors = np.array([one.errors[-1] for one in self.past])
        days = np.array([[one.days[-1]] for one in self.past])
        means = np.array([one.mean for one in self.past])
        now = self.daily.mean(self.targets, self.last)
        return self._quantiles(errors, days, means, now, level) * len(self.targets)

    def running_half_widths(self, level: float) -> Floats:
        """The same for the sums up to each day, of the first series."""
        errors = np.array([one.errors[:, 0] for one in self.past])
        days = np.array([one.days for one in self.past])
        means = np.array([one.mean[:1] for one in self.past])
        now = self.daily.mean(self.targets, self.last)[:1]
        widths = self._quantiles(errors, days, means, now, level)
        return widths * np.arange(1, len(self.targets) + 1)

    def usual_errors(self, month: Period) -> Floats:
        """The median error of the total of a month, for each series: 0.05 is 5 % of the total.

        Of the months before, with the forecast made on the same day of each; where there is none,
        or where a series was not in use in them: of the other forecasts of the past, against a
        month of mean days.
        """
        share = len(self.targets) / len(month)
        of_past = [
            _ratio(share * np.abs(one.errors[-1]) / one.days[-1], one.mean) for one in self.past
        ]
        never = np.zeros(self.daily.costs.shape[1])  # no cost, and none expected
        return _medians([*self._errors_of_months(month)], _medians(of_past, never))

    def _errors_of_months(self, month: Period) -> Iterator[Floats]:
        daily = self.daily
        days_known = len(month) - len(self.targets)
        days_ahead = max(0, self.targets[0] - self.last - 1)
        before = month_before(month)
        while before.first >= daily.first:
            first = (before.first - daily.first).days
            end = first + len(before)
            made = min(first + days_known, end - 1) - 1 - days_ahead
            if end <= self.last + 1 and daily.known[first:end].all():
                if daily.known[: max(0, made + 1)].sum() < LEAST_DAYS:
                    return
                targets = np.arange(made + 1 + days_ahead, end)
                expected = daily.expected(targets, made).sum(axis=0)
                error = np.abs(expected - daily.costs[targets].sum(axis=0))
                yield _ratio(error, daily.costs[first:end].sum(axis=0))
            before = month_before(before)

    def _quantiles(
        self, errors: Floats, days: Ints, means: Floats, now: Floats, level: float
    ) -> Floats:
        """The error of a day that a share of `level` stays below; a forecast per row.

        Errors count in mean days of their time. Those of neighbouring days overlap: together they
        tell as much as forecasts side by side in the same days would.
        """
        is_unused = (means == 0) & (errors == 0)  # a series that had not begun
        scales = np.where(means > 0, means, np.where(now > 0, now, 1))
        relative = np.abs(errors) / np.maximum(days, 1) / scales
        weights = np.where(is_unused, 0.0, self._weights()[:, None])
        count = (weights > 0).sum(axis=0)
        independent = (np.maximum(count, 1) + len(self.targets) - 1) / len(self.targets)
        share = np.minimum(1, level * (1 + 1 / independent))
        order = np.argsort(relative, axis=0)
        weighed = np.take_along_axis(weights, order, axis=0).cumsum(axis=0)
        place = (weighed < share * weighed[-1] * (1 - 1e-9)).sum(axis=0)
        found = np.take_along_axis(relative, order, axis=0)[place, np.arange(relative.shape[1])]
        widths: Floats = np.where(count > 0, found, 1.0) * now
        return widths

    def _weights(self) -> Floats:
        days = self.daily.days
        same = [days[one.last].day == days[self.last].day for one in self.past]
        return np.where(same, _SAME_DAY_WEIGHT, 1.0)

    def _past(self, distances: Ints, least_known: float) -> Iterator[PastForecast]:
        daily = self.daily
        for day in range(max(0, self.last - PAST_DAYS), self.last + 1):
            days = day + distances
            if days[0] < 0 or days[-1] > self.last:
                continue
            known = daily.known[days]
            if not known.any() or known.mean() < least_known:
                continue
            if daily.usable(days, day).size < _LEAST_PAST_DAYS:
                continue
            errors = np.where(known[:, None], daily.costs[days] - daily.expected(days, day), 0)
            yield PastForecast(day, errors.cumsum(axis=0), known.cumsum(), daily.mean(days, day))


def _ratio(error: Floats, total: Floats) -> Floats:
    ratio: Floats = np.divide(error, total, out=np.full_like(total, np.nan), where=total > 0)
    return ratio


def _medians(errors: list[Floats], otherwise: Floats) -> Floats:
    """For each series, of the errors that are known; else what is given."""
    if not errors:
        return otherwise
    columns = [column[~np.isnan(column)] for column in np.array(errors).T]
    return np.array(
        [
            np.median(column) if column.size else other
            for column, other in zip(columns, otherwise, strict=True)
        ]
    )
