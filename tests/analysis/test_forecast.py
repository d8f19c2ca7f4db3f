"""How good forecasts are, and how sure: on simulated series, and on the sandbox."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from langdock_usage.analysis.daily_costs import DailyCosts, Floats
from langdock_usage.analysis.forecast import Forecast
from langdock_usage.sandbox.workspace.workspace import Workspace
from langdock_usage.windows import Period, parse_month

FIRST = date(2026, 1, 1)
MADE, AHEAD = 200, 21


def made(first: date, costs: Floats, known: int, month: Period) -> Forecast:
    """The forecast of the days of a month that follow the first `known` days."""
    end = (month.last - first).days + 1
    daily = np.where(np.arange(end) < known, costs[:end], np.nan)
    return Forecast(DailyCosts(first, daily[:, None]), np.arange(known, end), known - 1)


def simulated(series: int) -> Floats:
    """Weekdays, a level that wanders a little, and noise: a column for each series."""
    random = np.random.default_rng(series)
    days = np.arange(MADE + AHEAD)
    profile = np.where((days + FIRST.weekday()) % 7 < 5, 1.0, 0.2)[:, None]
    level = np.exp(np.cumsum(random.normal(0, 0.01, (len(days), series)), axis=0))
    costs: Floats = 100 * profile * level * np.exp(random.normal(0, 0.1, (len(days), series)))
    return costs


def forecast_of(costs: Floats) -> Forecast:
    daily = costs.copy()
    daily[MADE:] = np.nan
    return Forecast(DailyCosts(FIRST, daily), np.arange(MADE, MADE + AHEAD), MADE - 1)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_the_band_holds_what_comes_as_often_as_it_says(level: float) -> None:
    costs = simulated(300)
    forecast = forecast_of(costs)
    missed = np.abs(forecast.expected.sum(axis=0) - costs[MADE:].sum(axis=0))
    # 300 series: two standard errors are at most 0.06; and it rather says too little than too much
    assert level - 0.06 < (missed <= forecast.half_widths(level)).mean() < level + 0.1


def test_it_scales_with_the_costs() -> None:
    costs = simulated(3)
    once, tenfold = forecast_of(costs), forecast_of(10 * costs)
    assert tenfold.expected == pytest.approx(10 * once.expected)
    assert tenfold.half_widths(0.8) == pytest.approx(10 * once.half_widths(0.8))
    assert tenfold.usual_errors(parse_month("2026-07")) == pytest.approx(
        once.usual_errors(parse_month("2026-07"))
    )


def test_a_series_does_not_depend_on_those_beside_it() -> None:
    costs = simulated(3)
    together, alone = forecast_of(costs), forecast_of(costs[:, :1])
    assert together.expected[:, 0] == pytest.approx(alone.expected[:, 0])
    assert together.half_widths(0.8)[0] == pytest.approx(alone.half_widths(0.8)[0])
    assert alone.running_half_widths(0.8)[-1] == pytest.approx(alone.half_widths(0.8)[0])


def test_series_that_began_late_or_cost_nothing_have_a_band() -> None:
    costs = simulated(3)
    costs[: MADE - 3, 1] = 0
    costs[:, 2] = 0
    widths = forecast_of(costs).half_widths(0.8)
    assert widths[0] > 0 and widths[1] > 0 and widths[2] == 0
    assert np.isfinite(widths).all()
    assert np.isfinite(forecast_of(costs).usual_errors(parse_month("2026-07"))).all()


def test_expected_is_the_weekday_of_eight_weeks_on_the_level_of_three() -> None:
    """Workdays cost 10, weekends 4, and in the last three weeks half as much again."""
    days = np.arange(63 + 7)
    weekday = (days + FIRST.weekday()) % 7
    costs = np.where(weekday < 5, 10.0, 4.0)
    costs[63 - 21 : 63] *= 1.5
    found = made(FIRST, costs, 63, Period(FIRST + timedelta(63), FIRST + timedelta(69))).expected
    assert found[:, 0] == pytest.approx(np.where(weekday[63:] < 5, 15.0, 6.0))


def test_the_sandbox_was_within_the_band_five_times_of_six(workspace: Workspace) -> None:
    """Forecasts of its last six months, each made on the 10th; October has a batch job beside."""
    by_day: dict[date, float] = defaultdict(float)
    for row in workspace.hours():
        by_day[row.hour.date()] += float(row.total_cost_usd)
    first = min(by_day) + timedelta(days=1)
    last = datetime(2026, 10, 31, tzinfo=UTC).date()
    costs = np.array([by_day[day] for day in Period(first, last).days()])
    within = []
    for month in map(parse_month, [f"2026-{number:02}" for number in range(5, 11)]):
        known = (month.first - first).days + 10
        forecast = made(first, costs, known, month)
        actual = costs[known : (month.last - first).days + 1].sum()
        missed = abs(forecast.expected.sum() - actual)
        within.append(bool(missed <= forecast.half_widths(0.8)[0]))
        # and it says something: the rest of the month to less than 10 %
        assert forecast.half_widths(0.8)[0] < 0.1 * actual
    assert sum(within) >= 5
