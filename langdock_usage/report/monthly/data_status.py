"""May the numbers of a month still change, are they all there, and do they add up?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from langdock_usage.text import counted, exact
from langdock_usage.windows import ranges, today

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class DataStatus:
    """What the database says about the days of a month."""

    provisional_days: list[date]
    missing_days: list[date]
    days_to_come: list[date]
    is_compared: bool
    compared_keys: int
    differing_keys: int
    difference_usd: Decimal

    @property
    def is_complete(self) -> bool:
        """Is every day of the month in the database?"""
        return not self.missing_days and not self.days_to_come

    @property
    def is_running(self) -> bool:
        """Are there days of the month that are not over yet, and so cannot be known?"""
        return bool(self.days_to_come)

    @property
    def is_final(self) -> bool:
        """Is it complete, and can no day change any more?"""
        return self.is_complete and not self.provisional_days

    @property
    def is_reconciled(self) -> bool:
        """Was it compared with the export of the month, and is every key alike in both?"""
        return self.is_compared and not self.differing_keys

    def objections(self) -> list[str]:
        """Why the month is not final, complete and reconciled; nothing where it is."""
        found = []
        if self.days_to_come:
            found.append(f"{_spans(self.days_to_come)} still to come")
        if self.missing_days:
            found.append(f"{_spans(self.missing_days)} missing")
        if self.provisional_days:
            found.append(f"late usage may still change {_spans(self.provisional_days)}")
        if not self.is_compared:
            found.append("not compared with the export of the whole month")
        elif not self.is_reconciled:
            keys = f"{self.differing_keys} of {counted(self.compared_keys, 'key')}"
            usd = exact(self.difference_usd)
            found.append(f"the export of the whole month differs by {usd} USD in {keys}")
        return found

    @classmethod
    def of(
        cls, days: "pd.DataFrame", reconciliation: "pd.DataFrame", exports: "pd.DataFrame"
    ) -> "DataStatus":
        """From `usage.known_days(month)`, `.reconciliation(month, exact=True)`, `.exports(month)`.

        A month that was compared and has no usage is one row of the second, without a key. What is
        not known of today, in the workspace's zone, and of later days is still to come.
        """
        now = _today(exports)
        unknown = _dates(days[~days["is_known"]])
        keys = reconciliation[reconciliation["api_key_id"].notna()]
        differs = (keys["difference_usd"] != 0) | (keys["difference_requests"] != 0)
        return cls(
            provisional_days=_dates(days[days["is_provisional"]]),
            missing_days=[day for day in unknown if day < now],
            days_to_come=[day for day in unknown if day >= now],
            is_compared=len(reconciliation) > 0,
            compared_keys=len(keys),
            differing_keys=int(differs.sum()),
            difference_usd=sum(keys["difference_usd"], Decimal(0)),
        )


def _today(exports: "pd.DataFrame") -> date:
    """The local day of now; no earlier than that on which an export was received."""
    moment = max(datetime.now(UTC), exports["fetched_at"].max())
    return today(exports["timezone"].iloc[-1], moment)


def _dates(days: "pd.DataFrame") -> list[date]:
    return [day.date() for day in days["day"]]


def _spans(days: Iterable[date]) -> str:
    return ", ".join(str(period) for period in ranges(days))
