"""What all parts of one fetch share: who is asked, where answers are kept, and who is told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from langdock_usage.api.client import UsageExportClient
from langdock_usage.ingest.fetching.fetched import Fetched
from langdock_usage.ingest.intake import Intake, Outcome
from langdock_usage.raw.archive import Archive, RawExport
from langdock_usage.store.incoming import AddedExport
from langdock_usage.store.store import Store
from langdock_usage.store.waiting import OnWait
from langdock_usage.windows import Period

Progress = Callable[[int, int], None]  # exports answered, exports asked for


@dataclass
class FetchSession:
    """One fetch on its way."""

    database: Path
    client: UsageExportClient
    fetched: Fetched
    wait_seconds: float
    on_wait: OnWait | None = None
    on_warning: Callable[[str], None] | None = None
    on_progress: Progress | None = None
    answered: int = 0
    asked_for: int = 0
    archive: Archive = field(init=False)
    _has_waited: bool = False

    def __post_init__(self) -> None:
        self.archive = Archive(self.database)

    def expect(self, count: int) -> None:
        """So many more exports will be asked for."""
        self.asked_for += count
        self._tell_progress()

    async def ask(self, window: Period, group_by: str | None) -> bytes | None:
        """The CSV of these days; None where there is no usage."""
        try:
            return await self.client.export(window, self.fetched.plan.timezone, group_by)
        finally:
            self.answered += 1
            self._tell_progress()

    async def keep(
        self, csv: bytes | None, window: Period, group_by: str | None, yields_to: str | None = None
    ) -> RawExport:
        """Write an answer down, before anything is made of it.

        In a thread: until the disk has it, the service is asked on.
        """
        return await asyncio.to_thread(
            self.archive.keep,
            csv,
            window=window,
            timezone=self.fetched.plan.timezone,
            group_by=group_by,
            fetched_at=datetime.now(UTC),
            source=self.client.base_url,
            org_id=self.fetched.org_id,
            yields_to=yields_to,
            date_form=self.client.date_form,
            asked_from=min(self.fetched.days, default=None),
        )

    def note(self, taken_in: AddedExport) -> None:
        """An export is in the database."""
        self.fetched.org_id = taken_in.org_id
        self.fetched.taken_in.append(taken_in)

    def warn(self, text: str) -> None:
        """Say it now: an error later on must not swallow it."""
        self.fetched.warnings.append(text)
        if self.on_warning:
            self.on_warning(text)

    def store(self) -> Store:
        """The database, open until the block is left."""
        return Store(self.database, wait_seconds=self.wait_seconds, on_wait=self._wait)

    def intake(self, on_outcome: Callable[[RawExport, Outcome], None]) -> Intake:
        """What takes kept exports into the database beside the asking."""
        return Intake(
            self.database,
            self.archive,
            on_outcome,
            wait_seconds=self.wait_seconds,
            on_wait=self._wait,
        )

    def _wait(self, text: str) -> None:
        """Once is enough: there is a batch every second."""
        if self.on_wait and not self._has_waited:
            self._has_waited = True
            self.on_wait(text)

    def _tell_progress(self) -> None:
        if self.on_progress:
            self.on_progress(self.answered, self.asked_for)
