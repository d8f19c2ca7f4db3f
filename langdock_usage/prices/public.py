"""The public list prices of the package genai-prices: which entry a name means, and its prices.

An entry is meant where it states the name itself, as it is or rewritten by the rules of `names`.
The package also matches by beginnings (`claude-opus-4-1` would price a `claude-opus-4-10`); that
would be a guess.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from genai_prices.data import providers
from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseStartsWith,
    ConditionalPrice,
    MatchLogic,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from langdock_usage.prices.names import spellings, vendors_of
from langdock_usage.prices.price import Case, Price, TokenPrices

_PRICE_KEYS = (
    "input_mtok",
    "output_mtok",
    "cache_read_mtok",
    "cache_write_mtok",
    "cache_write_1h_mtok",
)


@dataclass(frozen=True)
class Entry:
    """An entry of the list, and the rules by which a name was found to mean it."""

    name: str
    rules: tuple[str, ...]
    model: ModelInfo


@cache
def find_entry(model: str) -> Entry | None:
    """The entry that a name of an export means; None where the list states no such name."""
    rest, vendors, prefix_rules = vendors_of(model)
    lists = [name for vendor in vendors for name in (vendor, *_sold_by(vendor))]
    for spelling, rules in spellings(rest):
        for vendor in lists:
            found = _stated(vendor).get(spelling)
            if found:
                return Entry(f"{vendor}/{found.id}", (*prefix_rules, *rules), found)
    return None


def list_price(entry: Entry, day: date) -> Price | None:
    """The price of an entry on a day; None where it has no price for input tokens.

    Without a price for output (embeddings) the model gives none, and its output costs 0.
    """
    found = (case for prices in _in_force(entry.model, day) for case in _cases(prices))
    cases = tuple(dict.fromkeys(found))
    if not cases:
        return None
    return Price("list", entry.name, entry.rules, cases)


def days_of_change(entry: Entry) -> list[date]:
    """The days on which a new price of the entry begins, in order."""
    return sorted(
        {
            conditional.constraint.start_date
            for conditional in _conditional(entry.model)
            if isinstance(conditional.constraint, StartDateConstraint)
        }
    )


def _in_force(model: ModelInfo, day: date) -> list[ModelPrice]:
    """The prices that held at some time of the day: more than one where the hour decides.

    As in the package, later ones go before earlier ones, and the first holds where none does.
    """
    found: list[ModelPrice] = []
    for conditional in reversed(_conditional(model)):
        limit = conditional.constraint
        if isinstance(limit, TimeOfDateConstraint):
            found.append(conditional.prices)
        elif limit is None or limit.start_date <= day:
            return [conditional.prices, *found]
    return found or [_conditional(model)[0].prices]


def _conditional(model: ModelInfo) -> list[ConditionalPrice]:
    if isinstance(model.prices, ModelPrice):
        return [ConditionalPrice(prices=model.prices)]
    return model.prices


def _cases(prices: ModelPrice) -> Iterator[Case]:
    """One case for each tier; none where input tokens have no price."""
    stated = {key: getattr(prices, key) for key in _PRICE_KEYS}
    if stated["input_mtok"] is None:
        return
    tiers = {0}
    for price in stated.values():
        if isinstance(price, TieredPrices):
            tiers |= {tier.start for tier in price.tiers}
    for above in sorted(tiers):
        usd = {key: _in_tier(price, above) for key, price in stated.items()}
        yield Case(
            TokenPrices(
                input_usd_per_mtok=usd["input_mtok"] or Decimal(0),
                output_usd_per_mtok=usd["output_mtok"] or Decimal(0),
                cache_read_usd_per_mtok=usd["cache_read_mtok"],
                cache_write_usd_per_mtok=usd["cache_write_mtok"],
                cache_write_1h_usd_per_mtok=usd["cache_write_1h_mtok"],
            ),
            above,
        )


def _in_tier(price: Decimal | TieredPrices | None, above: int) -> Decimal | None:
    if not isinstance(price, TieredPrices):
        return price
    begun = [tier.price for tier in price.tiers if tier.start <= above]
    return begun[-1] if begun else price.base


@cache
def _stated(vendor: str) -> Mapping[str, ModelInfo]:
    """Every name that a vendor's entries state; of two entries with one name, the first has it."""
    names: dict[str, ModelInfo] = {}
    for model in _provider_models(vendor):
        names.setdefault(model.id.casefold(), model)
    for model in _provider_models(vendor):
        for name in _names_in(model.match):
            names.setdefault(name.casefold(), model)
    return names


def _names_in(match: MatchLogic) -> Iterator[str]:
    """The names in a rule of the package; its patterns only vary them by a date, as ours do."""
    match match:
        case ClauseEquals(equals=name):
            yield name
        case ClauseStartsWith(starts_with=name):
            yield name
        case ClauseEndsWith(ends_with=name):
            yield name
        case ClauseContains(contains=name):
            yield name
        case ClauseOr(or_=clauses) | ClauseAnd(and_=clauses):
            for clause in clauses:
                yield from _names_in(clause)


def _provider_models(vendor: str) -> list[ModelInfo]:
    return next((provider.models for provider in providers if provider.id == vendor), [])


def _sold_by(vendor: str) -> list[str]:
    """Whose models a cloud sells at their own list prices, where it has none for them."""
    found = next((provider for provider in providers if provider.id == vendor), None)
    return (found.fallback_model_providers if found else None) or []
