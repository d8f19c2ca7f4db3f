"""Bringing the database up to date: which days are missing → client → raw file → store."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from .archive import Archive, RawExport
from .client import UsageExportClient, http_client
from .errors import (
    AccessDenied,
    ExportConflict,
    ExportFormatError,
    InvalidRequest,
    ServiceUnavailable,
)
from .settings import Settings
from .store import Store, TakenIn
from .windows import ONE_DAY, Period, history_start, ranges, today

CONCURRENCY = 8
GROUP_BY = "model"

Progress = Callable[[int, int], None]  # days done, days asked for


@dataclass
class Fetched:
    """What one fetch brought."""

    timezone: str
    days: list[date]
    org_id: str | None = None
    taken_in: list[TakenIn] = field(default_factory=list)

    @property
    def record_count(self) -> int:
        return sum(export.record_count for export in self.taken_in)

    @property
    def empty_days(self) -> int:
        return sum(export.record_count == 0 for export in self.taken_in)

    def summary(self, database: Path) -> str:
        """One line for people."""
        return (
            f"{len(self.days)} days fetched for workspace {self.org_id or '(not known yet)'} "
            f"in {self.timezone}: {self.record_count} rows, {self.empty_days} days without usage; "
            f"kept in {database}."
        )

    @property
    def unknown_columns(self) -> list[str]:
        return sorted({column for export in self.taken_in for column in export.unknown_columns})


def fetch_into(
    settings: Settings,
    *,
    period: Period | None = None,
    timezone: str | None = None,
    refresh_days: int = 3,
    org_id: str | None = None,
    progress_bar: Callable[[str], AbstractContextManager[Progress]],
) -> Fetched:
    """Open what `settings` name, and `fetch`."""
    api_key = settings.api_key
    if api_key is None:
        raise AccessDenied(
            "There is no API key: set LANGDOCK_API_KEY, in the environment or in a file .env, "
            "or try `langdock-usage demo`, which needs none."
        )

    async def run() -> Fetched:
        async with http_client(settings.base_url) as http:
            client = UsageExportClient(http, settings.base_url, api_key)
            with Store(settings.database) as store, progress_bar("Fetching days") as progress:
                return await fetch(
                    store,
                    client,
                    period=period,
                    timezone=timezone,
                    default_timezone=settings.timezone,
                    refresh_days=refresh_days,
                    org_id=org_id,
                    on_progress=progress,
                )

    return asyncio.run(run())


async def fetch(
    store: Store,
    client: UsageExportClient,
    *,
    period: Period | None = None,
    timezone: str | None = None,
    default_timezone: str = "UTC",
    refresh_days: int = 3,
    org_id: str | None = None,
    now: datetime | None = None,
    on_progress: Progress | None = None,
) -> Fetched:
    """Fetch one export per local day, grouped by model; each is committed on its own.

    With a period: every day of it. Without: the days not yet stored, up to yesterday, and the last
    `refresh_days` stored days again.
    Raises the errors of client and store. Whatever arrived before an error stays.
    """
    archive = Archive(store.path)
    take_in_kept(store, archive)
    org_id = _workspace(store, org_id)
    timezone = _timezone(store, org_id, timezone, default_timezone)
    local_today = today(timezone, now or datetime.now(UTC))
    if period:
        _check_period(period, local_today)
        days = list(period.days())
    else:
        days = _days_to_fetch(store.single_days(org_id), local_today, refresh_days)
    run = _Run(store, archive, client, Fetched(timezone, days, org_id), on_progress)
    await run.all_days()
    return run.fetched


def take_in_kept(store: Store, archive: Archive) -> None:
    """Take in exports that were kept just before an earlier run was killed."""
    missing = archive.ids() - store.export_ids()
    for raw in sorted(
        (archive.get(export_id) for export_id in missing), key=lambda raw: raw.fetched_at
    ):
        _take_in(store, archive, raw)


class _Run:
    """The days of one fetch on their way, a few at a time."""

    def __init__(
        self,
        store: Store,
        archive: Archive,
        client: UsageExportClient,
        fetched: Fetched,
        on_progress: Progress | None,
    ) -> None:
        self.store, self.archive, self.client = store, archive, client
        self.fetched, self.on_progress = fetched, on_progress
        self.refused: list[ExportFormatError] = []
        self.missing = set(fetched.days)

    async def all_days(self) -> None:
        todo = iter(self.fetched.days)
        self._report_progress()
        workers = [asyncio.create_task(self._work(todo)) for _ in range(CONCURRENCY)]
        try:
            await asyncio.gather(*workers)
        except ServiceUnavailable as error:
            raise type(error)(f"{error} {self._what_is_missing()}") from error
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        if self.refused:
            raise ExportFormatError(f"{self.refused[0]} {self._what_is_missing()}")

    async def _work(self, todo: Iterator[date]) -> None:
        for day in todo:
            try:
                await self._one_day(day)
            except ExportFormatError as error:
                self.refused.append(error)
            else:
                self.missing.discard(day)
            self._report_progress()

    async def _one_day(self, day: date) -> None:
        window, timezone = Period(day, day), self.fetched.timezone
        csv = await self.client.export(window, timezone, GROUP_BY)
        raw = self.archive.keep(
            csv,
            window=window,
            timezone=timezone,
            group_by=GROUP_BY,
            fetched_at=datetime.now(UTC),
            source=self.client.base_url,
            org_id=self.fetched.org_id,
        )
        taken_in = _take_in(self.store, self.archive, raw)
        self.fetched.org_id = taken_in.org_id
        self.fetched.taken_in.append(taken_in)

    def _report_progress(self) -> None:
        if self.on_progress:
            total = len(self.fetched.days)
            self.on_progress(total - len(self.missing), total)

    def _what_is_missing(self) -> str:
        periods = ranges(self.missing)
        named = ", ".join(str(period) for period in periods[:5])
        more = f" and {len(periods) - 5} more periods" if len(periods) > 5 else ""
        return (
            f"{len(self.missing)} of {len(self.fetched.days)} days are missing: {named}{more}. "
            "What arrived is kept; run the same command again to go on."
        )


def _take_in(store: Store, archive: Archive, raw: RawExport) -> TakenIn:
    csv = archive.csv_path(raw) if raw.sha256 else None
    try:
        return store.take_in(raw, csv, f"the export of {raw.window}")
    except (ExportFormatError, ExportConflict) as error:
        kept = archive.refuse(raw)
        raise type(error)(f"{error} (kept for a look: {kept})") from error


def _workspace(store: Store, org_id: str | None) -> str | None:
    known = store.workspaces()
    if org_id or len(known) <= 1:
        return org_id or next(iter(known), None)
    raise InvalidRequest(
        f"The database holds several workspaces; say with --org which one: {', '.join(known)}."
    )


def _timezone(store: Store, org_id: str | None, asked: str | None, default: str) -> str:
    known = store.workspaces().get(org_id or "")
    if known and asked and asked != known:
        raise ExportConflict(
            f"Workspace {org_id} is stored in time zone {known}, not {asked}; "
            "leave out --timezone, or use another database with --db."
        )
    return known or asked or default


def _check_period(period: Period, local_today: date) -> None:
    if period.last > local_today:
        raise InvalidRequest(f"{period} reaches into the future; today is {local_today}.")
    first = history_start(local_today)
    if period.first < first:
        raise InvalidRequest(
            f"The service exports 12 months back, to {first}; {period} begins before that. "
            "What is archived already stays."
        )


def _days_to_fetch(stored: set[date], local_today: date, refresh_days: int) -> list[date]:
    begin = history_start(local_today)
    first = max(min(stored, default=begin), begin)
    if first >= local_today:
        return []
    missing = set(Period(first, local_today - ONE_DAY).days()) - stored
    refreshed = {day for day in sorted(stored)[-refresh_days:] if refresh_days and day >= begin}
    return sorted(missing | refreshed)
