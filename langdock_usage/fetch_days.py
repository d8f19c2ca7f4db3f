"""One export for each local day, grouped by model: asked for at once, kept in their order."""

from contextlib import aclosing, suppress
from datetime import date

from .amounts import exact
from .archive import RawExport
from .errors import (
    ExportConflict,
    ExportFormatError,
    LangdockUsageError,
    PeriodMismatch,
    RequestRefused,
    ServiceUnavailable,
    StoreError,
)
from .exports import is_empty, stated_in
from .fetch_session import AHEAD, FetchSession
from .in_order import Answer, in_order
from .incoming import workspace_of
from .intake import Outcome
from .windows import Period

GIVE_UP_AFTER = 3  # days in a row that failed for good
GROUP_BY = "model"


class FetchDays:
    """The days of a fetch.

    They are kept in order, so that what is missing lies at the end. Otherwise a killed first fetch
    could leave days before the first stored one, and no later run would ask for them.
    """

    def __init__(self, session: FetchSession) -> None:
        self.session = session
        self.fetched, self.plan = session.fetched, session.fetched.plan
        self.intake = session.intake(self._on_outcome)
        self.failed: list[LangdockUsageError] = []
        self.failures_in_a_row = 0
        self.is_anything_stored = bool(self.plan.known)
        self.workspace_is_proven = False
        self.unproven: list[tuple[bytes | None, Period]] = []

    async def run(self) -> None:
        """Ask for all days. Raises the error that ended it, else the first of a day that failed."""
        days = [Period(day, day) for day in self.plan.days]
        self.session.asked_for += len(days)
        try:
            async with (
                self.intake,
                aclosing(in_order(days, self._ask, AHEAD)) as answers,
            ):
                async for day, task in answers:
                    self._on_answer(day, task)
                if not any(isinstance(error, PeriodMismatch) for error in self.failed):
                    self._keep_unproven()
        except ExportConflict:
            raise
        except (ServiceUnavailable, RequestRefused, StoreError) as error:
            raise type(error)(f"{error} {self.fetched.what_is_missing()}") from error
        for failure in self.failed:
            raise type(failure)(f"{failure} {self.fetched.what_is_missing()}")

    async def _ask(self, day: Period) -> bytes | None:
        return await self.session.ask(day, GROUP_BY)

    def _on_answer(self, day: Period, task: Answer) -> None:
        try:
            self._keep_day(task.result(), day)
        except (ExportFormatError, ServiceUnavailable, PeriodMismatch) as error:
            if not self.is_anything_stored:
                raise  # or the days before the first stored one would never be asked for again
            self._fail(error)
        except RequestRefused as error:
            # where exactly twelve months end is not documented
            if day.first != self.plan.oldest:
                raise
            self.session.warn(f"{day}, the oldest day, cannot be had: {error}")
            self.fetched.missing.discard(day.first)

    def _keep_day(self, csv: bytes | None, day: Period) -> None:
        """Keep a day; empty ones wait until an answer with rows has proved whose key this is."""
        if is_empty(csv) and not self.workspace_is_proven:
            self.unproven.append((csv, day))
            return
        if csv:
            self._check_workspace(csv, day)
        self._keep_unproven()
        self._keep(csv, day)

    def _check_workspace(self, csv: bytes, day: Period) -> None:
        """Before it is kept: what belongs to another workspace is never taken in."""
        name = f"The export of {day}"
        with suppress(ExportFormatError):  # told when it is taken in
            self.fetched.org_id = workspace_of(stated_in(csv, name), self.fetched.org_id, name)
            self.workspace_is_proven = True

    def _keep_unproven(self) -> None:
        waiting, self.unproven = self.unproven, []
        for csv, day in waiting:
            self._keep(csv, day)

    def _keep(self, csv: bytes | None, day: Period) -> None:
        """Raw file now, database soon."""
        yields_to = self._stored_usage(day.first) if is_empty(csv) else None
        self.intake.add(self.session.keep(csv, day, GROUP_BY, yields_to))
        self.is_anything_stored = True

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
            if not (self.plan.known or self.fetched.taken_in):
                self.intake.discard_kept()  # as above: this day would never be asked for again
                raise outcome
            self._fail(outcome)
            return
        self.session.note(outcome)
        self.failures_in_a_row = 0
        self.fetched.missing.discard(raw.window.first)

    def _fail(self, error: LangdockUsageError) -> None:
        self.failed.append(error)
        self.failures_in_a_row += 1
        if self.failures_in_a_row == GIVE_UP_AFTER:
            raise error
