"""The least and the most that tokens can cost, where an export cannot tell which price applied.

An export states sums of many requests. How long each was is not known, so a row can have requests
in every tier that its input reaches; only of a single request the tier is certain.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from langdock_usage.prices.price import Case, Price, TokenPrices

MOST_TOKENS = 2**63 - 1  # of a BIGINT
_ONE_TOKEN = Decimal("0.000001")


@dataclass(frozen=True)
class Bounds:
    """What a token costs in rows with `from_tokens` to `to_tokens` input tokens, both included.

    `one_request` tells rows of a single request from others; None: it does not matter. All else
    is USD per token, the least and the most. `read_saving` is input less read, `write_premium`
    write less input. `write_kind_only`: the two figures differ by the kind of cache writes alone.
    """

    from_tokens: int
    to_tokens: int
    one_request: bool | None
    input_low: Decimal
    input_high: Decimal
    output_low: Decimal
    output_high: Decimal
    read_low: Decimal
    read_high: Decimal
    write_low: Decimal
    write_high: Decimal
    read_saving_low: Decimal
    read_saving_high: Decimal
    write_premium_low: Decimal
    write_premium_high: Decimal
    write_kind_only: bool


def bounds(price: Price) -> Iterator[Bounds]:
    """The bounds of every amount of input; together they cover each amount once."""
    starts = sorted({case.above_tokens for case in price.cases})
    ends = [*starts[1:], MOST_TOKENS]
    for start, end in zip(starts, ends, strict=True):
        first = 0 if start == 0 else start + 1
        reached = [case for case in price.cases if case.above_tokens <= start]
        certain = [case for case in price.cases if case.above_tokens == start]
        if reached == certain:
            yield _bounds(first, end, None, reached)
        else:
            yield _bounds(first, end, False, reached)
            yield _bounds(first, end, True, certain)


def _bounds(first: int, last: int, one_request: bool | None, cases: list[Case]) -> Bounds:
    prices = [case.prices for case in cases]
    return Bounds(
        first,
        last,
        one_request,
        *_least_and_most([one.input_usd_per_mtok for one in prices]),
        *_least_and_most([one.output_usd_per_mtok for one in prices]),
        *_least_and_most([one.read for one in prices]),
        *_least_and_most([write for one in prices for write in one.writes]),
        *_least_and_most([one.input_usd_per_mtok - one.read for one in prices]),
        *_least_and_most(_write_premiums(prices)),
        write_kind_only=len(prices) == 1,
    )


def _write_premiums(prices: list[TokenPrices]) -> list[Decimal]:
    return [write - one.input_usd_per_mtok for one in prices for write in one.writes]


def _least_and_most(usd_per_mtok: list[Decimal]) -> tuple[Decimal, Decimal]:
    return min(usd_per_mtok) * _ONE_TOKEN, max(usd_per_mtok) * _ONE_TOKEN
