"""Days that cost something else than expected, told once, at the narrowest level that explains."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING

from langdock_usage.metrics.filters import Filters, Names
from langdock_usage.metrics.questions.changes.event_cause import with_cause
from langdock_usage.metrics.questions.changes.events import Anomaly, events_of, narrowest
from langdock_usage.metrics.questions.changes.planned_events import marked, planned_events

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike

LEAST_USD = Decimal(100)
DAYS_BEFORE, DAYS_AFTER = 70, 35


def anomalies(
    self: Usage,
    period: PeriodLike = None,
    *,
    key: Names = None,
    model: Names = None,
    org: str | None = None,
    team: Names = None,
    include_expected: bool = False,
    exact: bool = False,
) -> pd.DataFrame:
    """One row per event: days that cost something else than their weekday and level let expect.

    `first_day`, `last_day` (within the period), `org_id`, `team`, `api_key_id`, `api_key_name`,
    `model` (each missing where the event is wider; of rotated keys the newest), `kind` (`spike`,
    `drop`, or `level_shift`, which lasts, and is told in the period in which it begins),
    `cost_usd`, `expected_usd` (an estimate), `excess_usd` (negative where it cost less), `cause`:
    the effect of `bridge` that explains most, between these days and the same weekdays before, as
    `volume` or `caching`; missing where those are not known. The oldest first, then the most money.

    What was planned is left out: an event all of whose days are within those of a line in
    `expected.csv`, of its key and model. With `include_expected` it is there, and `is_expected` and
    `expected_note` say so.

    Only days that are known one by one are judged, by those of ten weeks before and five weeks
    after the period; it takes four weeks of them. Events of less than 100 USD, or than 1 % of the
    month in which they begin, are none.

    >>> len(usage.anomalies("2026-10"))
    0
    """
    filters = Filters(key, model, team, org)
    daily = self._reader.answer(
        "changes/daily_series",
        filters,
        {"": period},
        exact=True,
        sums=filters.sums("api_key_id"),
        more={"days_before": DAYS_BEFORE, "days_after": DAYS_AFTER, "least_usd": LEAST_USD},
    )
    found = narrowest(events_of(daily, least_usd=LEAST_USD))
    known = {str(org_id): {*days.dt.date} for org_id, days in daily.groupby("org_id")["day"]}
    told = [with_cause(self, event, filters, known[event.org_id]) for event in found]
    planned = planned_events(self._reader)
    events = [marked(event, planned) for event in told]
    shown = [event for event in events if include_expected or not event.is_expected]
    return _frame(sorted(shown, key=lambda one: (one.first_day, -abs(one.excess_usd))), exact)


def _frame(events: Iterable[Anomaly], exact: bool) -> pd.DataFrame:
    import pandas as pd

    names = [field.name for field in fields(Anomaly)]
    rows = [[getattr(event, name) for name in names] for event in events]
    frame = pd.DataFrame(rows, columns=pd.Index(names, dtype="str"))
    for name in names:
        if name.endswith("_day"):
            frame[name] = frame[name].astype("datetime64[us]")
        elif name.endswith("_usd"):
            frame[name] = frame[name].astype(object if exact else "float64")
        else:
            frame[name] = frame[name].astype("boolean" if name.startswith("is_") else "str")
    return frame
