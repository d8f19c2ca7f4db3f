"""The command `langdock-usage keys list`: whose each API key is."""

from typing import Annotated

import typer

from langdock_usage.cli.console import say, write
from langdock_usage.cli.options import Db, Org, settings_for
from langdock_usage.text import counted


def list_keys(
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Only usage of this month.")
    ] = None,
    unowned: Annotated[
        bool, typer.Option("--unowned", help="Only usage without team, cost centre and owner.")
    ] = False,
    org: Org = None,
    db: Db = None,
) -> None:
    """List the API keys with usage, their team, cost centre and owner, costliest first."""
    from langdock_usage.cli.aligned import aligned
    from langdock_usage.metrics.usage import Usage

    usage = Usage(settings_for(db).database)
    without = usage.unowned_keys(month, org=org, exact=True)
    keys = without if unowned else usage.keys(month, org=org, exact=True)
    whose = [] if unowned else ["team", "cost_center", "owner"]
    heads = ["total_cost_usd", "requests", "last_day", *whose, "api_key_id", "api_key_name"]
    if len(keys):
        keys["last_day"] = keys["last_day"].dt.strftime("%Y-%m-%d")
        shown = keys[heads].astype(object).where(keys[heads].notna(), None)
        for line in aligned(heads, shown.itertuples(index=False)):
            write(line)
    count = counted(len(keys), "key")
    say(f"{count} without an owner." if unowned else f"{count}, {len(without)} without an owner.")
