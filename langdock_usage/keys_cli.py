"""The commands `langdock-usage keys …`: whose each API key is."""

from pathlib import Path
from typing import Annotated

import typer

from .console import say, write
from .errors import InvalidRequest
from .options import Db, settings_for

keys_app = typer.Typer(
    name="keys",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Say which team, cost centre and owner each API key belongs to.",
)

File = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="`keys.csv` beside the database.")
]


@keys_app.command("list")
def list_keys(
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Usage of this month alone.")
    ] = None,
    db: Db = None,
) -> None:
    """Show the keys without an owner, costliest first."""
    from .harmless import printable
    from .queries import Usage

    keys = Usage(settings_for(db).database).unowned_keys(month, exact=True)
    lines = [("total_cost_usd", "last_day", "api_key_id", "api_key_name")]
    for row in keys.fillna({"api_key_name": ""}).to_dict("records"):
        cost, last_day = f"{row['total_cost_usd']:f}", f"{row['last_day']:%Y-%m-%d}"
        key, name = printable(row["api_key_id"]), printable(row["api_key_name"])
        lines.append((cost, last_day, key, name))
    widths = [max(len(line[place]) for line in lines) for place in range(3)]
    for cost, day, key, name in lines if len(keys) else []:
        write(f"{cost:>{widths[0]}}  {day:<{widths[1]}}  {key:<{widths[2]}}  {name}".rstrip())
    say(f"{len(keys)} keys without an owner.")


@keys_app.command()
def template(file: File = None, db: Db = None) -> None:
    """Write the file to fill in: what is known, and a line for each key that is missing."""
    from .owners import template as template_of
    from .queries import Usage

    settings = settings_for(db)
    target = file or settings.database.parent / "keys.csv"
    text = template_of(Usage(settings.database))
    try:
        # the mark at the beginning lets Excel know that it is UTF-8
        with target.open("x", encoding="utf-8-sig", newline="") as new:
            new.write(text)
    except FileExistsError:
        raise InvalidRequest(f"{target} is there already; name another file to write.") from None
    say("Fill in team, cost_center, owner; then `langdock-usage keys load`.")
    write(str(target))


@keys_app.command()
def load(file: File = None, db: Db = None) -> None:
    """Take the file into the database: all of its lines, or none and say which are wrong."""
    from .owners import load_keys

    settings = settings_for(db)
    source = file or settings.database.parent / "keys.csv"
    loaded = load_keys(settings.database, source)
    for remark in loaded.remarks:
        say(f"{source}, {remark}")
    write(f"{loaded.line_count} lines on {loaded.key_count} keys taken in from {source}.")
