"""Bringing the database up to date: client → raw file → store, a few days at a time."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from itertools import islice

from .amounts import exact
from .archive import Archive, RawExport
from .client import UsageExportClient, http_client
from .errors import (
    AccessDenied,
    ExportConflict,
    ExportFormatError,
    RequestRefused,
    ServiceUnavailable,
    StoreError,
)
from .exports import is_empty
from .fetched import Fetched
from .owners import restore_keys
from .plan import choose_timezone, choose_workspace, plan_days
from .settings import Settings
from .store import Store, TakenIn
from .windows import Period, ranges, today

GIVE_UP_AFTER = 3  # days in a row that failed for good
AHEAD = 64  # days asked for before the first of them is taken in
GROUP_BY = "model"

Progress = Callable[[int, int], None]  # exports done, exports to do


def fetch_into(
    settings: Settings,
    *,
    period: Period | None = None,
    timezone: str | None = None,
    refresh_days: int = 3,
    org_id: str | None = None,
    on_warning: Callable[[str], None] | None = None,
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
                    on_warning=on_warning,
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
    on_warning: Callable[[str], None] | None = None,
) -> Fetched:
    """Fetch one export per local day, grouped by model; each is committed on its own.

    With a period: every day of it. Without: the days not yet stored, up to yesterday, and the last
    `refresh_days` stored days again. Then the ungrouped export of each month that became complete.
    Raises the errors of client and store. Whatever arrived before an error stays.
    """
    archive = Archive(store.path)
    refused = take_in_kept(store, archive)
    org_id = choose_workspace(store, org_id)
    timezone = choose_timezone(store, org_id, timezone, default_timezone)
    local_today = today(timezone, now or datetime.now(UTC))
    plan = plan_days(store, org_id, timezone, period, local_today, refresh_days)
    fetched = Fetched(plan, org_id)
    run = _Run(store, archive, client, fetched, on_progress, on_warning)
    for text in refused:
        run.warn(text)
    await run.all_days()
    await run.whole_months()
    return fetched


def take_in_kept(store: Store, archive: Archive) -> list[str]:
    """Take in what an earlier run kept just before it was killed; what the database refuses."""
    refused: list[str] = []
    archive.sweep()
    stored = store.export_ids()
    if not stored:
        restore_keys(store, archive)
    for raw in archive:
        if raw.export_id not in stored:
            try:
                archive.verified_csv(raw)
                _take_in(store, archive, raw)
            except (ExportFormatError, ExportConflict) as error:
                refused.append(str(error))
            except StoreError as error:
                refused.append(f"{error} (set aside: {archive.set_aside(raw)})")
    return refused


class _Run:
    """The exports of one fetch on their way."""

    def __init__(
        self,
        store: Store,
        archive: Archive,
        client: UsageExportClient,
        fetched: Fetched,
        on_progress: Progress | None,
        on_warning: Callable[[str], None] | None,
    ) -> None:
        self.store, self.archive, self.client = store, archive, client
        self.fetched, self.plan = fetched, fetched.plan
        self.on_progress, self.on_warning = on_progress, on_warning
        self.failed: list[ExportFormatError | ServiceUnavailable] = []
        self.failures_in_a_row = 0
        self.unproven: list[tuple[bytes | None, Period]] = []
        self.missing = set(self.plan.days)

    async def all_days(self) -> None:
        """Ask for many days at once, but take them in in order: what is missing lies at the end.

        Otherwise a killed first fetch could leave days before the first stored one, and no later
        run would ask for them.
        """
        todo = iter(self.plan.days)
        asked: deque[tuple[date, asyncio.Task[bytes | None]]] = deque()
        try:
            while True:
                for day in islice(todo, AHEAD - len(asked)):
                    asked.append((day, asyncio.create_task(self._ask(Period(day, day), GROUP_BY))))
                if not asked:
                    break
                await self._finish(*asked.popleft())
            self._keep_unproven()
        except (ServiceUnavailable, RequestRefused, StoreError) as error:
            raise type(error)(f"{error} {self._what_is_missing()}") from error
        finally:
            for _, task in asked:
                task.cancel()
            await asyncio.gather(*(task for _, task in asked), return_exceptions=True)
        if self.failed:
            raise type(self.failed[0])(f"{self.failed[0]} {self._what_is_missing()}")

    async def whole_months(self) -> None:
        """Ask for complete months as a whole, and warn where one differs from its days."""
        if self.fetched.org_id is None:
            return
        for month in self.store.months_to_reconcile(self.fetched.org_id, self.plan.oldest):
            try:
                self._keep(await self._ask(month, None), month, None)
            except (ExportConflict, ExportFormatError) as error:
                self.warn(f"{month.first:%Y-%m} is not reconciled: {error}")
            else:
                self.fetched.reconciled.append(month)
        for first, key, name, requests, usd in self.store.differences(self.fetched.org_id):
            self.warn(
                f"{first:%Y-%m} does not reconcile for key {name!r} ({key}): the export of the "
                f"month differs from its days by {exact(usd)} USD and {requests} requests."
            )

    async def _finish(self, day: date, task: asyncio.Task[bytes | None]) -> None:
        try:
            self._keep_day(await task, Period(day, day))
        except (ExportFormatError, ServiceUnavailable) as error:
            self.failed.append(error)
            self.failures_in_a_row += 1
            if self.failures_in_a_row == GIVE_UP_AFTER:
                raise
            if self.plan.is_first and not self.fetched.taken_in:
                raise  # or the days before the first stored one would never be asked for again
        except RequestRefused as error:
            # where exactly twelve months end is not documented
            if day != self.plan.oldest:
                raise
            self.warn(f"{day}, the oldest day, cannot be had: {error}")
            self.missing.discard(day)
        else:
            self.failures_in_a_row = 0
            self.missing.discard(day)
        self._report_progress()

    def _keep_day(self, csv: bytes | None, window: Period) -> None:
        """Keep a day; empty ones wait until an answer with rows has proved whose key this is."""
        if is_empty(csv) and not any(export.record_count for export in self.fetched.taken_in):
            self.unproven.append((csv, window))
        else:
            self._keep(csv, window, GROUP_BY)
            self._keep_unproven()

    def _keep_unproven(self) -> None:
        waiting, self.unproven = self.unproven, []
        for csv, window in waiting:
            self._keep(csv, window, GROUP_BY)

    async def _ask(self, window: Period, group_by: str | None) -> bytes | None:
        return await self.client.export(window, self.plan.timezone, group_by)

    def _keep(self, csv: bytes | None, window: Period, group_by: str | None) -> None:
        """Raw file, then database."""
        raw = self.archive.keep(
            csv,
            window=window,
            timezone=self.plan.timezone,
            group_by=group_by,
            fetched_at=datetime.now(UTC),
            source=self.client.base_url,
            org_id=self.fetched.org_id,
            yields_to=self._stored_usage(window.first) if is_empty(csv) and group_by else None,
        )
        taken_in = _take_in(self.store, self.archive, raw)
        self.fetched.org_id = taken_in.org_id
        self.fetched.taken_in.append(taken_in)

    def _stored_usage(self, day: date) -> str | None:
        """For a day that now has no usage: the export that stays in force, if one does."""
        stored = self.store.usage_of_day(self.fetched.org_id, day)
        if stored is None:
            return None
        export_id, rows, usd = stored
        erased = day in self.plan.settling
        self.warn(
            f"{day}: the service has no usage any more where {rows} rows and "
            f"{exact(usd)} USD were stored; "
            + ("taken as a restatement." if erased else f"{export_id} stays in force.")
        )
        return None if erased else export_id

    def warn(self, text: str) -> None:
        """Say it now: an error later on must not swallow it."""
        self.fetched.warnings.append(text)
        if self.on_warning:
            self.on_warning(text)

    def _report_progress(self) -> None:
        if self.on_progress:
            total = len(self.plan.days)
            self.on_progress(total - len(self.missing), total)

    def _what_is_missing(self) -> str:
        periods = ranges(self.missing)
        named = ", ".join(str(period) for period in periods[:5])
        more = f" and {len(periods) - 5} more periods" if len(periods) > 5 else ""
        return (
            f"{len(self.missing)} of {len(self.plan.days)} days are missing: {named}{more}. "
            "What arrived is kept; run the same command again to go on."
        )


def _take_in(store: Store, archive: Archive, raw: RawExport) -> TakenIn:
    try:
        return store.take_in(raw, archive.csv_path(raw), f"the export of {raw.window}")
    except (ExportFormatError, ExportConflict) as error:
        aside = archive.set_aside(raw)
        raise type(error)(f"{error} (set aside: {aside})") from error
