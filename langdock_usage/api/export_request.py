"""One request for an export: its period, how its dates are written, and its halves."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from langdock_usage.windows import DateForm, Period, zone

SMALLEST_PART_HOURS = 3
TICK = timedelta(milliseconds=1)  # the finest time in a request


@dataclass(frozen=True)
class ExportRequest:
    """One request: local times from `begin` up to, but not including, `end`."""

    begin: datetime
    end: datetime
    timezone: str
    group_by: str | None

    @classmethod
    def of_days(cls, days: Period, timezone: str, group_by: str | None) -> Self:
        """All of these local days."""
        begin = datetime.combine(days.first, time.min)
        end = datetime.combine(days.last, time.min) + timedelta(days=1)
        return cls(begin, end, timezone, group_by)

    def body(self, form: DateForm) -> dict[str, Any]:
        """The body of the request, its dates in this form."""
        mark = "Z" if form == "z" else ""
        body: dict[str, Any] = {
            side: {
                "date": moment.isoformat(timespec="milliseconds") + mark,
                "timezone": self.timezone,
            }
            for side, moment in (("from", self.begin), ("to", self.end - TICK))
        }
        return body | ({"group_by": self.group_by} if self.group_by else {})

    def instants(self) -> tuple[set[datetime], set[datetime]]:
        """What the first and the last moment can mean in UTC.

        Each is one instant, or two where clocks show that local time twice, or never.
        """
        where = zone(self.timezone)
        first, last = (
            {moment.replace(tzinfo=where, fold=fold).astimezone(UTC) for fold in (0, 1)}
            for moment in (self.begin, self.end - TICK)
        )
        return first, last

    def halves(self) -> tuple["ExportRequest", "ExportRequest"] | None:
        """The same in two parts, of whole days or of hours; None where it cannot be parted.

        The clock must not change at the cut: an hour that comes twice, or never, would be
        requested twice, or not at all.
        """
        where = zone(self.timezone)
        days = (self.end - self.begin).days
        hours = (self.end - self.begin) // timedelta(hours=1)
        if hours <= SMALLEST_PART_HOURS:
            return None
        first = timedelta(days=days // 2) if days > 1 else timedelta(hours=hours // 2)
        middle = self.begin + first
        while days <= 1 and not (_comes_once(middle, where) and _comes_once(middle - TICK, where)):
            middle += timedelta(hours=1)
        if middle >= self.end:
            return None
        return replace(self, end=middle), replace(self, begin=middle)


def _comes_once(moment: datetime, where: ZoneInfo) -> bool:
    """Whether clocks show this local time exactly once."""
    shown = {moment.replace(tzinfo=where, fold=fold).utcoffset() for fold in (0, 1)}
    return len(shown) == 1
