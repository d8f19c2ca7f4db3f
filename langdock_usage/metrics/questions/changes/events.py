"""From series of daily costs to events that are worth telling, each told once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from langdock_usage.windows import Period

if TYPE_CHECKING:
    import pandas as pd

LEAST_SHARE_OF_MONTH = Decimal("0.01")
LATE_DAYS = 3  # a drop in the last ones may be usage that is not known yet
FEW = 2  # so many narrower events together
EXPLAIN = Decimal("0.6")  # a wider one, with this much of it


@dataclass(frozen=True)
class Anomaly:
    """One event; None where it is wider than one team, API key or model. A key has its team."""

    first_day: date
    last_day: date
    org_id: str
    team: str | None
    api_key_id: str | None
    api_key_name: str | None
    model: str | None
    kind: str
    cost_usd: Decimal
    expected_usd: Decimal
    excess_usd: Decimal
    cause: str | None = None
    is_expected: bool = False
    expected_note: str | None = None

    @property
    def period(self) -> Period:
        return Period(self.first_day, self.last_day)

    def is_part_of(self, wider: Anomaly) -> bool:
        """Whether this one can be what the other is made of: same days, same sign."""
        return (
            self.org_id == wider.org_id
            and wider.team in (None, self.team)
            and self.first_day <= wider.last_day
            and wider.first_day <= self.last_day
            and (self.excess_usd > 0) == (wider.excess_usd > 0)
        )


@dataclass(frozen=True)
class _Series:
    """The known days of a workspace, a team or an API key, in order."""

    org_id: str
    team: str | None
    api_key_id: str | None
    api_key_name: str | None
    days: Sequence[date]
    costs: Sequence[Decimal]
    is_asked: Sequence[bool]
    is_provisional: Sequence[bool]

    @property
    def settled_days(self) -> int:
        """How many are not among the last ones that late usage may still change."""
        count = len(self.days)
        for is_provisional in self.is_provisional[: -LATE_DAYS - 1 : -1]:
            if not is_provisional:
                break
            count -= 1
        return count


def events_of(daily: pd.DataFrame, *, least_usd: Decimal) -> list[Anomaly]:
    """The events of each series that begin, or go on, in days asked about; costs are Decimal."""
    found: list[Anomaly] = []
    with localcontext(prec=76):
        series = list(_series_of(daily))
        months = _cost_of_months(series)
        for one in series:
            for event in _events(one):
                least = LEAST_SHARE_OF_MONTH * months[event.org_id, event.first_day.replace(day=1)]
                if abs(event.excess_usd) >= max(least, least_usd):
                    found.append(event)
    return found


def _series_of(daily: pd.DataFrame) -> Iterator[_Series]:
    # Lists, made once for all of them: a frame for each series takes most of the time.
    names = daily[["org_id", "team", "api_key_id", "api_key_name"]].astype(object)
    names = names.where(names.notna(), None)
    days = list(daily["day"].dt.date)
    costs, is_asked, is_provisional = (
        daily[column].to_list() for column in ("total_cost_usd", "is_asked", "is_provisional")
    )
    for places in daily.groupby("series").indices.values():
        org_id, team, api_key_id, name = names.iloc[places[0]]
        its = slice(places[0], places[-1] + 1)
        about = days[its], costs[its], is_asked[its], is_provisional[its]
        yield _Series(org_id, team, api_key_id, name, *about)


def _cost_of_months(series: Iterable[_Series]) -> dict[tuple[str, date], Decimal]:
    months: dict[tuple[str, date], Decimal] = {}
    for one in series:
        if one.team is None and one.api_key_id is None:
            for day, cost in zip(one.days, one.costs, strict=True):
                month = one.org_id, day.replace(day=1)
                months[month] = months.get(month, Decimal(0)) + cost
    return months


def _events(series: _Series) -> Iterator[Anomaly]:
    import numpy as np

    from langdock_usage.analysis.anomalies import find_events

    days, costs = series.days, series.costs
    weekdays = np.array([day.weekday() for day in days], dtype=np.int64)
    for event in find_events(np.array(costs, dtype=np.float64), weekdays):
        places = [place for place in range(event.first, event.last + 1) if series.is_asked[place]]
        if not places or (event.kind == "level_shift" and not series.is_asked[event.first]):
            continue
        cost = sum((costs[place] for place in places), Decimal(0))
        expected = sum(float(event.expected_usd[place - event.first]) for place in places)
        expected_usd = Decimal(f"{expected:.2f}")
        if cost < expected_usd and event.first >= series.settled_days:
            continue
        yield Anomaly(
            first_day=days[places[0]],
            last_day=days[places[-1]],
            org_id=series.org_id,
            team=series.team,
            api_key_id=series.api_key_id,
            api_key_name=series.api_key_name,
            model=None,
            kind=event.kind,
            cost_usd=cost,
            expected_usd=expected_usd,
            excess_usd=cost - expected_usd,
        )


def narrowest(events: Sequence[Anomaly]) -> list[Anomaly]:
    """Each event once: a wider one where no few narrower ones explain it, else these."""
    told = [event for event in events if event.api_key_id]
    of_teams = [event for event in events if event.team and not event.api_key_id]
    of_workspaces = [event for event in events if not event.team]
    for wide in [*of_teams, *of_workspaces]:
        parts = [one for one in told if one.is_part_of(wide)]
        largest = sorted((abs(one.excess_usd) for one in parts), reverse=True)[:FEW]
        if sum(largest) < EXPLAIN * abs(wide.excess_usd):
            told = [one for one in told if one not in parts] + [wide]
    return told
