"""The commands `langdock-usage keys …`: whose each API key is."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from langdock_usage.cli.console import say, write
from langdock_usage.cli.options import Db, Org, Wait, settings_for
from langdock_usage.errors import InvalidRequest
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.text import counted

keys_app = typer.Typer(
    name="keys",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Say which team, cost centre and owner each API key belongs to.",
)

File = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="`keys.csv` beside the database.")
]


@keys_app.command("list")
def list_keys(
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Usage of this month alone.")
    ] = None,
    unowned: Annotated[
        bool, typer.Option("--unowned", help="Usage without team, cost centre and owner alone.")
    ] = False,
    org: Org = None,
    db: Db = None,
) -> None:
    """Show the keys with usage and whose they are, costliest first."""
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


@keys_app.command()
def template(
    file: File = None,
    update: Annotated[
        bool,
        typer.Option("--update", help="Add the keys that the file lacks; change nothing else."),
    ] = False,
    db: Db = None,
) -> None:
    """Write the file to fill in: what is known, and a line for each key that is missing."""
    from langdock_usage.ingest.owners import add_missing_keys
    from langdock_usage.ingest.owners import template as template_of
    from langdock_usage.metrics.usage import Usage
    from langdock_usage.whole_file import whole_file

    settings = settings_for(db)
    target = file or settings.database.parent / "keys.csv"
    usage = Usage(settings.database)
    if not target.exists():
        with whole_file(target) as unfinished:
            # the mark at the beginning lets Excel know that it is UTF-8
            unfinished.write_text(template_of(usage), encoding="utf-8-sig", newline="")
    elif not update:
        raise InvalidRequest(
            f"{target} is there already; add the keys that it lacks with "
            f"`{_command('template --update', file, db)}`, or name another file."
        )
    elif added := add_missing_keys(target, usage):
        say(f"{counted(added, 'key')} added.")
    else:
        say("There is a line for every key already; nothing was changed.")
        write(str(target))
        return
    say(f"Fill in team, cost_center, owner; then `{_command('load', file, db)}`.")
    write(str(target))


@keys_app.command()
def load(file: File = None, wait: Wait = WAIT_SECONDS, db: Db = None) -> None:
    """Take the file into the database: all of its lines, or none and say which are wrong."""
    from langdock_usage.ingest.owners import load_keys

    settings = settings_for(db)
    source = file or settings.database.parent / "keys.csv"
    loaded = load_keys(settings.database, source, wait_seconds=wait, on_wait=say)
    for remark in loaded.remarks:
        say(f"Warning: {source}, {remark}")
    lines, keys = counted(loaded.line_count, "line"), counted(loaded.key_count, "key")
    write(f"{lines} on {keys} taken in from {source}.")


def _command(words: str, file: Path | None, db: Path | None) -> str:
    """The command that goes on with the same file and database, to be copied."""
    named = [shlex.quote(str(file))] if file else []
    named += ["--db", shlex.quote(str(db))] if db else []
    return " ".join(["langdock-usage keys", words, *named])
