"""The command `langdock-usage redact explain`: who a pseudonym stands for."""

from typing import Annotated

import typer

from langdock_usage.cli.console import write
from langdock_usage.cli.options import Db, settings_for
from langdock_usage.errors import NoData
from langdock_usage.escaping import printable

redact = typer.Typer(
    name="redact",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Say who a pseudonym of a redacted report stands for.",
)


@redact.callback()
def _group() -> None:
    """Keep `explain` a command of its own; a single one would stand for the group."""


@redact.command()
def explain(
    pseudonym: Annotated[str, typer.Argument(metavar="PSEUDONYM", help="As a report names it.")],
    db: Db = None,
) -> None:
    """Say who a pseudonym stands for; needs `pseudonyms.key`, which lies beside the database."""
    from langdock_usage.store.pseudonyms import explain as explain_pseudonym

    database = settings_for(db).database
    found = explain_pseudonym(database, pseudonym)
    if found is None:
        raise NoData(f"Nobody in {database} is called {pseudonym!r} in redacted reports.")
    names = f" ({', '.join(map(printable, found.called))})" if found.called else ""
    write(f"{found.kind.replace('_', ' ')} {printable(found.name)}{names}")
