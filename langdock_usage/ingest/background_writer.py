"""Kept exports are added to the database while the next ones are requested.

The database is open for as long as one batch takes, and closed for a moment after each, so that
whoever wants to read gets in.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from types import TracebackType
from typing import Self

from langdock_usage.ingest.kept_exports import Outcome, add_kept
from langdock_usage.raw.archive import Archive, RawExport
from langdock_usage.store.writing.store import Store

REST_SECONDS = 1.0

OpenStore = Callable[..., Store]  # takes `give_up`, as `Store` does


class BackgroundWriter:
    """Adds exports to the database, in order and in a thread beside the event loop.

    `on_outcome` hears what became of each; an error that it raises ends the work. Leaving the block
    waits until all are added. Where the database cannot be written, what was kept stays kept, and
    the next run adds it.
    """

    def __init__(
        self,
        open_store: OpenStore,
        archive: Archive,
        on_outcome: Callable[[RawExport, Outcome], None],
    ) -> None:
        self._open_store, self._archive = open_store, archive
        self._on_outcome = on_outcome
        self._kept: list[RawExport] = []
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()
        self._give_up = Event()

    async def __aenter__(self) -> Self:
        self._work = asyncio.create_task(self._add_all())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._changed.set()
        if isinstance(error, asyncio.CancelledError):  # interrupted: wait for nobody
            self._give_up.set()
        try:
            await self._work
        except Exception:
            if error is None:
                raise

    def add(self, raw: RawExport) -> None:
        """Add this one soon. Raises the error that has ended the work, if one did."""
        if self._work.done():
            self._work.result()
        self._kept.append(raw)
        self._changed.set()

    async def _add_all(self) -> None:
        while self._kept or not self._closing.is_set():
            if not self._kept:
                self._changed.clear()
                await self._changed.wait()
                continue
            with suppress(TimeoutError):  # more come in meanwhile, and readers get in
                await asyncio.wait_for(self._closing.wait(), REST_SECONDS)
            outcomes = await asyncio.to_thread(self._add_kept)
            for outcome in outcomes:
                self._on_outcome(self._kept.pop(0), outcome)

    def _add_kept(self) -> list[Outcome]:
        with self._open_store(give_up=self._give_up) as store:
            return add_kept(store, self._archive, self._kept)
