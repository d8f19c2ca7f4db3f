"""What all parts of one fetch share: the client, the archive, the database, and who is told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from langdock_usage.api.client import UsageExportClient
from langdock_usage.ingest.background_writer import BackgroundWriter, OpenStore
from langdock_usage.ingest.fetching.result import FetchResult
from langdock_usage.ingest.kept_exports import Outcome
from langdock_usage.raw.archive import Archive, RawExport
from langdock_usage.store.writing.incoming import AddedExport
from langdock_usage.windows import Period

Progress = Callable[[int, int], None]  # exports answered, exports requested


@dataclass
class FetchSession:
    """One fetch on its way; `open_store` opens its database until the block is left."""

    open_store: OpenStore
    archive: Archive
    client: UsageExportClient
    result: FetchResult
    on_warning: Callable[[str], None] | None = None
    on_progress: Progress | None = None
    answered: int = 0
    requested: int = 0

    def expect(self, count: int) -> None:
        """So many more exports will be requested."""
        self.requested += count
        self._tell_progress()

    async def request(self, window: Period, group_by: str | None) -> bytes | None:
        """The CSV of these days; None where there is no usage."""
        try:
            return await self.client.export(window, self.result.plan.timezone, group_by)
        finally:
            self.answered += 1
            self._tell_progress()

    async def keep(
        self, csv: bytes | None, window: Period, group_by: str | None, yields_to: str | None = None
    ) -> RawExport:
        """Write an answer down, before anything is made of it.

        In a thread: other requests go on until the disk has it.
        """
        return await asyncio.to_thread(
            self.archive.keep,
            csv,
            window=window,
            timezone=self.result.plan.timezone,
            group_by=group_by,
            fetched_at=datetime.now(UTC),
            source=self.client.base_url,
            org_id=self.result.org_id,
            yields_to=yields_to,
            date_form=self.client.date_form,
            asked_from=min(self.result.days, default=None),
        )

    def note(self, added: AddedExport) -> None:
        """An export is in the database."""
        self.result.org_id = added.org_id
        self.result.added.append(added)

    def warn(self, text: str) -> None:
        """Say it now: an error later on must not swallow it."""
        self.result.warnings.append(text)
        if self.on_warning:
            self.on_warning(text)

    def writer(self, on_outcome: Callable[[RawExport, Outcome], None]) -> BackgroundWriter:
        """What adds kept exports to the database while others are requested."""
        return BackgroundWriter(self.open_store, self.archive, on_outcome)

    def _tell_progress(self) -> None:
        if self.on_progress:
            self.on_progress(self.answered, self.requested)
