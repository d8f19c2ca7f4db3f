"""The body of a request: which period is asked for, checked as the service documents it."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

HISTORY_LIMIT_MONTHS = 12

# How the service reads dates is uncertain, so the sandbox does it in each way: with or without `Z`,
# only one of them, or with `Z` alone and as UTC whatever the time zone says.
Dates = Literal["either", "plain", "z", "as-utc"]


class Refused(Exception):
    """An answer other than 200: `status`, and the documented envelope's `error` and `message`."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status, self.error, self.message = status, error, message


@dataclass(frozen=True)
class Period:
    """What was asked for: both ends inclusive, aware in the zone that each was given in."""

    start: datetime
    end: datetime
    by_model: bool

    @property
    def half_open(self) -> tuple[datetime, datetime]:
        """The same as [start, end) in UTC, where the arithmetic of days of 23 hours is right."""
        return self.start.astimezone(UTC), self.end.astimezone(UTC) + timedelta(microseconds=1)


def parse_period(body: bytes, now: datetime, dates: Dates = "either") -> Period:
    """The period of a request body, or Refused with status 400. Unknown fields are let pass."""
    try:
        fields = json.loads(body)
    except ValueError:
        raise _bad_request("The body is not JSON") from None
    if not isinstance(fields, dict):
        raise _bad_request("The body is not a JSON object")
    group_by = fields.get("group_by")
    if group_by not in (None, "model"):
        raise _bad_request(f"Unsupported group_by: {group_by!r}. Supported: 'model'")
    start, end = _instant(fields, "from", dates), _instant(fields, "to", dates)
    period = Period(start, end, by_model=group_by == "model")
    try:
        in_order = period.half_open[0] <= period.half_open[1]
    except OverflowError:
        raise _bad_request("'from' or 'to' is beyond all calendars") from None
    if not in_order:
        raise _bad_request("'from' is after 'to'")
    earliest = _months_back(now.astimezone(start.tzinfo).date(), HISTORY_LIMIT_MONTHS)
    if start.date() < earliest:
        raise _bad_request(
            f"Usage can be exported {HISTORY_LIMIT_MONTHS} months back, from {earliest} on"
        )
    return period


def _instant(fields: dict[str, Any], name: str, dates: Dates) -> datetime:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise _bad_request(f"'{name}' is required, with 'date' and 'timezone'")
    zone = _zone(value.get("timezone"), name)
    text = value.get("date")
    if not isinstance(text, str):
        raise _bad_request(f"'{name}.date' is required")
    if dates == ("plain" if text.endswith("Z") else "z") or (
        dates == "as-utc" and not text.endswith("Z")
    ):
        raise _bad_request(f"Invalid datetime in '{name}.date': {text!r}")
    try:
        # The Z is dropped: the date is local time in the zone, whatever it ends in.
        local = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        raise _bad_request(f"'{name}.date' is not an ISO 8601 date: {text!r}") from None
    if local.tzinfo is not None:
        raise _bad_request(f"'{name}.date' has an offset, its zone is 'timezone': {text!r}")
    return local.replace(tzinfo=ZoneInfo("UTC") if dates == "as-utc" else zone)


def _zone(name: Any, field: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    # ZoneInfo looks names up as files: a wrong one shows itself in any of these ways.
    except (TypeError, ValueError, LookupError, OSError, AttributeError):
        raise _bad_request(f"'{field}.timezone' is not an IANA time zone: {name!r}") from None


def _months_back(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    first = date(number // 12, number % 12 + 1, 1)
    next_first = (first + timedelta(days=31)).replace(day=1)
    # 29 February has no counterpart: its month's last day stands for it.
    return min(first + timedelta(days=day.day - 1), next_first - timedelta(days=1))


def _bad_request(message: str) -> Refused:
    return Refused(400, "Bad request", message)
