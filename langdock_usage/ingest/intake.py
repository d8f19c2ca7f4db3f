"""From kept raw exports into the database, while the service is asked for the next ones.

The database is open for as long as one batch takes, and closed for a moment after each, so that
whoever wants to read gets in.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from langdock_usage.errors import ExportConflict, ExportFormatError
from langdock_usage.raw.archive import Archive, RawExport
from langdock_usage.store.incoming import AddedExport
from langdock_usage.store.store import Store
from langdock_usage.store.waiting import OnWait

BATCH = 100
REST_SECONDS = 1.0

Outcome = AddedExport | ExportFormatError | ExportConflict


class Intake:
    """Takes in, in order and in a thread beside the event loop, the exports that `add` is given.

    `on_outcome` hears what became of each; an error that it raises ends the intake. Leaving the
    block waits until all is taken in. Where the database cannot be written, what was kept stays
    kept, and the next run takes it in.
    """

    def __init__(
        self,
        database: Path,
        archive: Archive,
        on_outcome: Callable[[RawExport, Outcome], None],
        *,
        wait_seconds: float,
        on_wait: OnWait | None,
    ) -> None:
        self._database, self._archive = database, archive
        self._on_outcome = on_outcome
        self._wait_seconds, self._on_wait = wait_seconds, on_wait
        self._kept: list[RawExport] = []
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()
        self._give_up = Event()

    async def __aenter__(self) -> Self:
        self._work = asyncio.create_task(self._take_in_all())
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
        """Take this one in soon. Raises the error that has ended the intake, if one did."""
        if self._work.done():
            self._work.result()
        self._kept.append(raw)
        self._changed.set()

    async def _take_in_all(self) -> None:
        while self._kept or not self._closing.is_set():
            if not self._kept:
                self._changed.clear()
                await self._changed.wait()
                continue
            outcomes = await asyncio.to_thread(self._take_in, self._kept[:BATCH])
            for outcome in outcomes:
                self._on_outcome(self._kept.pop(0), outcome)
            with suppress(TimeoutError):  # a rest, for readers; none at the end
                await asyncio.wait_for(self._closing.wait(), REST_SECONDS)

    def _take_in(self, batch: list[RawExport]) -> list[Outcome]:
        """All of them at once; else up to the first that is refused.

        `on_outcome` decides whether to go on after that one.
        """
        outcomes: list[Outcome] = []
        with Store(
            self._database,
            wait_seconds=self._wait_seconds,
            on_wait=self._on_wait,
            give_up=self._give_up,
        ) as store:
            with suppress(ExportFormatError, ExportConflict):
                return [*store.add_exports([_named(self._archive, raw) for raw in batch])]
            for raw in batch:
                try:
                    outcomes.append(take_in(store, self._archive, raw))
                except (ExportFormatError, ExportConflict) as error:
                    return [*outcomes, error]
        return outcomes


def _named(archive: Archive, raw: RawExport) -> tuple[RawExport, Path | None, str]:
    return raw, archive.csv_path(raw), f"the export of {raw.window}"


def take_in(store: Store, archive: Archive, raw: RawExport) -> AddedExport:
    """Take in a kept export; one that is refused is set aside, and the error says where to."""
    try:
        return store.add_export(*_named(archive, raw))
    except (ExportFormatError, ExportConflict) as error:
        aside = archive.set_aside(raw)
        raise type(error)(f"{error} (set aside: {aside})") from error
