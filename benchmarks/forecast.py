"""How far off forecasts of a month's total are, on simulated workspaces, against other methods.

pip install -e '.[benchmark]'
python benchmarks/forecast.py [SERIES]

Each series is 13 months of daily costs: weekdays, growth, noise; of six kinds one has shifts of the
level, one a wandering level, one dearer ends of months, one shifts and wandering, one single dear
days. Forecasts are made on three days of the last two months.
"""

import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from statistics import fmean

import numpy as np
from statsforecast.models import AutoETS, AutoTheta

from langdock_usage.analysis.daily_costs import DailyCosts, Floats
from langdock_usage.analysis.forecast import Forecast
from langdock_usage.windows import month_of

FIRST, LAST = date(2025, 10, 1), date(2026, 10, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
MADE_ON = (5, 10, 20)
LEVEL = 0.8


def simulated(seed: int) -> Floats:
    """Daily costs of a workspace; the kind of series goes by the seed."""
    random = np.random.default_rng(seed)
    count, kind = len(DAYS), seed % 6
    weekdays = np.array([day.weekday() for day in DAYS])
    profile = random.uniform(0.85, 1.15, 7)
    profile[5:] = random.choice([0.05, 0.2, 0.5, 1.0])
    growth = np.exp(random.uniform(-0.1, 0.5) * np.arange(count) / 365)
    costs = 10 ** random.uniform(0, 4) * growth * profile[weekdays]
    if kind in (1, 4):
        for _ in range(random.integers(1, 4)):
            costs[random.integers(60, count) :] *= random.choice([0.6, 0.75, 1.3, 1.6])
    if kind in (2, 4):
        costs *= np.exp(np.cumsum(random.normal(0, 0.015, count)))
    if kind == 3:
        ends = np.array([day.day >= 28 or day.day == 1 for day in DAYS])
        costs *= np.where(ends, random.uniform(1.1, 1.4, count), 1)
    if kind == 5:
        for _ in range(5):
            place = random.integers(0, count - 2)
            costs[place : place + 2] *= random.uniform(1.5, 3)
    return costs * np.exp(random.normal(0, random.choice([0.03, 0.08, 0.15, 0.3]), count))


def seasonal_naive(past: Floats, horizon: int, _: int) -> float:
    return float(np.resize(past[-7:], horizon).sum())


def run_rate(past: Floats, horizon: int, days_known: int) -> float:
    return float(past[-days_known:].mean() * horizon)


def of_library(model: AutoETS | AutoTheta) -> Callable[[Floats, int, int], float]:
    return lambda past, horizon, _: float(model.forecast(y=past, h=horizon)["mean"].sum())


OTHERS = {
    "AutoTheta": of_library(AutoTheta(season_length=7)),
    "AutoETS": of_library(AutoETS(season_length=7)),
    "seasonal naive": seasonal_naive,
    "run rate": run_rate,
}


def main(series: int) -> None:
    errors: dict[str, list[float]] = defaultdict(list)
    within: list[bool] = []
    for seed in range(series):
        costs = simulated(seed)
        for month in (month_of(date(2026, 9, 1)), month_of(LAST)):
            first = (month.first - FIRST).days
            total = costs[first : first + len(month)].sum()
            for days_known in MADE_ON:
                made, horizon = first + days_known, len(month) - days_known
                actual = costs[made : made + horizon].sum()
                past = np.where(np.arange(len(costs)) < made, costs, np.nan)[:, None]
                ours = Forecast(DailyCosts(FIRST, past), np.arange(made, made + horizon), made - 1)
                miss = abs(ours.expected.sum() - actual)
                errors["forecast"].append(miss / total)
                within.append(bool(miss <= ours.half_widths(LEVEL)[0]))
                for name, expected in OTHERS.items():
                    other = expected(costs[:made], horizon, days_known)
                    errors[name].append(abs(other - actual) / total)
    lines = [f"{len(within)} forecasts, {series} series; mean and median error of the total"]
    for name, some in sorted(errors.items(), key=lambda pair: fmean(pair[1])):
        lines.append(f"  {name:15} {fmean(some):.1%} {float(np.median(some)):.1%}")
    lines.append(f"within the band of {LEVEL:.0%}: {fmean(within):.1%}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 36)
