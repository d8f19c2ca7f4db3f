"""What an open database shows of itself: which days are known, which are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from langdock_usage.escaping import printable
from langdock_usage.metrics.known_periods import month_ranges
from langdock_usage.sql import read_sql
from langdock_usage.windows import Period, parse_month, ranges

if TYPE_CHECKING:
    import duckdb

SHOWN_GAPS = 3
_EMPTY = "no usage yet; bring it in with `langdock-usage fetch`."


@dataclass(frozen=True)
class Coverage:
    """One workspace: the days of which its usage is known, in order, and when the last came in."""

    org_id: str
    timezone: str
    days: list[date]
    last_fetched_at: datetime

    @property
    def missing(self) -> list[Period]:
        """The gaps between the first and the last known day."""
        known = set(self.days)
        return ranges(day for day in Period(self.days[0], self.days[-1]).days() if day not in known)

    def has_all_of(self, month: str) -> bool:
        """Whether every day of the month is known."""
        return set(parse_month(month).days()) <= set(self.days)

    def facts(self) -> dict[str, str]:
        """What to show, by title."""
        gaps = self.missing
        shown = ", ".join(str(gap) for gap in gaps[:SHOWN_GAPS])
        more = f" and {len(gaps) - SHOWN_GAPS} more gaps" if len(gaps) > SHOWN_GAPS else ""
        complete = [
            parse_month(month).first
            for month in dict.fromkeys(f"{day:%Y-%m}" for day in self.days)
            if self.has_all_of(month)
        ]
        return {
            "workspace": self.org_id,
            "time zone": self.timezone,
            "days": f"{Period(self.days[0], self.days[-1])} ({len(self.days)} known)",
            "missing": f"{shown}{more}" if gaps else "none",
            "complete months": month_ranges(complete) or "none",
            "last fetched": f"{self.last_fetched_at:%Y-%m-%d %H:%M} UTC",
        }


def coverage(connection: duckdb.DuckDBPyConnection) -> list[Coverage]:
    """One per workspace."""
    return [
        Coverage(*row)
        for row in connection.execute(read_sql("metrics/lookup/known_days")).fetchall()
    ]


def overview_text(path: Path, known: list[Coverage], problem: str | None = None) -> str:
    """The overview as text."""
    lines = [f"Usage in {path}"]
    for one in known:
        lines += [f"  {title}: {printable(value)}" for title, value in one.facts().items()]
    if not known:
        lines.append(f"  {problem or _EMPTY}")
    return "\n".join(lines)


def overview_html(path: Path, known: list[Coverage], problem: str | None = None) -> str:
    """The overview as HTML; every value is escaped."""
    if not known:
        return f"<p>Usage in <code>{escape(str(path))}</code>: {escape(problem or _EMPTY)}</p>"
    rows = [one.facts() for one in known]
    head = "".join(f"<th>{escape(title)}</th>" for title in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(value)}</td>" for value in row.values()) + "</tr>"
        for row in rows
    )
    return (
        f"<p>Usage in <code>{escape(str(path))}</code></p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
