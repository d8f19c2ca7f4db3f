"""From the cast to numbers: usage of every UTC hour, in integers, the same in every process.

Only integers are added, multiplied and divided: no rounding differs between machines, and money
(pico-dollars, see `prices`) is exact. Each stream draws from its own generator, seeded by the
workspace's seed and the stream's place, so the numbers of an hour depend on nothing else.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from langdock_usage.sandbox.workspace.billing import Billed
from langdock_usage.sandbox.workspace.cast import Accounting, Rhythm, Steps, Stream

Ints = npt.NDArray[np.int64]

# The last axis of what `stream_hours` returns; costs in pico-dollars.
FIELDS = (
    "requests",
    "total_cost_pico_usd",
    "sum_prompt_tokens",
    "sum_completion_tokens",
    "cached_prompt_tokens",
    "cache_creation_tokens",
    "no_cache_tokens",
)

_OFFICE_ZONE = ZoneInfo("Europe/Berlin")
_GROWTH_FROM = 600  # per mille of today's requests at the start of the history


class Hours:
    """The hours of the history: each one's place in the local week, its day and its growth."""

    def __init__(self, first: datetime, anchor: datetime, count: int) -> None:
        local = [(first + timedelta(hours=n)).astimezone(_OFFICE_ZONE) for n in range(count)]
        self.weekday: Ints = np.array([at.weekday() for at in local], dtype=np.int64)
        self.hour: Ints = np.array([at.hour for at in local], dtype=np.int64)
        until_anchor = (anchor - first) // timedelta(hours=1)
        number = np.arange(count, dtype=np.int64)
        self.day: Ints = (number - until_anchor) // 24
        self.growth: Ints = _GROWTH_FROM + (1000 - _GROWTH_FROM) * number // until_anchor

    def weights(self, rhythm: Rhythm) -> Ints:
        workday = np.array(rhythm.workday, dtype=np.int64)[self.hour]
        weekend = np.array(rhythm.weekend, dtype=np.int64)[self.hour]
        return np.where(self.weekday < 5, workday, weekend)

    def per_mille(self, steps: Steps) -> Ints:
        values = np.array([0, *(value for _, value in steps)], dtype=np.int64)
        begun = np.searchsorted([day for day, _ in steps], self.day, side="right")
        return values[begun]


def stream_hours(stream: Stream, accounting: Accounting, billed: Billed, hours: Hours,
                 seed: tuple[int, int]) -> Ints:  # fmt: skip
    """Usage of one stream: one row per hour, one column per name in FIELDS."""
    random = np.random.Generator(np.random.PCG64(seed))
    size = len(hours.day)

    def noise(spread: int) -> Ints:
        """Per mille around 1000."""
        return random.integers(1000 - spread, 1001 + spread, size)

    level = hours.growth * hours.per_mille(stream.level) // 1000 * noise(250)
    week = 5 * sum(stream.rhythm.workday) + 2 * sum(stream.rhythm.weekend)
    # A random remainder, not rounding down: quiet hours have a request now and then.
    scale = week * 1_000_000
    expected = stream.weekly_requests * hours.weights(stream.rhythm) * level
    requests = (expected + random.integers(0, scale, size)) // scale

    prompt = requests * stream.input_tokens * noise(150) // 1000
    output = requests * stream.output_tokens * noise(150) // 1000
    creation = prompt * hours.per_mille(stream.creation) // 1000
    cached = prompt * hours.per_mille(stream.cached) * noise(80) // 1_000_000
    cached = np.minimum(cached, prompt - creation)
    plain = prompt - cached - creation
    prices = billed.prices
    cost = (
        plain * prices.no_cache
        + cached * prices.cached
        + creation * prices.creation
        + output * prices.output
    )
    cost = cost * hours.per_mille(billed.per_mille) // 1000
    stated_prompt, no_cache = _stated(accounting, plain, cached, creation)
    return np.stack([requests, cost, stated_prompt, output, cached, creation, no_cache], axis=1)


def _stated(accounting: Accounting, plain: Ints, cached: Ints, creation: Ints) -> tuple[Ints, Ints]:
    """`sum_prompt_tokens` and `no_cache_tokens` as a vendor of this accounting states them."""
    if accounting is Accounting.INCLUSIVE:
        return plain + cached + creation, plain
    if accounting is Accounting.WRITES_IN_NO_CACHE:
        return plain + cached + creation, plain + creation
    return plain, plain
