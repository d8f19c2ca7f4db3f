"""What one request asks for, and how it is asked for in parts."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Self

from .windows import Period

SMALLEST_PART_HOURS = 3


@dataclass(frozen=True)
class Ask:
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

    def body(self) -> dict[str, Any]:
        """The body of the request; without `Z`, which the service would drop."""
        last = self.end - timedelta(milliseconds=1)
        body: dict[str, Any] = {
            side: {"date": moment.isoformat(timespec="milliseconds"), "timezone": self.timezone}
            for side, moment in (("from", self.begin), ("to", last))
        }
        return body | ({"group_by": self.group_by} if self.group_by else {})

    def halves(self) -> tuple["Ask", "Ask"] | None:
        """The same in two parts, of whole days, or of hours divisible by 3; None below that.

        Clocks change between these hours, so none of them comes twice or is missing.
        """
        days = (self.end - self.begin).days
        hours = (self.end - self.begin) // timedelta(hours=1)
        if hours <= SMALLEST_PART_HOURS:
            return None
        first = timedelta(days=days // 2) if days > 1 else timedelta(hours=hours // 2)
        middle = self.begin + first
        return replace(self, end=middle), replace(self, begin=middle)
