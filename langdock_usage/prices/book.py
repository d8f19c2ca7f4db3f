"""The price book: which price a model of a workspace has, and on which days. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from langdock_usage.prices import public
from langdock_usage.prices.own import lines_for, own_price
from langdock_usage.prices.price import Price, PricePeriod, TokenPrices
from langdock_usage.raw.reference.kinds.prices import OwnPrice
from langdock_usage.windows import ONE_DAY, Period

_UNKNOWN = ("price_source", "entry", "found_by", *(field.name for field in fields(TokenPrices)))


@dataclass(frozen=True)
class PriceBook:
    """The user's own prices, then the list of the installed package."""

    own: Sequence[OwnPrice] = ()

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

    def rows(self, org_id: str, model: str) -> list[dict[str, Any]]:
        """The periods as rows of the table `model_prices`; a model without a price has one, too."""
        of_model = {"org_id": org_id, "model": model}
        found = [
            {
                **of_model,
                "first_day": period.days.first,
                "last_day": period.days.last,
                "above_tokens": case.above_tokens,
                "price_source": period.price.source,
                "entry": period.price.entry,
                "found_by": "; ".join(period.price.rules) or None,
                **asdict(case.prices),
            }
            for period in self.periods(org_id, model)
            for case in period.price.cases
        ]
        always = {"first_day": date.min, "last_day": date.max, "above_tokens": 0}
        return found or [of_model | always | dict.fromkeys(_UNKNOWN)]
