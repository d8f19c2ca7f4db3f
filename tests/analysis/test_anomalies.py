"""What was planted into noise is found on its days; what is only noise is not."""

import numpy as np
import pytest

from langdock_usage.analysis.anomalies import Event, Floats, Ints, find_events

DAYS = 150
WEEKDAYS: Ints = np.arange(DAYS, dtype=np.int64) % 7
PLANTED = 70  # a Monday, ten weeks after the first day


def quiet_key(seed: int, noise: float, mean_usd: float = 50) -> Floats:
    """Daily cost: a weekday profile, a level that wanders and drifts, noise with heavy tails."""
    random = np.random.default_rng(seed)
    weekend = random.choice([0.02, 0.1, 0.5, 1])
    profile = np.where(WEEKDAYS < 5, 1, weekend) * np.exp(random.normal(0, 0.1, 7))[WEEKDAYS]
    drift = random.normal(0, 0.002) * np.arange(DAYS)
    level = np.exp(np.cumsum(random.normal(0, 0.015, DAYS)) + drift)
    # Student's t with 6 degrees of freedom, of standard deviation 1
    tails = random.standard_t(6, DAYS) / np.sqrt(6 / 4)
    costs: Floats = mean_usd * profile * level * np.exp(noise * tails)
    return costs


def beyond(event: Event, costs: Floats) -> float:
    return float(costs[event.places].sum() - event.expected_usd.sum())


def false_events(seed: int) -> int:
    """Days on which events begin in three months of a quiet workspace of 10,000 USD a month."""
    random = np.random.default_rng(1000 + seed)
    shares = random.dirichlet(np.ones(random.integers(3, 10))) * 10_000 / 30
    keys = [
        quiet_key(100 * seed + number, float(random.uniform(0.08, 0.3)), share)
        for number, share in enumerate(shares)
    ]
    begun = {
        event.first
        for costs in [np.sum(keys, axis=0), *keys]
        for event in find_events(costs, WEEKDAYS)
        if 30 <= event.first < 120 and abs(beyond(event, costs)) >= 100
    }
    return len(begun)


def test_a_quiet_workspace_has_at_most_one_false_event_in_three_months() -> None:
    found = np.array([false_events(seed) for seed in range(40)])
    assert np.quantile(found, 0.95) <= 1
    assert found.mean() < 0.25


@pytest.mark.parametrize(
    ("factor", "length", "kind"),
    [
        (3.0, 1, "spike"),
        (3.0, 3, "spike"),
        (0.0, 2, "drop"),
        (0.1, 1, "drop"),
        (1.8, DAYS, "level_shift"),
        (0.5, DAYS, "level_shift"),
        (0.0, DAYS, "level_shift"),
        (2.5, 21, "spike"),  # a step that goes back within weeks
    ],
)
def test_what_was_planted_is_found_on_its_days(factor: float, length: int, kind: str) -> None:
    ratios = []
    for seed in range(20):
        costs = quiet_key(seed, noise=0.08)
        days = slice(PLANTED, PLANTED + length)
        ordinary = costs[days].sum()
        costs[days] *= factor
        for event in find_events(costs, WEEKDAYS):
            if event.first == PLANTED and event.last == min(PLANTED + length, DAYS) - 1:
                assert event.kind == kind
                ratios.append(event.expected_usd.sum() / ordinary)
    assert len(ratios) >= 18
    assert np.median(ratios) == pytest.approx(1, abs=0.1)


def test_a_key_that_is_new_shifts_from_nothing() -> None:
    costs = quiet_key(1, noise=0.08)
    costs[:PLANTED] = 0
    [event] = find_events(costs, WEEKDAYS)
    assert (event.first, event.kind) == (PLANTED, "level_shift")
    assert event.expected_usd.sum() == pytest.approx(0, abs=1)


def test_what_happens_every_month_is_usual() -> None:
    costs = quiet_key(2, noise=0.08)
    costs[1::28] *= 4
    assert find_events(costs, WEEKDAYS) == []


def test_an_idle_key_that_is_used_once() -> None:
    costs = np.zeros(DAYS)
    costs[PLANTED] = 500
    [event] = find_events(costs, WEEKDAYS)
    assert (event.first, event.last, event.kind) == (PLANTED, PLANTED, "spike")
    assert event.expected_usd.sum() == 0


def test_a_drift_is_no_shift() -> None:
    flat = np.full(DAYS, 50.0) * np.where(WEEKDAYS < 5, 1, 0.2)
    assert find_events(flat * np.linspace(1, 3, DAYS), WEEKDAYS) == []


def test_days_that_are_not_known_are_no_drop() -> None:
    costs = quiet_key(3, noise=0.08)
    known = np.ones(DAYS, dtype=bool)
    known[PLANTED : PLANTED + 10] = False
    assert find_events(costs[known], WEEKDAYS[known]) == []


def test_a_weekend_does_not_part_a_run() -> None:
    costs = np.where(WEEKDAYS < 5, 50.0, 1.0)
    costs[PLANTED + 4] = costs[PLANTED + 7] = 200  # a Friday, and the Monday after
    [event] = find_events(costs, WEEKDAYS)
    assert (event.first, event.last) == (PLANTED + 4, PLANTED + 7)
    # Friday, Saturday, Sunday, Monday
    assert event.expected_usd == pytest.approx([50, 1, 1, 50], rel=0.01)


def test_what_has_not_ended_after_a_week_is_a_new_level() -> None:
    costs = np.full(DAYS, 50.0)
    costs[-3:] = 150
    [event] = find_events(costs, WEEKDAYS)
    assert (event.first, event.kind) == (DAYS - 3, "spike")
    costs[-8:] = 150
    [event] = find_events(costs, WEEKDAYS)
    assert (event.first, event.kind) == (DAYS - 8, "level_shift")


def test_four_weeks_are_needed() -> None:
    costs = np.full(27, 50.0)
    costs[20] = 500
    assert find_events(costs, WEEKDAYS[:27]) == []
    assert len(find_events(np.append(costs, 50.0), WEEKDAYS[:28])) == 1
