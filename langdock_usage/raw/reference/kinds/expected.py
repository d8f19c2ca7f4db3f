"""What was planned: days on which an API key, or a model, may cost something else than usual.

    first_day,last_day,api_key_id,model,note
    2026-10-19,2026-10-21,3f1c…,,Documents of the archive
    2026-12-24,2027-01-01,,,Holidays

An event all of whose days lie within those of a line is no anomaly any more; without a key or a
model the line stands for any.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from langdock_usage.raw.reference.cells import day, text
from langdock_usage.raw.reference.reference_file import KnownUsage, ReferenceFile, unknown


@dataclass(frozen=True)
class ExpectedEvent:
    """One line: days, and whose; None stands for any API key, or any model."""

    first_day: Annotated[date, day]
    last_day: Annotated[date, day]
    api_key_id: Annotated[str | None, text] = None
    model: Annotated[str | None, text] = None
    note: Annotated[str | None, text] = None


def _wrong_order(events: Mapping[int, ExpectedEvent]) -> Iterator[tuple[int, str]]:
    for number, event in events.items():
        if event.last_day < event.first_day:
            yield number, f"last_day {event.last_day} is before first_day {event.first_day}"


def _warnings(usage: KnownUsage, events: Mapping[int, ExpectedEvent]) -> Iterator[str]:
    """Keys and models without usage."""
    keys = [(number, event.api_key_id) for number, event in events.items()]
    models = [(number, event.model) for number, event in events.items()]
    yield from unknown("key", keys, (api_key_id for api_key_id, _ in usage.key_names()))
    yield from unknown("model", models, usage.models())


EXPECTED = ReferenceFile(
    name="expected",
    purpose="Say which events were planned, so that they are no anomalies.",
    line=ExpectedEvent,
    table="loaded_expected_events",
    noun="event",
    subject=("first_day", "last_day", "api_key_id", "model"),
    unique=("first_day", "last_day", "api_key_id", "model"),
    states=lambda event: f"what was planned for {event.first_day} to {event.last_day}",
    to_fill_in=("first_day", "last_day", "api_key_id", "model", "note"),
    check=_wrong_order,
    warn=_warnings,
)
