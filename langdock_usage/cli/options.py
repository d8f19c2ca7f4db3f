"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

from langdock_usage.errors import InvalidRequest
from langdock_usage.settings import Settings
from langdock_usage.windows import Period, parse_day, parse_month

Db = Annotated[
    Path | None, typer.Option("--db", metavar="PATH", help="The DuckDB file [LANGDOCK_USAGE_DB].")
]
Zone = Annotated[
    str | None,
    typer.Option(metavar="IANA", help="Zone of a workspace that the database does not know yet."),
]
First = Annotated[
    str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First local day; with --to.")
]
Last = Annotated[
    str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last local day; with --from.")
]
Wait = Annotated[
    float,
    typer.Option(
        "--wait",
        min=0,
        metavar="SECONDS",
        help="How long to wait for programs that have the database open.",
    ),
]
Org = Annotated[str | None, typer.Option("--org", metavar="ORG_ID", help="Which workspace.")]
Json = Annotated[bool, typer.Option("--json", help="The result as JSON, for programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only warnings and errors.")]


def settings_for(db: Path | None) -> Settings:
    """What the environment says, with the database of the command line."""
    settings = Settings.from_environment()
    return settings if db is None else settings.with_database(db)


def period_of(month: str | None, first: str | None, last: str | None) -> Period | None:
    """The period of `--month`, or of `--from` and `--to`. Raises InvalidRequest."""
    if month and (first or last):
        raise InvalidRequest("Give either --month or --from and --to, not both.")
    if month:
        return parse_month(month)
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise InvalidRequest("--from and --to go together.")
    return Period(parse_day(first), parse_day(last))
