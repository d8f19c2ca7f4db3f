"""What a fetch brought, and how it is told."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .plan import Plan
from .store import TakenIn
from .windows import Period, ranges


@dataclass
class Fetched:
    """What one fetch brought, and what people should know of it."""

    plan: Plan
    org_id: str | None
    taken_in: list[TakenIn] = field(default_factory=list)
    reconciled: list[Period] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    missing: set[date] = field(init=False)  # days asked for that have not come in

    def __post_init__(self) -> None:
        self.missing = set(self.plan.days)

    @property
    def days(self) -> tuple[date, ...]:
        return self.plan.days

    @property
    def unknown_columns(self) -> list[str]:
        return sorted({column for export in self.taken_in for column in export.unknown_columns})

    def summary(self, database: Path) -> str:
        """A few lines for people."""
        empty = sum(export.record_count == 0 for export in self.taken_in)
        rows = sum(export.record_count for export in self.taken_in)
        asked = ", ".join(str(period) for period in ranges(self.days)[:3]) or "nothing was missing"
        lines = [
            f"Workspace {self.org_id or 'not known yet'} in {self.plan.timezone}: {database}",
            f"  {len(self.days)} days fetched ({asked}): {rows} rows, {empty} days without usage",
        ]
        if self.reconciled:
            months = ", ".join(f"{month.first:%Y-%m}" for month in self.reconciled)
            lines.append(f"  months compared with their own export: {months}")
        return "\n".join(lines)

    def what_is_missing(self) -> str:
        """Which days did not come in, and what to do."""
        absent = self.missing - self.plan.known
        stale = self.missing & self.plan.known
        said = []
        if absent:
            said.append(f"{len(absent)} of {len(self.days)} days are missing: {_named(absent)}.")
        if len(stale) == 1:
            said.append(
                f"1 stored day could not be fetched again and stays as it was: {_named(stale)}."
            )
        elif stale:
            said.append(
                f"{len(stale)} stored days could not be fetched again and stay as they were: "
                f"{_named(stale)}."
            )
        said.append("What arrived is kept; run the same command again to go on.")
        return " ".join(said)


def _named(days: set[date]) -> str:
    periods = ranges(days)
    more = f" and {len(periods) - 5} more periods" if len(periods) > 5 else ""
    return ", ".join(str(period) for period in periods[:5]) + more
