"""Complete months, each requested once more as a whole and compared with its days."""

from contextlib import aclosing

from langdock_usage.errors import ExportFormatError, LangdockUsageError, PeriodMismatch
from langdock_usage.ingest.fetching.as_completed import as_completed
from langdock_usage.ingest.fetching.fetch_session import FetchSession
from langdock_usage.ingest.kept_exports import Outcome
from langdock_usage.raw.archive import RawExport
from langdock_usage.store.writing.incoming import AddedExport
from langdock_usage.text import counted, exact
from langdock_usage.windows import Period


async def reconcile_months(session: FetchSession, expected: int) -> None:
    """Fetch the months that became complete, and warn where one differs from its days.

    `expected` is how many of them the progress has counted already.
    """
    result = session.result
    if result.org_id is None:
        return
    with session.open_store() as store:
        months = store.lookups.months_to_reconcile(result.org_id, result.plan.oldest)
        differences = store.lookups.differences(result.org_id)
    session.expect(len(months) - expected)

    def on_outcome(raw: RawExport, outcome: Outcome) -> None:
        if isinstance(outcome, AddedExport):
            result.reconciled.append(raw.window)
        else:
            _warn_of(session, raw.window, outcome)

    async def request(month: Period) -> bytes | None:
        return await session.request(month, None)

    async with (
        session.writer(on_outcome) as writer,
        aclosing(as_completed(months, request)) as answers,
    ):
        async for month, task in answers:
            try:
                writer.add(await session.keep(task.result(), month, None))
            except (ExportFormatError, PeriodMismatch) as error:
                _warn_of(session, month, error)
    if months:
        with session.open_store() as store:
            differences = store.lookups.differences(result.org_id)
    for first, key, name, requests, usd in differences:
        session.warn(
            f"{first:%Y-%m} does not reconcile for key {name!r} ({key}): the export of the "
            f"month differs from its days by {exact(usd)} USD and {counted(requests, 'request')}."
        )


def _warn_of(session: FetchSession, month: Period, error: LangdockUsageError) -> None:
    session.warn(f"{month.first:%Y-%m} is not reconciled: {error}")
