"""The commands of all kinds of reference files; some have a list of their own, or more commands."""

from collections.abc import Callable, Iterator

import typer

from langdock_usage.cli.commands.keys import list_keys
from langdock_usage.cli.commands.prices import compare, explain, list_prices
from langdock_usage.cli.commands.reference import reference_commands
from langdock_usage.raw.reference.kinds import STATED
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.raw.reference.kinds.prices import PRICES

LISTS: dict[str, Callable[..., None]] = {KEYS.name: list_keys, PRICES.name: list_prices}


def reference_apps() -> Iterator[typer.Typer]:
    """`langdock-usage keys …`, `workspaces …`, `prices …`."""
    for kind in STATED:
        commands = reference_commands(kind, LISTS.get(kind.name))
        if kind is PRICES:
            commands.command()(explain)
            commands.command()(compare)
        yield commands
