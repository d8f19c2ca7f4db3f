"""What tokens cost: prices per million tokens, exact, and the cases in which each applies."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from langdock_usage.windows import Period

Source = Literal["own", "list"]


@dataclass(frozen=True)
class TokenPrices:
    """USD per million tokens of each kind; None where the vendor has no such price."""

    input_usd_per_mtok: Decimal
    output_usd_per_mtok: Decimal
    cache_read_usd_per_mtok: Decimal | None = None
    cache_write_usd_per_mtok: Decimal | None = None
    cache_write_1h_usd_per_mtok: Decimal | None = None

    @property
    def read(self) -> Decimal:
        """What a token read from the cache costs: without a price of its own, as fresh input."""
        own = self.cache_read_usd_per_mtok
        return self.input_usd_per_mtok if own is None else own

    @property
    def writes(self) -> tuple[Decimal, ...]:
        """What a token written to the cache costs, one price for each kind of write there is."""
        own = self.cache_write_usd_per_mtok
        short = self.input_usd_per_mtok if own is None else own
        long = self.cache_write_1h_usd_per_mtok
        return (short,) if long is None else (short, long)


@dataclass(frozen=True)
class Case:
    """Prices of the requests with more than `above_tokens` input tokens, up to the next tier.

    Where a price also depends on the time of day, several cases have the same `above_tokens`.
    """

    prices: TokenPrices
    above_tokens: int = 0


@dataclass(frozen=True)
class Price:
    """The price of a model: whose it is, by which entry and rules it was found, and its cases."""

    source: Source
    entry: str
    rules: tuple[str, ...]
    cases: tuple[Case, ...]

    @property
    def usual(self) -> TokenPrices:
        """The prices of a request of usual length."""
        return self.cases[0].prices


@dataclass(frozen=True)
class PricePeriod:
    """The local days on which one price holds; both ends may be open."""

    days: Period
    price: Price
