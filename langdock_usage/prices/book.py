"""The price book: which price a model of a workspace has, and on which days."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from langdock_usage.prices import public
from langdock_usage.prices.own import OwnPrice, lines_for, own_price
from langdock_usage.prices.price import Price, PricePeriod
from langdock_usage.windows import ONE_DAY, Period


@dataclass(frozen=True)
class PriceBook:
    """The user's own prices, then the list of the installed package."""

    own: Sequence[OwnPrice] = ()

    @property
    def sha256(self) -> str:
        """A hash of all that prices follow from: own prices, list and rules."""
        own = sorted(map(repr, self.own))
        return hashlib.sha256("\n".join([public.list_sha256(), *own]).encode()).hexdigest()

    def price(self, org_id: str, model: str, day: date) -> Price | None:
        """The price of a model of a workspace on a local day; None where none is known."""
        found = own_price(self.own, org_id, model, day)
        if found:
            return found
        entry = public.find_entry(model)
        return public.list_price(entry, day) if entry else None

    def periods(self, org_id: str, model: str) -> list[PricePeriod]:
        """Every day on which the model has a price, as the longest periods with one price."""
        entry = public.find_entry(model)
        begin = {line.valid_from for line in lines_for(self.own, org_id, model)} - {None}
        begin |= set(public.days_of_change(entry)) if entry else set()
        starts = [date.min, *sorted(day for day in begin if day and day > date.min)]
        ends = [*(day - ONE_DAY for day in starts[1:]), date.max]
        found: list[PricePeriod] = []
        for first, last in zip(starts, ends, strict=True):
            price = self.price(org_id, model, first)
            before = found[-1] if found else None
            if (
                before
                and price
                and (price.source, price.cases)
                == (
                    before.price.source,
                    before.price.cases,
                )
                and before.days.last + ONE_DAY == first
            ):
                found[-1] = PricePeriod(Period(before.days.first, last), before.price)
            elif price:
                found.append(PricePeriod(Period(first, last), price))
        return found
