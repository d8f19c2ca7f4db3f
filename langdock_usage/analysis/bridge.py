"""What each cause did to the cost of an API key with a model, from one period to another.

The cost is a product: requests of the key x the model's share of them x cost per request. Where
tokens and their prices are known, the last is the sum, over the kinds of tokens, of tokens per
request x price of a token. The effect of each factor is its Shapley value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from langdock_usage.analysis.shapley import Floats, worth_of_changes

if TYPE_CHECKING:
    import pandas as pd

EFFECTS = (
    "volume_usd",
    "calendar_usd",
    "mix_usd",
    "prompt_size_usd",
    "caching_usd",
    "answer_size_usd",
    "price_usd",
    "rate_usd",
    "new_usd",
    "gone_usd",
)
PARTS_OF_PRICE = ("list_price_usd", "discount_usd")
_PARTS = tuple(name for name in EFFECTS if name != "price_usd") + PARTS_OF_PRICE

_INPUT_KINDS = ("uncached", "cache_read", "cache_write")
_KINDS = (*_INPUT_KINDS, "output")
_DIGITS = 12
# What ratios of exact sums may differ by, although they are the same.
_ROUNDING = 1e-13

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Pair:
    """One figure of every cell in both periods."""

    before: Floats
    after: Floats

    @property
    def change(self) -> Floats:
        return self.after - self.before

    @property
    def mean(self) -> Floats:
        return (self.before + self.after) / 2

    def times(self, other: _Pair) -> _Pair:
        return _Pair(self.before * other.before, self.after * other.after)

    def plus(self, other: _Pair) -> _Pair:
        return _Pair(self.before + other.before, self.after + other.after)

    def where(self, used: _Pair) -> _Pair:
        """0 in a period in which the other figure is 0."""
        return _Pair(
            np.where(used.before > 0, self.before, 0), np.where(used.after > 0, self.after, 0)
        )

    def per(self, other: _Pair) -> _Pair:
        """The ratio of the two; a period in which it is not defined borrows that of the other."""
        with np.errstate(divide="ignore", invalid="ignore"):
            before = np.where(other.before > 0, self.before / other.before, np.nan)
            after = np.where(other.after > 0, self.after / other.after, np.nan)
        before, after = (
            np.nan_to_num(np.where(np.isnan(before), after, before)),
            np.nan_to_num(np.where(np.isnan(after), before, after)),
        )
        mean = (before + after) / 2
        same = np.abs(after - before) <= _ROUNDING * np.abs(mean)
        return _Pair(np.where(same, mean, before), np.where(same, mean, after))


@dataclass(frozen=True)
class _Factor:
    """A factor of the cost, and the change of it by the effect that it belongs to."""

    values: _Pair
    changes: Mapping[str, Floats]


def effects_of(cells: pd.DataFrame) -> pd.DataFrame:
    """`EFFECTS` and `PARTS_OF_PRICE` of each cell, Decimals that add up to its change.

    One row per cell, a row of `bridge_cells.sql`: an API key with a model. `price_usd` is the sum
    of its parts. Exchanging the periods turns every sign; new and gone change places.
    """
    requests, cost = _pair(cells, "requests"), _pair(cells, "cost_usd")
    of_key = _pair(cells, "key_requests")
    tokens = {kind: _pair(cells, f"{kind}_tokens").where(requests) for kind in _KINDS}
    listed = {kind: _listed(cells, kind).where(requests) for kind in _KINDS}
    total_listed = _sum(listed.values())
    requested = cost.where(requests)

    volume = _Factor(of_key, _change_of_volume(cells, of_key))
    mix = _factor("mix_usd", requests.per(of_key))
    terms = _terms(tokens, listed, requests, requested.per(total_listed))
    is_detailed = _has_prices(cells, requests, total_listed)
    effects = {name: np.zeros(len(cells)) for name in _PARTS}
    for term in terms:
        _add(effects, [volume, mix, *term], is_detailed)
    _add(effects, [volume, mix, _factor("rate_usd", requested.per(requests))], ~is_detailed)
    effects["rate_usd"] += cost.change - requested.change  # cost without requests

    was_used, is_used = of_key.before > 0, of_key.after > 0
    for name in effects:
        effects[name] = np.where(was_used & is_used, effects[name], 0)
    effects["new_usd"] = np.where(is_used & ~was_used, cost.change, 0)
    effects["gone_usd"] = np.where(was_used & ~is_used, cost.change, 0)
    effects["rate_usd"] = np.where(was_used | is_used, effects["rate_usd"], cost.change)
    return _exact(effects, cells, is_detailed)


def _terms(
    tokens: Mapping[str, _Pair], listed: Mapping[str, _Pair], requests: _Pair, discount: _Pair
) -> list[list[_Factor]]:
    """The cost per request by kind of token: tokens per request, of input the share of the kind,
    and the price of a token: the list price times reported / list."""
    inputs = _sum(tokens[kind] for kind in _INPUT_KINDS)
    prompt_size = _factor("prompt_size_usd", inputs.per(requests))
    terms = []
    for kind in _KINDS:
        list_price = listed[kind].per(tokens[kind])
        price = _Factor(
            list_price.times(discount),
            {
                "list_price_usd": list_price.change * discount.mean,
                "discount_usd": discount.change * list_price.mean,
            },
        )
        if kind in _INPUT_KINDS:
            terms.append([prompt_size, _factor("caching_usd", tokens[kind].per(inputs)), price])
        else:
            terms.append([_factor("answer_size_usd", tokens[kind].per(requests)), price])
    return terms


def _change_of_volume(cells: pd.DataFrame, of_key: _Pair) -> dict[str, Floats]:
    """The change of a key's requests: what days and weekdays explain, and the rest."""
    is_daily = cells["weekday_1_days_before"].notna().to_numpy()  # else none of them is known
    requests, days = _weekdays(cells, "requests"), _weekdays(cells, "days")
    requests_per_day = requests.per(days)
    by_calendar = (requests_per_day.mean * days.change).sum(axis=1)
    by_volume = (requests_per_day.change * days.mean).sum(axis=1)
    return {
        "volume_usd": np.where(is_daily, by_volume, of_key.change),
        "calendar_usd": np.where(is_daily, by_calendar, 0),
    }


