"""The days on which a model began to be billed at other prices: somebody edited one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from langdock_usage.metrics.filters import Filters, Names

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike

TOLERANCE = Decimal("0.005")
COLUMNS = ("org_id", "model", "first_day", "key_count", "price_ratio_before", "price_ratio_after")


def price_jumps(
    self: Usage,
    period: PeriodLike = None,
    *,
    key: Names = None,
    model: Names = None,
    org: str | None = None,
    team: Names = None,
) -> pd.DataFrame:
    """One row per model and day from which on it was billed at other prices than before.

    `org_id`, `model`, `first_day`, `key_count` (keys for which it changed), `price_ratio_before`,
    `price_ratio_after` (reported / price book, from one change to the next). A change is one that
    neither the kind of cache writes nor the length of requests can explain, by more than 0.5 %. Of
    single days with a price; keys whose cache reads are billed as input are left out, as their
    ratio moves with their hit ratio. The newest first.

    >>> usage.price_jumps()[["model", "first_day"]]
               model  first_day
    0  claude-opus-5 2026-10-02
    1          gpt-5 2026-10-02
    2          gpt-5 2026-10-01
    """
    import pandas as pd

    checked = self.price_check(period, "key_and_model", key=key, model=model, org=org, team=team)
    as_input = checked[checked["finding"] == "cache_billed_as_input"]
    left_out = set(zip(as_input["org_id"], as_input["api_key_id"], as_input["model"], strict=True))
    filters = Filters(key, model, team, org)
    days = self._reader.answer("prices/daily_prices", filters, {"": period}, exact=True)
    changes: dict[tuple[str, str, date], list[tuple[_Run, _Run]]] = defaultdict(list)
    for (org_id, api_key_id, name), of_key in days.groupby(["org_id", "api_key_id", "model"]):
        if (org_id, api_key_id, name) not in left_out:
            runs = _runs(_Run(*day) for day in of_key[_RUN].itertuples(index=False))
            for before, after in pairwise(runs):
                changes[str(org_id), str(name), after.first_day].append((before, after))
    rows = [
        (*change, len(runs), _ratio(old for old, _ in runs), _ratio(new for _, new in runs))
        for change, runs in changes.items()
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["first_day"] = frame["first_day"].astype("datetime64[us]")
    return frame.sort_values(
        ["first_day", "model", "org_id"], ascending=[False, True, True], ignore_index=True
    )


_RUN = ["first_day", "reported_usd", "list_low_usd", "list_high_usd"]


@dataclass
class _Run:
    """Days that one factor on the price book can explain: `low` to `high`."""

    first_day: date
    reported_usd: Decimal
    list_low_usd: Decimal
    list_high_usd: Decimal
    day_count: int = 1

    def __post_init__(self) -> None:
        self.low = self.reported_usd / self.list_high_usd
        self.high = self.reported_usd / self.list_low_usd

    def goes_on(self, day: _Run) -> bool:
        return max(self.low, day.low) <= min(self.high, day.high) * (1 + TOLERANCE)

    def add(self, day: _Run) -> None:
        self.low, self.high = max(self.low, day.low), min(self.high, day.high)
        self.reported_usd += day.reported_usd
        self.list_low_usd += day.list_low_usd
        self.list_high_usd += day.list_high_usd
        self.day_count += day.day_count


def _runs(days: Iterable[_Run]) -> list[_Run]:
    runs: list[_Run] = []
    for day in days:
        if runs and runs[-1].goes_on(day):
            runs[-1].add(day)
        else:
            runs.append(day)
    return list(_without_days_between(runs))


def _without_days_between(runs: list[_Run]) -> Iterator[_Run]:
    """A day with both prices, on which the edit was made, is the first one of the new price."""
    for place, run in enumerate(runs):
        if 0 < place < len(runs) - 1 and run.day_count == 1:
            before, after = runs[place - 1], runs[place + 1]
            if before.low < run.low < after.low or before.low > run.low > after.low:
                after.first_day = run.first_day
                continue
        yield run


def _ratio(runs: Iterable[_Run]) -> float:
    """Of sums; where the price book has two figures, half-way between."""
    some = list(runs)
    listed = sum((run.list_low_usd + run.list_high_usd for run in some), Decimal(0)) / 2
    return float(sum((run.reported_usd for run in some), Decimal(0)) / listed)
