"""What one token costs, from the public list prices in the package `genai-prices`.

Money inside the sandbox is a whole number of pico-dollars (10**-12 USD): a list price of
0.000001 USD per million tokens is still a whole pico-dollar per token, so sums in int64 are exact.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from genai_prices import Usage, calc_price

PICO = 12


@dataclass(frozen=True)
class TokenPrices:
    """Price of one token of each kind, in pico-dollars."""

    no_cache: int
    cached: int
    creation: int
    creation_1h: int
    output: int


def token_prices(provider: str, model: str, at: datetime) -> TokenPrices:
    """List prices of a model at an instant.

    One token is priced, so that models with a surcharge for long requests cost their base price.
    A kind without a price of its own (Google states none for cache writes) costs what an uncached
    input token costs. Raises LookupError for a model that the price list does not know.
    """

    def price(**tokens: int) -> int:
        priced = calc_price(
            Usage(**tokens), model, provider_id=provider, genai_request_timestamp=at
        )
        return to_pico(priced.total_price)

    return TokenPrices(
        no_cache=price(input_tokens=1),
        cached=price(input_tokens=1, cache_read_tokens=1),
        creation=price(input_tokens=1, cache_write_tokens=1),
        creation_1h=price(input_tokens=1, cache_write_tokens=1, cache_write_1h_tokens=1),
        output=price(output_tokens=1),
    )


def to_pico(usd: Decimal) -> int:
    """USD as pico-dollars; ValueError if the amount is no whole number of them."""
    pico = usd.scaleb(PICO)
    if pico != int(pico):
        raise ValueError(f"{usd} USD is not a whole number of pico-dollars")
    return int(pico)


def to_usd(pico: int) -> Decimal:
    """Pico-dollars as exact USD, with no more digits than needed."""
    whole, fraction = divmod(pico, 10**PICO)
    digits = f"{fraction:0{PICO}d}".rstrip("0")
    return Decimal(f"{whole}.{digits}" if digits else whole)
