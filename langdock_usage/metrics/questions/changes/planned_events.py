"""Which events were planned, as `expected.csv` says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from langdock_usage.metrics.questions.changes.events import Anomaly
from langdock_usage.metrics.reader import Reader
from langdock_usage.sql import read_sql


class PlannedEvent(NamedTuple):
    """One line of the file; None stands for any API key, or any model."""

    first_day: date
    last_day: date
    api_key_id: str | None
    model: str | None
    note: str | None

    def covers(self, event: Anomaly) -> bool:
        """Whether all days of the event were planned, of its key and its model."""
        return (
            self.first_day <= event.first_day
            and event.last_day <= self.last_day
            and self.api_key_id in (None, event.api_key_id)
            and (self.model is None or self.model.casefold() == (event.model or "").casefold())
        )


def planned_events(reader: Reader) -> list[PlannedEvent]:
    """What was planned, the earliest first."""
    with reader.connection() as connection:
        rows = connection.execute(read_sql("metrics/lookup/expected_events")).fetchall()
    return [PlannedEvent(*row) for row in rows]


def marked(event: Anomaly, planned: list[PlannedEvent]) -> Anomaly:
    """The event, with the note of the first line that covers it."""
    line = next((line for line in planned if line.covers(event)), None)
    return replace(event, is_expected=True, expected_note=line.note) if line else event
