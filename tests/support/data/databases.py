"""The builder of databases: what is in them came in as raw exports, like that of users."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self, TypedDict, Unpack

import duckdb

from langdock_usage.escaping import csv_line
from langdock_usage.raw.archive import Archive, RawExport
from langdock_usage.raw.exports import COLUMNS
from langdock_usage.sql import read_sql
from langdock_usage.store.connection import open_for_writing
from langdock_usage.store.schema import count_exports
from langdock_usage.store.writing.incoming import AddedExport
from langdock_usage.store.writing.store import Store
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


@cache
def _without_exports() -> bytes:
    """The file of a new database, made once: a quarter of a second for each test would add up."""
    with TemporaryDirectory() as folder:
        database = Path(folder) / "new.duckdb"
        with Store(database):
            pass
        return database.read_bytes()


def make_empty(database: Path) -> None:
    """A new database, unless there is one."""
    if not database.exists():
        database.parent.mkdir(parents=True, exist_ok=True)
        database.write_bytes(_without_exports())


class Options(TypedDict, total=False):
    """What an export may have beside its period and rows; see `DatabaseBuilder.keep`."""

    csv: bytes | None
    timezone: str
    group_by: str | None
    org_id: str | None
    columns: Sequence[str]
    received: datetime | None
    source: str
    yields_to: str | None


class DatabaseBuilder:
    """Adds exports to a database, new or not; each is received one minute after the other.

    The database is open in the `with` block, as `store`. What `keep` keeps is added when the block
    ends, all at once, which is quicker than `add`.
    """

    def __init__(self, database: Path) -> None:
        self.database = database
        self.archive = Archive(database)
        self.moment = datetime(2026, 11, 1, 12, tzinfo=UTC)
        self.store: Store
        self._kept: list[tuple[RawExport, Path | None, str]] = []

    def __enter__(self) -> Self:
        make_empty(self.database)
        self.store = Store(self.database)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self.store:
            if kind is None:
                self._add_kept()

    def _add_kept(self) -> list[AddedExport]:
        kept, self._kept = self._kept, []
        return self.store.add_exports(kept) if kept else []

    def keep(
        self,
        window: Period,
        *rows: Mapping[str, str],
        csv: bytes | None = None,
        timezone: str = "UTC",
        group_by: str | None = "model",
        org_id: str | None = None,
        columns: Sequence[str] = COLUMNS,
        received: datetime | None = None,
        source: str = "a test",
        yields_to: str | None = None,
    ) -> None:
        """Keep an export with these rows, or this CSV; neither is a period without usage."""
        if rows:
            csv = csv_of(rows, window, timezone=timezone, columns=columns)
        self.moment = received or self.moment + timedelta(minutes=1)
        raw = self.archive.keep(
            csv,
            window=window,
            timezone=timezone,
            group_by=group_by,
            fetched_at=self.moment,
            source=source,
            org_id=org_id,
            yields_to=yields_to,
        )
        self._kept.append((raw, self.archive.csv_path(raw), "export.csv"))

    def add(
        self, window: Period, *rows: Mapping[str, str], **options: Unpack[Options]
    ) -> AddedExport:
        """Keep an export and add it to the database."""
        self.keep(window, *rows, **options)
        return self._add_kept()[-1]


@dataclass(frozen=True)
class UsageRow:
    """A row of an export of one day, or of `days` days, with values to calculate with."""

    day: date
    api_key_id: str
    api_key_name: str
    model: str | None
    requests: int
    total_cost_usd: Decimal
    tokens: tuple[int, int, int, int, int] | None = None
    """As `TOKEN_COLUMNS`."""
    days: int = 1

    @property
    def period(self) -> Period:
        return Period(self.day, self.day + timedelta(days=self.days - 1))

    def columns(self) -> dict[str, str]:
        """The row as text, by the names of the columns."""
        tokens = map(str, self.tokens) if self.tokens else [""] * len(TOKEN_COLUMNS)
        return {
            "api_key_id": self.api_key_id,
            "api_key_name": self.api_key_name,
            "model": self.model or "",
            "requests": str(self.requests),
            "total_cost_usd": f"{self.total_cost_usd:f}",
            **dict(zip(TOKEN_COLUMNS, tokens, strict=True)),
        }


def add_usage(
    database: Path,
    rows: Iterable[UsageRow],
    *,
    received: datetime | None = None,
    org_id: str = "org-1",
    timezone: str = "Europe/Berlin",
    group_by: str | None = "model",
    without_usage: Iterable[Period] = (),
) -> Path:
    """Add one export for each period of the rows, and for each in which nothing was used.

    They are received at that moment, or each in the morning after its period.
    """
    by_period: dict[Period, list[dict[str, str]]] = {period: [] for period in without_usage}
    for row in rows:
        by_period.setdefault(row.period, []).append(row.columns() | {"org_id": org_id})
    with DatabaseBuilder(database) as builder:
        for period, some in by_period.items():
            morning = datetime.combine(period.last + timedelta(days=1), time(5), UTC)
            builder.keep(
                period,
                *some,
                timezone=timezone,
                group_by=group_by,
                org_id=org_id,
                received=received or morning,
            )
    return database


@contextmanager
def edited(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables themselves, for what no export can bring about."""
    with open_for_writing(database) as connection:
        yield connection
        count_exports(connection)
        connection.execute("delete from export_sums")
        connection.execute(read_sql("store/write/insert_export_sums"), {"export_ids": None})
