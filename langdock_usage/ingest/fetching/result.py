"""What a fetch brought, and how it is told."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from langdock_usage.ingest.fetching.plan import FetchPlan
from langdock_usage.store.writing.incoming import AddedExport
from langdock_usage.text import counted
from langdock_usage.windows import Period, ranges


@dataclass
class FetchResult:
    """What one fetch brought, and what people should know of it."""

    plan: FetchPlan
    org_id: str | None
    added: list[AddedExport] = field(default_factory=list)
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
        return sorted({column for export in self.added for column in export.unknown_columns})

    @property
    def row_count(self) -> int:
        """Rows that the days brought."""
        return sum(export.record_count for export in self.added)

    @property
    def empty_day_count(self) -> int:
        """Days that the service has no usage of."""
        return sum(export.record_count == 0 for export in self.added)

    def summary(self, database: Path) -> str:
        """A few lines for people."""
        asked = ", ".join(str(period) for period in ranges(self.days)[:3]) or "nothing was missing"
        days, rows = counted(len(self.days), "day"), counted(self.row_count, "row")
        empty = f"{counted(self.empty_day_count, 'day')} without usage"
        lines = [
            f"Workspace {self.org_id or 'not known yet'} in {self.plan.timezone}: {database}",
            f"  {days} fetched ({asked}): {rows}, {empty}",
        ]
        if self.reconciled:
            months = ", ".join(f"{month.first:%Y-%m}" for month in sorted(self.reconciled))
            lines.append(f"  months compared with their own export: {months}")
        return "\n".join(lines)

    def as_json(self, database: Path) -> dict[str, object]:
        """The same as plain JSON values, with all that was warned of."""
        return {
            "database": str(database),
            "org_id": self.org_id,
            "timezone": self.plan.timezone,
            "days_fetched": len(self.days),
            "fetched": [[str(period.first), str(period.last)] for period in ranges(self.days)],
            "rows": self.row_count,
            "days_without_usage": self.empty_day_count,
            "months_reconciled": [f"{month.first:%Y-%m}" for month in sorted(self.reconciled)],
            "warnings": self.warnings,
            "unknown_columns": self.unknown_columns,
        }

    def what_is_missing(self) -> str:
        """Which days did not come in, and what to do."""
        absent = self.missing - self.plan.known
        stale = self.missing & self.plan.known
        said = []
        if absent:
            verb = "is" if len(absent) == 1 else "are"
            of = counted(len(self.days), "day")
            said.append(f"{len(absent)} of {of} {verb} missing: {_named(absent)}.")
        if stale:
            said.append(
                f"{counted(len(stale), 'stored day')} could not be fetched again: {_named(stale)}; "
                "what was stored stays as it was."
            )
        said.append("What arrived is kept; run the same command again to go on.")
        return " ".join(said)


def _named(days: set[date]) -> str:
    periods = ranges(days)
    more = f" and {len(periods) - 5} more periods" if len(periods) > 5 else ""
    return ", ".join(str(period) for period in periods[:5]) + more
