"""Why the days of an event cost what they did: by the bridge from the same weekdays before."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from langdock_usage.windows import Period

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.filters import Filters
    from langdock_usage.metrics.questions.changes.events import Anomaly
    from langdock_usage.metrics.usage import Usage

SOLE = 0.8  # of all that moved
WEEKS_BACK = 5


def with_cause(usage: Usage, event: Anomaly, filters: Filters, known: Collection[date]) -> Anomaly:
    """The event with its cause, and with the one key and the one model that made it, if any."""
    before = _same_weekdays_before(event.period, known)
    if before is None:
        return event
    key = usage._reader.rotated_keys(event.api_key_id) if event.api_key_id else filters.key
    team = event.team if not event.api_key_id and event.team else filters.team
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the question about the events has said what is missing
        moved = usage.bridge(
            (before.first, before.last),
            (event.first_day, event.last_day),
            "key_and_model",
            key=key,
            model=filters.model,
            team=team,
            org=event.org_id,
        )
    if not event.api_key_id:
        sole = _sole(moved, "api_key_id")
        if sole is not None:
            moved = moved[moved["api_key_id"] == sole]
            name = moved["api_key_name"].iloc[0]
            event = replace(event, api_key_id=sole, api_key_name=name)
    sole = _sole(moved, "model")
    if sole is not None:
        moved = moved[moved["model"] == sole]
        event = replace(event, model=sole)
    return replace(event, cause=_largest_effect(moved, 1 if event.excess_usd > 0 else -1))


def _same_weekdays_before(days: Period, known: Collection[date]) -> Period | None:
    """The days some weeks before, the last of which every one is known."""
    least_weeks = -(-len(days) // 7)
    for weeks in range(least_weeks, least_weeks + WEEKS_BACK):
        back = timedelta(weeks=weeks)
        before = Period(days.first - back, days.last - back)
        if all(day in known for day in before.days()):
            return before
    return None


def _sole(moved: pd.DataFrame, group: str) -> str | None:
    """The one of the group whose change is nearly all that changed."""
    changes = moved.groupby(group)["change_usd"].sum().abs()
    if not changes.sum() or changes.max() < SOLE * changes.sum():
        return None
    return str(changes.idxmax())


def _largest_effect(moved: pd.DataFrame, sign: int) -> str | None:
    """The name of the effect that explains most: `volume` of `volume_usd`."""
    from langdock_usage.analysis.bridge import EFFECTS

    effects: pd.Series[Any] = sign * moved[list(EFFECTS)].sum()
    return str(effects.idxmax()).removesuffix("_usd") if effects.max() > 0 else None
