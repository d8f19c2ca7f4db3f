"""Small hand-made exports for tests of the database."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from langdock_usage.harmless import csv_line
from langdock_usage.raw.archive import Archive
from langdock_usage.raw.exports import COLUMNS
from langdock_usage.store.incoming import AddedExport
from langdock_usage.store.store import Store
from langdock_usage.windows import Period, utc_dates

TOKEN_COLUMNS = (
    "sum_prompt_tokens",
    "sum_completion_tokens",
    "cached_prompt_tokens",
    "cache_creation_tokens",
    "no_cache_tokens",
)
ROW = {
    "org_id": "org_a",
    "api_key_id": "key_1",
    "api_key_name": "Search",
    "model": "gpt-5",
    "requests": "10",
    "total_cost_usd": "1.5",
    "sum_prompt_tokens": "100",
    "sum_completion_tokens": "20",
    "cached_prompt_tokens": "30",
    "cache_creation_tokens": "10",
    "no_cache_tokens": "60",
}


def days(first: str, last: str | None = None) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last or first))


def csv_of(
    rows: Sequence[Mapping[str, str]],
    window: Period,
    *,
    timezone: str = "UTC",
    columns: Sequence[str] = COLUMNS,
) -> bytes:
    """A CSV as the service writes it; each row is `ROW` with what is given instead."""
    stated = utc_dates(window, timezone)
    dates = {"period_start": str(stated.first), "period_end": str(stated.last)}
    full = [{**dates, **ROW, **row} for row in rows]
    lines = [columns, *([row.get(column, "") for column in columns] for row in full)]
    return "".join(f"{csv_line(line)}\n" for line in lines).encode()


class Maker:
    """Takes hand-made exports into a database, one minute after the other."""

    def __init__(self, database: Path) -> None:
        self.archive = Archive(database)
        self.moment = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def take_in(
        self,
        store: Store,
        window: Period,
        *rows: Mapping[str, str],
        csv: bytes | None = None,
        timezone: str = "UTC",
        group_by: str | None = "model",
        org_id: str | None = None,
        columns: Sequence[str] = COLUMNS,
    ) -> AddedExport:
        """Take in these rows, or this CSV; neither is a period without usage."""
        if rows:
            csv = csv_of(rows, window, timezone=timezone, columns=columns)
        self.moment += timedelta(minutes=1)
        raw = self.archive.keep(
            csv,
            window=window,
            timezone=timezone,
            group_by=group_by,
            fetched_at=self.moment,
            source="made by hand",
            org_id=org_id,
        )
        return store.add_export(
            raw, self.archive.csv_path(raw) if csv is not None else None, "made.csv"
        )
