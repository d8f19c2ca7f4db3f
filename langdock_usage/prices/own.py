"""The user's own prices: which line of `prices.csv` is in force for a model on a day. Pure."""

from collections.abc import Iterable
from datetime import date

from langdock_usage.prices.price import Case, Price, TokenPrices
from langdock_usage.raw.reference.kinds.prices import OwnPrice, fits


def own_price(lines: Iterable[OwnPrice], org_id: str, model: str, day: date) -> Price | None:
    """The price that the lines state for a model of a workspace on a day.

    The workspace's go before general ones, a name before a pattern, a longer pattern before a
    shorter one, and of one model and workspace the one that began last.
    """
    begun = [
        line
        for line in lines_for(lines, org_id, model)
        if line.valid_from is None or line.valid_from <= day
    ]
    if not begun:
        return None
    found = max(begun, key=_rank)
    prices = TokenPrices(
        found.input_usd_per_mtok,
        found.output_usd_per_mtok,
        found.cache_read_usd_per_mtok,
        found.cache_write_usd_per_mtok,
        found.cache_write_1h_usd_per_mtok,
    )
    return Price("own", found.model, (_why(found),), (Case(prices),))


def lines_for(lines: Iterable[OwnPrice], org_id: str, model: str) -> list[OwnPrice]:
    """The lines that fit a model of a workspace, whenever they begin."""
    return [line for line in lines if line.org_id in (None, org_id) and fits(line.model, model)]


def _rank(line: OwnPrice) -> tuple[bool, bool, int, str, date]:
    is_name = "*" not in line.model
    text = line.model.strip().casefold()
    return line.org_id is not None, is_name, len(text), text, line.valid_from or date.min


def _why(line: OwnPrice) -> str:
    since = f"since {line.valid_from}" if line.valid_from else "since ever"
    whose = f"of workspace {line.org_id}" if line.org_id else "of every workspace"
    return f"prices.csv, {'pattern' if '*' in line.model else 'name'} {whose}, {since}"
