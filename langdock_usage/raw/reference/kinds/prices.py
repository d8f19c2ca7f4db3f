"""What tokens cost: the user's own prices, which go before public list prices.

    model,valid_from,input_usd_per_mtok,output_usd_per_mtok,cache_read_usd_per_mtok
    gpt-5,,1.25,10,0.125
    gpt-5,2026-03-12,1.40,11,0.14
    claude-*,,2.70,13.50,0.27

USD per million tokens; a price holds from `valid_from` (empty: since ever) until the next one of
the same model and workspace begins. `*` stands for any text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from langdock_usage.raw.reference.cells import day, decimal_number, text
from langdock_usage.raw.reference.reference_file import KnownUsage, ReferenceFile, unknown


def _model(column: str, cell: str) -> str:
    """A name or a pattern; `GPT-5` and `gpt-5` are one model."""
    return text(column, cell).lower()


def _price(column: str, cell: str) -> Decimal:
    return decimal_number(column, cell, "price", "1.25")


@dataclass(frozen=True, kw_only=True)
class OwnPrice:
    """One line: what a model costs from a day on; None where the vendor has no such price."""

    model: Annotated[str, _model]
    valid_from: Annotated[date | None, day] = None
    input_usd_per_mtok: Annotated[Decimal, _price]
    output_usd_per_mtok: Annotated[Decimal, _price]
    cache_read_usd_per_mtok: Annotated[Decimal | None, _price] = None
    cache_write_usd_per_mtok: Annotated[Decimal | None, _price] = None
    cache_write_1h_usd_per_mtok: Annotated[Decimal | None, _price] = None
    org_id: Annotated[str | None, text] = None
    note: Annotated[str | None, text] = None


def _states(price: OwnPrice) -> str:
    return f"what {price.model!r} costs since {price.valid_from or 'ever'}"


def fits(pattern: str, model: str) -> bool:
    """Whether a name, or a pattern with `*` for any text, means a model; in any case of letters."""
    parts = map(re.escape, pattern.strip().casefold().split("*"))
    return re.fullmatch(".*".join(parts), model.strip().casefold(), re.DOTALL) is not None


def _warnings(usage: KnownUsage, prices: Mapping[int, OwnPrice]) -> Iterator[str]:
    """Lines that mean no model with usage."""
    known = usage.models()
    mentioned = [
        (number, price.model)
        for number, price in prices.items()
        if not any(fits(price.model, model) for model in known)
    ]
    return unknown("model", mentioned, known)


PRICES = ReferenceFile(
    name="prices",
    purpose="Say what models cost, and see which price applies.",
    line=OwnPrice,
    table="loaded_prices",
    noun="model",
    subject=("model",),
    unique=("model", "valid_from", "org_id"),
    states=_states,
    to_fill_in=("input_usd_per_mtok", "output_usd_per_mtok"),
    warn=_warnings,
)
