"""The synthetic workspace: usage per UTC hour, and the sums that an export of it states."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Self
from uuid import NAMESPACE_URL, uuid5

import numpy as np

from langdock_usage.sandbox.workspace.billing import billed, chosen
from langdock_usage.sandbox.workspace.cast import KEYS, MODELS, RENAME_HOUR, Key
from langdock_usage.sandbox.workspace.generate import Hours, Ints, stream_hours
from langdock_usage.sandbox.workspace.prices import to_usd, token_prices
from langdock_usage.sandbox.workspace.rows import HourRow, UsageRow

HISTORY_MONTHS = 13
LATE_EVERY_HOURS = 5
LATE_BY_HOURS = 48
SANDBOX_ORG_ID = "5f0c1d9e-7a34-4b1b-9c55-2f6f3d1a8e40"

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Names:
    """The names of one key over time: each with the number of the hour from which it holds."""

    steps: tuple[tuple[int, str], ...]

    def at(self, hour: int) -> str:
        return next(name for since, name in reversed(self.steps) if since <= hour)


@dataclass(frozen=True)
class KeyModel:
    """One key with one model: what a column of the workspace's table stands for."""

    api_key_id: str
    names: Names
    model: str


@dataclass(frozen=True, eq=False)
class Workspace:
    """Usage of 13 complete months and the current one, the same for a seed and a month.

    With `late_usage` every fifth hour becomes known only two days after it began, so that an
    export of the last two days states more when it is asked for again later.

    A key has one row per export, also in a period in which it was renamed: the row states the
    newest name that the key had used by the end of the period.
    """

    org_id: str
    byok: bool
    late_usage: bool
    first_hour: datetime
    # One row per hour and one at the front, of zeros: usage of hours a to b is [b] - [a], exact.
    _sums: Ints = field(repr=False)
    _columns: tuple[KeyModel, ...] = field(repr=False)

    @classmethod
    def synthetic(
        cls,
        *,
        seed: int = 20240101,
        today: date,
        byok: bool = True,
        org_id: str = SANDBOX_ORG_ID,
        late_usage: bool = False,
        billing: Iterable[str] = (),
    ) -> Self:
        """A workspace as on `today`; only the month of `today` matters, not the day.

        `billing` names bills that are not what the list says, see `billing.BILLING`.
        """
        bills = chosen(billing)
        anchor = datetime(today.year, today.month, 1, tzinfo=UTC)
        first = _months_before(anchor, HISTORY_MONTHS)
        # Two days more than the month has: in zones west of UTC it ends later.
        end = _months_before(anchor, -1) + timedelta(days=2)
        hours = Hours(first, anchor, (end - first) // _HOUR)
        prices = {name: token_prices(v.provider, name, anchor) for name, v in MODELS.items()}
        made = []
        streams = [(key, stream) for key in KEYS for stream in key.streams]
        for place, (key, stream) in enumerate(streams):
            accounting = MODELS[stream.model].accounting
            bill = billed(key, stream, prices[stream.model], bills)
            column = KeyModel(
                key_id(org_id, key.slug),
                _names(key, (anchor - first) // _HOUR),
                stream.model,
            )
            table = stream_hours(stream, accounting, bill, hours, (seed, place))
            made.append((column, table))
        made.sort(key=lambda pair: (pair[0].api_key_id, pair[0].model))
        per_hour = np.stack([table for _, table in made], axis=1)
        sums = np.concatenate([np.zeros_like(per_hour[:1]), per_hour.cumsum(axis=0)])
        return cls(org_id, byok, late_usage, first, sums, tuple(column for column, _ in made))

    def usage(
        self, start: datetime, end: datetime, by_model: bool, known_at: datetime | None = None
    ) -> list[UsageRow]:
        """Rows of the half-open period [start, end), sorted by key id, then model.

        An hour belongs to the period in which it starts. Empty where there was no usage. With
        `known_at` only what was known at that instant: hours that were over, and not late.
        """
        first, last = self._numbers(start, end)
        if known_at is not None:
            last = max(first, min(last, self._begun(known_at - _HOUR)))
        sums = self._sums[last] - self._sums[first]
        if known_at is not None and self.late_usage:
            sums -= self._late(first, last, known_at)
        used = [
            (column, totals)
            for column, totals in zip(self._columns, sums.tolist(), strict=True)
            if totals[0]
        ]
        rows = []
        for _, group in groupby(used, key=lambda pair: pair[0].api_key_id):
            members = list(group)
            name = self._newest_name([column for column, _ in members], first, last)
            if by_model:
                rows += [_row(column, name, column.model, totals) for column, totals in members]
            else:
                totals = [sum(values) for values in zip(*(t for _, t in members), strict=True)]
                rows.append(_row(members[0][0], name, None, totals))
        return rows

    def hour_row_count(self, start: datetime, end: datetime) -> int:
        """How many rows `hours()` has in [start, end)."""
        first, last = self._numbers(start, end)
        requests = self._sums[first : last + 1, :, 0]
        return int(np.count_nonzero(np.diff(requests, axis=0)))

    def hours(self) -> Iterator[HourRow]:
        """Every hour with usage, by hour, key id and model: what every export is a sum of."""
        per_hour = np.diff(self._sums, axis=0)
        numbers, places = np.nonzero(per_hour[:, :, 0])
        used = per_hour[numbers, places].tolist()
        for number, place, totals in zip(numbers.tolist(), places.tolist(), used, strict=True):
            column = self._columns[place]
            requests, cost, *tokens = totals
            yield HourRow(
                self.first_hour + number * _HOUR,
                column.api_key_id,
                column.names.at(number),
                column.model,
                requests,
                to_usd(cost),
                *tokens,
            )

    def _numbers(self, start: datetime, end: datetime) -> tuple[int, int]:
        """Numbers of the first hours that start at or after two instants, within the history."""
        first, last = (-((at - self.first_hour) // -_HOUR) for at in (start, end))
        first = min(max(first, 0), len(self._sums) - 1)
        return first, min(max(last, first), len(self._sums) - 1)

    def _begun(self, instant: datetime) -> int:
        """How many hours of the history had begun at an instant."""
        return max(0, (instant - self.first_hour) // _HOUR + 1)

    def _late(self, first: int, last: int, known_at: datetime) -> Ints:
        """What the hours from first up to last had that was not known yet."""
        settled = self._begun(known_at - LATE_BY_HOURS * _HOUR)
        numbers = np.arange(max(first, settled), last)
        late = numbers[numbers % LATE_EVERY_HOURS == 0]
        missing: Ints = (self._sums[late + 1] - self._sums[late]).sum(axis=0)
        return missing

    def _newest_name(self, columns: list[KeyModel], first: int, last: int) -> str:
        """The name of a key in its last used hour of a period in which it was used."""
        names = columns[0].names
        places = [self._columns.index(column) for column in columns]
        for since, name in reversed(names.steps):
            begin = max(first, since)
            if begin < last and (self._sums[last, places, 0] > self._sums[begin, places, 0]).any():
                return name
        raise ValueError(f"key {columns[0].api_key_id} was not used in the period")


def key_id(org_id: str, slug: str) -> str:
    """The id of a key of the cast."""
    return str(uuid5(NAMESPACE_URL, f"{org_id}/{slug}"))


def _row(column: KeyModel, name: str, model: str | None, totals: list[int]) -> UsageRow:
    requests, cost, *tokens = totals
    return UsageRow(column.api_key_id, name, model, requests, to_usd(cost), *tokens)


def _names(key: Key, anchor_hour: int) -> Names:
    if key.renamed is None:
        return Names(((0, key.name),))
    day, new_name = key.renamed
    return Names(((0, key.name), (anchor_hour + 24 * day + RENAME_HOUR, new_name)))


def _months_before(first_of_month: datetime, months: int) -> datetime:
    number = first_of_month.year * 12 + first_of_month.month - 1 - months
    return first_of_month.replace(year=number // 12, month=number % 12 + 1)
