"""What is nobody's, shared out over those who used something. Every sum stays whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Literal

from langdock_usage.errors import InvalidRequest
from langdock_usage.rounding import rounded_to_sum
from langdock_usage.text import exact, exact_sum

SharingRule = Literal["none", "even", "by-cost"]

MIN_DIGITS = 9
"""Shares have as many fraction digits as the amount that is shared, but at least these."""


@dataclass(frozen=True)
class Due:
    """What one team, or cost centre, has to bear: for its own keys, and as its share of others."""

    name: str
    total_cost_usd: Decimal
    shared_usd: Decimal

    @property
    def due_usd(self) -> Decimal:
        """Both together."""
        return exact_sum([self.total_cost_usd, self.shared_usd])


@dataclass(frozen=True)
class DueInCurrency:
    """The same in another currency than USD."""

    currency: str
    total_cost: Decimal
    shared: Decimal

    @property
    def due(self) -> Decimal:
        """Both together."""
        return exact_sum([self.total_cost, self.shared])


def share_out(costs: Mapping[str, Decimal], nobody: str, rule: SharingRule) -> list[Due]:
    """What everyone has to bear, in the order of `costs`; adds up to the sum of these exactly.

    `nobody` stays one of them with the rule `none`. Else its cost is shared out: in equal parts
    (`even`), or in proportion to the own cost (`by-cost`). Raises InvalidRequest where there is
    nobody to bear it.
    """
    shared = costs.get(nobody, Decimal(0))
    if rule == "none" or not shared:
        bearing = costs if rule == "none" else {n: c for n, c in costs.items() if n != nobody}
        return [Due(name, cost, Decimal(0)) for name, cost in bearing.items()]
    own = {name: cost for name, cost in costs.items() if name != nobody}
    weights = dict.fromkeys(own, Decimal(1)) if rule == "even" else own
    whole = exact_sum(weights.values())
    if not whole:
        raise InvalidRequest(
            f"{exact(shared)} USD are nobody's, and there is nobody to share them by the rule "
            f"{rule!r}; take another, or `none`."
        )
    with localcontext(prec=76):
        parts = [shared * weight / whole for weight in weights.values()]
    shares = rounded_to_sum(parts, shared, max(MIN_DIGITS, _digits(shared)))
    pairs = zip(own.items(), shares, strict=True)
    return [Due(name, cost, share) for (name, cost), share in pairs]


def _digits(amount: Decimal) -> int:
    """How many fraction digits an amount has, without zeros at its end."""
    return len(exact(amount).partition(".")[2])
