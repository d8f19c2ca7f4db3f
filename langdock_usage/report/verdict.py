"""May the numbers of a month still change, are they all there, and do they add up?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from langdock_usage.report.monthly import Month
from langdock_usage.text import counted, exact
from langdock_usage.windows import ranges


@dataclass(frozen=True)
class Verdict:
    """What the database says about a month."""

    provisional_days: list[date]
    missing_days: list[date]
    is_compared: bool
    compared_keys: int
    differing_keys: int
    difference_usd: Decimal

    @property
    def is_complete(self) -> bool:
        """Is every day of the month in the database?"""
        return not self.missing_days

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
    def of(cls, month: Month) -> "Verdict":
        """The verdict on a month."""
        days = month.days
        checked = month.reconciliation
        return cls(
            provisional_days=[row["day"] for row in days if row["is_provisional"]],
            missing_days=[row["day"] for row in days if not row["is_covered"]],
            is_compared=checked["is_compared"],
            compared_keys=checked["keys"],
            differing_keys=checked["differing_keys"],
            difference_usd=Decimal(checked["difference_usd"] or 0),
        )


def _spans(days: Iterable[date]) -> str:
    return ", ".join(str(period) for period in ranges(days))
