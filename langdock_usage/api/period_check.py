"""Whether an answer is about the period that was requested. Pure.

How dates have to be written is not documented, so what the service made of them is read off its
answer: from the instants of `dateRange`, and from the UTC dates that the CSV states.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from langdock_usage.api.export_request import ExportRequest
from langdock_usage.errors import ExportFormatError, PeriodMismatch
from langdock_usage.raw.exports import stated_in

ROUNDING = timedelta(seconds=1)  # the last moment of a day may come back without its milliseconds


def check_period(request: ExportRequest, data: dict[str, Any], csv: bytes) -> None:
    """Raise PeriodMismatch where what the answer says of its period all says another one.

    `data` is the envelope of the answer, whose `dateRange` may be missing. One piece of evidence
    that agrees is enough; without any, the answer is taken as it is.
    """
    evidence = [*_from_date_range(request, data.get("dateRange")), *_from_csv(request, csv)]
    if not evidence or any(agrees for agrees, _ in evidence):
        return
    first, last = (min(instants) for instants in request.instants())
    answered = "; ".join(said for _, said in evidence)
    raise PeriodMismatch(
        f"{request.begin:%Y-%m-%d %H:%M} to {request.end:%Y-%m-%d %H:%M} in {request.timezone} "
        f"was asked for, which is {_utc(first)} to {_utc(last)}, but the API answered for another "
        f"period ({answered}). Nothing of that answer is kept: its usage would be counted on wrong "
        "days."
    )


def _from_date_range(request: ExportRequest, date_range: object) -> Iterator[tuple[bool, str]]:
    """Whether `dateRange` agrees, and what it says; nothing where it says no instants."""
    if not isinstance(date_range, dict):
        return
    said = [_instant(date_range.get(end)) for end in ("from", "to")]
    if None in said:
        return
    agrees = all(
        any(abs(answered - asked) <= ROUNDING for asked in instants)
        for answered, instants in zip(filter(None, said), request.instants(), strict=True)
    )
    first, last = filter(None, said)
    yield agrees, f"dateRange {_utc(first)} to {_utc(last)}"


def _from_csv(request: ExportRequest, csv: bytes) -> Iterator[tuple[bool, str]]:
    """The same of `period_start` and `period_end`; nothing where the CSV cannot be read."""
    try:
        dates = stated_in(csv, "the answer").utc_dates
    except ExportFormatError:
        return
    if dates is None:
        return
    agrees = all(
        stated in {instant.date() for instant in instants}
        for stated, instants in zip((dates.first, dates.last), request.instants(), strict=True)
    )
    yield agrees, f"its CSV states the UTC dates {dates}"


def _instant(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
