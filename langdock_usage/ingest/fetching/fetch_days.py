"""One export for each local day, grouped by model: requested together, kept as they come."""

from contextlib import aclosing, suppress
from datetime import date

from langdock_usage.errors import (
    ExportConflict,
    ExportFormatError,
    PeriodMismatch,
    RequestRefused,
    ServiceUnavailable,
    StoreError,
)
from langdock_usage.ingest.fetching.as_completed import Answer, as_completed
from langdock_usage.ingest.fetching.failures import Failures
from langdock_usage.ingest.fetching.fetch_session import FetchSession
from langdock_usage.ingest.kept_exports import Outcome
from langdock_usage.raw.archive import RawExport
from langdock_usage.raw.exports import is_empty, stated_in
from langdock_usage.store.writing.incoming import workspace_of
from langdock_usage.text import exact
from langdock_usage.windows import Period

# what keeps a day from coming in, and only this day
DAY_FAILED = (ExportFormatError, PeriodMismatch, RequestRefused, ServiceUnavailable)
EDGE_DAYS = 3  # where exactly the twelve months of the service begin is not documented
GROUP_BY = "model"


class FetchDays:
    """The days of a fetch. A day that fails keeps no other day away."""

    def __init__(self, session: FetchSession) -> None:
        self.session = session
        self.result, self.plan = session.result, session.result.plan
        self.writer = session.writer(self._on_outcome)
        self.failures = Failures()
        self.workspace_is_confirmed = False
        self.unconfirmed: list[tuple[bytes | None, Period]] = []

    async def run(self) -> None:
        """Request all days. Raises the error that ended it, else the first of a day that failed."""
        days = [Period(day, day) for day in self.plan.days]
        try:
            async with (
                self.writer,
                aclosing(as_completed(days, self._request)) as answers,
            ):
                async for day, task in answers:
                    await self._on_answer(day, task)
                if not any(isinstance(error, PeriodMismatch) for error in self.failures.errors):
                    await self._keep_unconfirmed()
            for error in self.failures.errors:
                raise error
        except ExportConflict:
            raise
        except (*DAY_FAILED, StoreError) as error:
            raise type(error)(f"{error} {self.result.what_is_missing()}") from error

    async def _request(self, day: Period) -> bytes | None:
        return await self.session.request(day, GROUP_BY)

    async def _on_answer(self, day: Period, task: Answer) -> None:
        try:
            await self._keep_day(task.result(), day)
        except DAY_FAILED as error:
            at_the_edge = (day.first - self.plan.oldest).days < EDGE_DAYS
            if at_the_edge and type(error) is RequestRefused:
                self.session.warn(f"{day}, among the oldest days, cannot be had: {error}")
                self.result.missing.discard(day.first)
            else:
                self.failures.add(error)
        else:
            self.failures.add_success()

    async def _keep_day(self, csv: bytes | None, day: Period) -> None:
        """Keep a day; empty ones wait until an answer with rows has proved whose key this is."""
        if is_empty(csv) and not self.workspace_is_confirmed:
            self.unconfirmed.append((csv, day))
            return
        if csv:
            self._check_workspace(csv, day)
        await self._keep_unconfirmed()
        await self._keep(csv, day)

    def _check_workspace(self, csv: bytes, day: Period) -> None:
        """Before it is kept: what belongs to another workspace is never added."""
        name = f"The export of {day}"
        with suppress(ExportFormatError):  # told when it is added
            self.result.org_id = workspace_of(stated_in(csv, name), self.result.org_id, name)
            self.workspace_is_confirmed = True

    async def _keep_unconfirmed(self) -> None:
        waiting, self.unconfirmed = self.unconfirmed, []
        for csv, day in waiting:
            await self._keep(csv, day)

    async def _keep(self, csv: bytes | None, day: Period) -> None:
        """Raw file now, database soon."""
        yields_to = self._stored_usage(day.first) if is_empty(csv) else None
        self.writer.add(await self.session.keep(csv, day, GROUP_BY, yields_to))

    def _stored_usage(self, day: date) -> str | None:
        """For a day that now has no usage: the export that stays in force, if one does."""
        stored = self.plan.stored.get(day)
        if stored is None:
            return None
        erased = day in self.plan.settling
        self.session.warn(
            f"{day}: the service has no usage any more where {stored.rows} rows and "
            f"{exact(stored.total_cost_usd)} USD were stored; "
            + ("taken as a restatement." if erased else f"{stored.export_id} stays in force.")
        )
        return None if erased else stored.export_id

    def _on_outcome(self, raw: RawExport, outcome: Outcome) -> None:
        """What became of a day in the database."""
        if isinstance(outcome, ExportConflict):
            raise outcome
        if isinstance(outcome, ExportFormatError):
            self.failures.add(outcome)
            return
        self.session.note(outcome)
        self.result.missing.discard(raw.window.first)
