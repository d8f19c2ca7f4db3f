"""The commands `langdock-usage prices list|explain|compare`: what models cost, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from langdock_usage.cli.commands.reference import as_json_value
from langdock_usage.cli.console import say, write, write_json
from langdock_usage.cli.options import Db, Json, Org, settings_for
from langdock_usage.text import counted, exact
from langdock_usage.windows import parse_day

if TYPE_CHECKING:
    import pandas as pd


def list_prices(
    changed: Annotated[
        bool,
        typer.Option("--changed", help="What differs from the prices that applied before."),
    ] = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="How the names of models are found in the list.")
    ] = False,
    as_json: Json = False,
    org: Org = None,
    db: Db = None,
) -> None:
    """Show the prices in force today, what is unknown first, by its cost."""
    from langdock_usage.metrics.usage import Usage
    from langdock_usage.prices.names import described_rules

    if rules:
        for line in described_rules():
            write(line)
        return
    usage = Usage(settings_for(db).database)
    if changed:
        frame = usage.changed_prices(org=org, exact=True)
        for name in ("first_day", "last_day"):
            frame[name] = frame[name].dt.strftime("%Y-%m-%d")
        _write_rows(frame, as_json=as_json)
        models = frame[["org_id", "model"]].drop_duplicates()
        say(f"{counted(len(models), 'model')} with other prices than before.")
        return
    frame = usage.prices(org=org, exact=True)
    _write_rows(frame, as_json=as_json)
    unknown = frame[frame["source"] == "unknown"]
    cost = exact(sum(unknown["total_cost_usd"]))
    say(
        f"{counted(len(frame), 'model')}; prices unknown of {len(unknown)}, which cost {cost} USD."
        if len(unknown)
        else f"{counted(len(frame), 'model')}, each with a price."
    )
    book = frame.attrs["price_book"]
    say(f"Price book {book['book']}, with the list of genai-prices {book['list_version']}.")


def _write_rows(frame: pd.DataFrame, *, as_json: bool) -> None:
    from langdock_usage.cli.aligned import aligned

    if not as_json and frame["org_id"].nunique() <= 1:
        frame = frame.drop(columns="org_id")
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    if as_json:
        write_json([{str(name): as_json_value(row[name]) for name in row} for row in rows])
    elif rows:
        for line in aligned([*frame.columns], (tuple(row.values()) for row in rows)):
            write(line)


def explain(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A name as in exports.")],
    day: Annotated[str, typer.Argument(metavar="DAY", help="A local day: YYYY-MM-DD.")],
    org: Org = None,
    db: Db = None,
) -> None:
    """Say which price a model has on a day, and why."""
    from langdock_usage.metrics.usage import Usage

    parse_day(day)
    tiers = Usage(settings_for(db).database).price_of(model, day, org=org, exact=True)
    if tiers.empty:
        write(f"unknown: no line of prices.csv fits {model!r} on {day}, and the list states none.")
        return
    for _, tier in tiers.astype(object).where(tiers.notna(), None).iterrows():
        above = tier["above_tokens"]
        write(f"requests above {above} input tokens:" if above else f"{model} on {day}:")
        for name, value in tier.drop("above_tokens").items():
            if value is not None:
                text = str(value.date()) if "day" in str(name) else value
                write(f"  {name}: {exact(value) if 'usd' in str(name) else text}")


def compare(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model with usage, or a*.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="What would take its place.")],
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Usage of this month alone.")
    ] = None,
    without_caching: Annotated[
        bool, typer.Option("--without-caching", help="As if all input were fresh.")
    ] = False,
    as_json: Json = False,
    org: Org = None,
    db: Db = None,
) -> None:
    """Say what the same tokens would cost with another model, key by key."""
    from langdock_usage.metrics.usage import Usage

    frame = Usage(settings_for(db).database).what_if(
        month,
        {model: other},
        org=org,
        caching="dropped" if without_caching else "kept",
        exact=True,
    )
    _write_rows(frame if as_json else frame.drop(columns="api_key_id"), as_json=as_json)
    low, high = (frame[name].dropna() for name in ("change_low_usd", "change_high_usd"))
    if len(low):
        change = f"{exact(sum(low))} to {exact(sum(high))} USD"
        say(f"{change}; prices only: another model counts tokens otherwise, and answers otherwise.")
