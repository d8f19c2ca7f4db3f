"""Bills that are not what the list says: what a price check is there to find. Tokens stay the same.

Costs of a BYOK workspace follow from prices that somebody typed in, so each of these happens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from langdock_usage.errors import InvalidRequest
from langdock_usage.sandbox.workspace.cast import EVER, Key, Steps, Stream, always

if TYPE_CHECKING:  # the list of prices takes half a second
    from langdock_usage.sandbox.workspace.prices import TokenPrices

BILLING: dict[str, str] = {
    "unpriced": "codestral-2508 has no price: tokens, but no cost",
    "cache_as_input": "the key Website-Chatbot pays for cached tokens as for fresh ones",
    "price_edit": "gpt-5-mini costs 1.25 times its list price since the middle of the last month",
    "one_hour_writes": "the key Intranet-Wissensdatenbank writes to the cache for an hour",
    "discount": "mistral-medium-2508 costs 10 % less than its list price",
}
ALL = "all"
EDITED_ON = -15  # days before the current month


@dataclass(frozen=True)
class Billed:
    """What the tokens of one stream cost: prices, and from which day on how much of them."""

    prices: TokenPrices
    per_mille: Steps = ((EVER, 1000),)


def chosen(names: Iterable[str]) -> frozenset[str]:
    """These names, `all` spelled out. Raises InvalidRequest for one that is not known."""
    given = set(names)
    for name in sorted(given - {*BILLING, ALL}):
        raise InvalidRequest(
            f"unknown billing {name!r}: choose {ALL} or one of {', '.join(BILLING)}"
        )
    return frozenset(BILLING if ALL in given else given)


def billed(key: Key, stream: Stream, prices: TokenPrices, names: frozenset[str]) -> Billed:
    """What a key pays for a model, with the bills of these names."""
    if "unpriced" in names and stream.model == "codestral-2508":
        return Billed(prices, always(0))
    if "cache_as_input" in names and key.slug == "chatbot":
        return Billed(replace(prices, cached=prices.no_cache))
    if "price_edit" in names and stream.model == "gpt-5-mini":
        return Billed(prices, ((EVER, 1000), (EDITED_ON, 1250)))
    if "one_hour_writes" in names and key.slug == "intranet":
        return Billed(replace(prices, creation=prices.creation_1h))
    if "discount" in names and stream.model == "mistral-medium-2508":
        return Billed(prices, always(900))
    return Billed(prices)
