"""May the numbers of a month still change, are they all there, and do they add up?"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .monthly import Month


@dataclass(frozen=True)
class Verdict:
    """What the database says about a month."""

    provisional_days: list[date]
    missing_days: list[date]
    is_compared: bool
    compared_keys: int
    differing_keys: int
    difference_usd: Decimal

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
