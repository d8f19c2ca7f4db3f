"""From series of daily costs to events that are worth telling, each told once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def events_of(daily: pd.DataFrame, *, least_usd: Decimal) -> list[Anomaly]:
    """The events of each series that begin, or go on, in days asked about; costs are Decimal."""
    found: list[Anomaly] = []
    with localcontext(prec=76):
        months = _cost_of_months(daily)
        for _, series in daily.groupby("series"):
            for event in _events(series):
                least = LEAST_SHARE_OF_MONTH * months[event.org_id, event.first_day.replace(day=1)]
                if abs(event.excess_usd) >= max(least, least_usd):
                    found.append(event)
    return found


def _cost_of_months(daily: pd.DataFrame) -> dict[tuple[str, date], Decimal]:
    workspaces = daily[daily["team"].isna() & daily["api_key_id"].isna()]
    months: dict[tuple[str, date], Decimal] = {}
    for org_id, day, cost in zip(
        workspaces["org_id"], workspaces["day"], workspaces["total_cost_usd"], strict=True
    ):
        month = org_id, day.date().replace(day=1)
        months[month] = months.get(month, Decimal(0)) + cost
    return months


def _events(series: pd.DataFrame) -> Iterator[Anomaly]:
    from langdock_usage.analysis.anomalies import find_events

    days = series["day"]
    costs = series["total_cost_usd"].to_list()
    asked = series["is_asked"].to_numpy(dtype=bool)
    settled = _settled_days(series)
    [org_id], [team], [key], [name] = (
        series[column].iloc[:1].astype(object).where(lambda known: known.notna(), None)
        for column in ("org_id", "team", "api_key_id", "api_key_name")
    )
    weekdays = days.dt.day_of_week.to_numpy(dtype="int64")
    for event in find_events(series["total_cost_usd"].to_numpy(dtype=float), weekdays):
        places = [place for place in range(event.first, event.last + 1) if asked[place]]
        if not places or (event.kind == "level_shift" and not asked[event.first]):
            continue
        cost = sum((costs[place] for place in places), Decimal(0))
        expected = sum(float(event.expected_usd[place - event.first]) for place in places)
        expected_usd = Decimal(f"{expected:.2f}")
        if cost < expected_usd and event.first >= settled:
            continue
        yield Anomaly(
            first_day=days.iloc[places[0]].date(),
            last_day=days.iloc[places[-1]].date(),
            org_id=org_id,
            team=team,
            api_key_id=key,
            api_key_name=name,
            model=None,
            kind=event.kind,
            cost_usd=cost,
            expected_usd=expected_usd,
            excess_usd=cost - expected_usd,
        )


def _settled_days(series: pd.DataFrame) -> int:
    """How many days of a series are not among the last ones that late usage may still change."""
    count = len(series)
    for is_provisional in series["is_provisional"].to_list()[: -LATE_DAYS - 1 : -1]:
        if not is_provisional:
            break
        count -= 1
    return count


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