def _weekdays(cells: pd.DataFrame, name: str) -> _Pair:
    """One column per weekday."""
    weekdays = [_pair(cells, f"weekday_{weekday}_{name}") for weekday in range(1, 8)]
    return _Pair(
        np.stack([pair.before for pair in weekdays], axis=1),
        np.stack([pair.after for pair in weekdays], axis=1),
    )


def _has_prices(cells: pd.DataFrame, requests: _Pair, listed: _Pair) -> Flags:
    """Whether tokens and prices of all requests are known, in both periods."""
    known: Flags = np.ones(len(cells), np.bool_)
    for side in ("before", "after"):
        is_priced = cells[f"is_priced_{side}"].to_numpy(np.bool_)
        known &= (getattr(requests, side) == 0) | (is_priced & (getattr(listed, side) > 0))
    return known


def _add(effects: dict[str, Floats], term: list[_Factor], where: Flags) -> None:
    """Add the effects of the factors of one product, in the cells that it is about."""
    worths = worth_of_changes(
        [factor.values.before for factor in term], [factor.values.after for factor in term]
    )
    for factor, worth in zip(term, worths, strict=True):
        for name, change in factor.changes.items():
            effects[name] += np.where(where, change * worth, 0)


def _exact(effects: Mapping[str, Floats], cells: pd.DataFrame, is_detailed: Flags) -> pd.DataFrame:
    """Each effect to `_DIGITS` digits, and what is left of the change in the largest effect."""
    import pandas as pd

    names = list(effects)
    floats = np.stack([effects[name] for name in names])
    of_no_effect = np.where(is_detailed, names.index("discount_usd"), names.index("rate_usd"))
    largest = np.where(floats.any(axis=0), np.abs(floats).argmax(axis=0), of_no_effect)
    exact = np.full(floats.shape, Decimal(0), dtype=object)
    with localcontext(prec=76):
        left = list(cells["cost_usd_after"] - cells["cost_usd_before"])
        rounded = np.rint(floats * 10**_DIGITS)
        for place, cell in zip(*np.nonzero(rounded), strict=True):
            amount = Decimal(int(rounded[place, cell])).scaleb(-_DIGITS)
            exact[place, cell] = amount
            left[cell] -= amount
        for cell, amount in enumerate(left):
            exact[largest[cell], cell] += amount
        frame = pd.DataFrame(dict(zip(names, exact, strict=True)), index=cells.index)
        frame["price_usd"] = frame["list_price_usd"] + frame["discount_usd"]
    return frame[[*EFFECTS, *PARTS_OF_PRICE]]


def _factor(effect: str, values: _Pair) -> _Factor:
    return _Factor(values, {effect: values.change})


def _pair(cells: pd.DataFrame, name: str) -> _Pair:
    """A column of both periods; what is not known is 0."""
    before, after = (
        np.nan_to_num(cells[f"{name}_{side}"].to_numpy(np.float64, na_value=np.nan))
        for side in ("before", "after")
    )
    return _Pair(before, after)


def _listed(cells: pd.DataFrame, kind: str) -> _Pair:
    """What the tokens of a kind cost by the list: half-way between the least and the most."""
    low, high = _pair(cells, f"{kind}_low_usd"), _pair(cells, f"{kind}_high_usd")
    return _Pair((low.before + high.before) / 2, (low.after + high.after) / 2)


def _sum(pairs: Iterable[_Pair]) -> _Pair:
    total, *others = pairs
    for pair in others:
        total = total.plus(pair)
    return total
