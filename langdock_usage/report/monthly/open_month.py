"""A month of a workspace that nobody can change while its report is made."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from langdock_usage.errors import IncompletePeriod, LeftOut, NoData
from langdock_usage.metrics.usage import Usage
from langdock_usage.report.monthly.data_status import DataStatus
from langdock_usage.report.monthly.summary import summary_of
from langdock_usage.store.connection import hold_open
from langdock_usage.store.excerpt import redacted
from langdock_usage.windows import parse_month


@dataclass(frozen=True)
class OpenMonth:
    """A month of which something is known, in a database that is open for reading."""

    usage: Usage
    name: str
    org_id: str

    @property
    def first(self) -> date:
        """The first day."""
        return parse_month(self.name).first

    def status(self) -> DataStatus:
        """May its numbers still change, are they all there, and do they add up?"""
        with without_warnings():
            days = self.usage.known_days(self.name, org=self.org_id)
            keys = self.usage.reconciliation(self.name, org=self.org_id, exact=True)
            exports = self.usage.exports(self.name, org=self.org_id)
        return DataStatus.of(days, keys, exports)

    def summary(self) -> dict[str, object]:
        """What a report carries for programs, if its notebook does not show it."""
        with without_warnings():
            return summary_of(self.usage, self.name, self.org_id)


@contextmanager
def open_month(
    database: Path, month: str, org_id: str | None, *, is_redacted: bool = False
) -> Iterator[OpenMonth]:
    """Hold a month as it is; `is_redacted`: in a copy of the database, with pseudonyms.

    Raises InvalidRequest, NoData, StoreError, and of pseudonyms PseudonymsError.
    """
    parse_month(month)
    usage = Usage(database)
    org_id = usage.workspace(org_id)
    with hold_open(database):
        with without_warnings():
            _check_data(usage, month, org_id)
        if not is_redacted:
            yield OpenMonth(usage, month, org_id)
            return
        with redacted(database) as copy, open_month(copy, month, org_id) as same:
            yield same


def _check_data(usage: Usage, month: str, org_id: str) -> None:
    try:
        usage.exports(month, org=org_id)
    except NoData as error:
        raise NoData(
            f"{error} Bring it in with `langdock-usage fetch --month {month}` if it is less than "
            "12 months ago, else with `langdock-usage load`."
        ) from error


@contextmanager
def without_warnings() -> Iterator[None]:
    """The report says in its head which days are missing."""
    with warnings.catch_warnings():
        for category in (IncompletePeriod, LeftOut):
            warnings.simplefilter("ignore", category)
        yield
