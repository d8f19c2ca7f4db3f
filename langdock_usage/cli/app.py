"""The command line: parse, call, print. Errors become one line and an exit status here alone."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from langdock_usage.cli.commands import command_line, langdock_usage
from langdock_usage.cli.console import (
    if_interrupted,
    progress_bar,
    say,
    say_with_time,
    tell_retries,
    warn,
    warnings_as_lines,
    write,
    write_json,
    write_what_can_be_written,
)
from langdock_usage.cli.explore_cli import export, lab
from langdock_usage.cli.options import (
    Db,
    First,
    Json,
    Last,
    Org,
    Quiet,
    Wait,
    Zone,
    period_of,
    settings_for,
)
from langdock_usage.cli.reference_apps import reference_apps
from langdock_usage.cli.report_cli import ReportCommand, report
from langdock_usage.cli.sandbox_cli import sandbox
from langdock_usage.errors import LangdockUsageError
from langdock_usage.raw.reference.kinds import KINDS
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.text import counted
from langdock_usage.windows import zone

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.callback()(langdock_usage)
for reference_app in reference_apps():
    app.add_typer(reference_app)
app.command()(lab)
app.command()(export)
app.command(cls=ReportCommand)(report)
app.command()(sandbox)

ORDER = (
    *("demo", "fetch", "report", "status"),  # the first steps
    *("load", *(kind.name for kind in KINDS), "export", "lab"),
    *("unload", "rebuild", "sandbox"),
)


def main() -> None:
    """Run the command line; exit status 0 done, 1 the work failed, 2 the command line is wrong."""
    write_what_can_be_written()
    line: dict[str, bool] = {}
    try:
        with warnings_as_lines():
            command_line(app, ORDER)(prog_name="langdock-usage", obj=line)
    except Exception as error:
        if line.get("debug"):
            raise
        status = error.exit_status if isinstance(error, LangdockUsageError) else 1
        say(_one_line(error))
        sys.exit(status)


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, LangdockUsageError):
        return f"Error: {' '.join(error.on_command_line.split())}"
    if isinstance(error, OSError) and error.strerror:
        return f"Error: {error.strerror}: {error.filename or 'while working on a file'}"
    return f"Unexpected error: {type(error).__name__}: {text} (--debug shows where)"


@app.command()
def demo() -> None:
    """Try it without an account: sandbox, fetch over HTTP, report."""
    from langdock_usage.cli.demo import run_demo

    with if_interrupted("the next demo starts over."):
        html = run_demo(say, progress_bar)
    write(str(html))


@app.command()
def fetch(
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Every day of a month.")
    ] = None,
    first: First = None,
    last: Last = None,
    timezone: Zone = None,
    refresh_days: Annotated[
        int, typer.Option(min=0, metavar="N", help="Stored days to ask for again.")
    ] = 3,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="Report every retry and wait, not one of each."),
    ] = False,
    org: Org = None,
    wait: Wait = WAIT_SECONDS,
    db: Db = None,
) -> None:
    """Bring the database up to date: one export per local day, by model."""
    settings = settings_for(db)
    if timezone:
        zone(timezone)
    period = period_of(month, first, last)
    zone(settings.timezone)
    from langdock_usage.ingest.fetching.fetch import fetch_into

    if verbose:
        say_with_time(f"From {settings.base_url} into {settings.database}.")
    with if_interrupted("what arrived is kept, and the same command goes on from there."):
        fetched = fetch_into(
            settings,
            period=period,
            timezone=timezone,
            refresh_days=refresh_days,
            org_id=org,
            wait_seconds=wait,
            on_warning=warn,
            on_retry=None if quiet else tell_retries(every=verbose),
            on_wait=None if quiet else say_with_time,
            progress_bar=partial(progress_bar, quiet=quiet),
        )
    if as_json:
        write_json(fetched.as_json(settings.database))
    elif not quiet:
        if fetched.unknown_columns:
            columns = ", ".join(fetched.unknown_columns)
            say(f"Columns that are not known here, kept in the raw files: {columns}.")
        write(fetched.summary(settings.database))


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="CSV, plain or gzip.")],
    timezone: Annotated[
        str | None,
        typer.Option(
            metavar="IANA",
            help="Zone of a workspace that the database does not know [LANGDOCK_USAGE_TIMEZONE].",
        ),
    ] = None,
    first: First = None,
    last: Last = None,
    quiet: Quiet = False,
    wait: Wait = WAIT_SECONDS,
    db: Db = None,
) -> None:
    """Load exports that were downloaded by hand."""
    from langdock_usage.ingest.load import load as load_files
    from langdock_usage.store.lock import only_writer
    from langdock_usage.store.store import Store

    settings = settings_for(db)
    if timezone:
        zone(timezone)
    refused = False
    on_wait = None if quiet else say
    period = period_of(None, first, last)
    with (
        if_interrupted("the files that are named here are loaded."),
        only_writer(settings.database, wait, on_wait),
        Store(settings.database, wait_seconds=wait, on_wait=on_wait) as store,
    ):
        for loaded in load_files(
            store, files, timezone=timezone, period=period, default_timezone=settings.timezone
        ):
            if loaded.error:
                say(str(loaded))
            elif not quiet:
                write(str(loaded))
            for text in loaded.warnings:
                warn(text)
            refused = refused or loaded.error is not None
    if refused:
        raise typer.Exit(1)


@app.command()
def status(as_json: Json = False, db: Db = None) -> None:
    """Show which days are covered, missing or restated, and when data was last fetched."""
    from langdock_usage.store.status import as_text
    from langdock_usage.store.status import status as status_of

    found = status_of(settings_for(db).database)
    if as_json:
        write_json(found)
    else:
        write(as_text(found))


@app.command()
def unload(
    export_id: Annotated[str, typer.Argument(metavar="EXPORT_ID", help="As `load` named it.")],
    wait: Wait = WAIT_SECONDS,
    db: Db = None,
) -> None:
    """Remove an export that was loaded by mistake; what it superseded counts again."""
    from langdock_usage.ingest.unload import unload as unload_export

    database = settings_for(db).database
    write(str(unload_export(database, export_id, wait_seconds=wait, on_wait=say)))


@app.command()
def rebuild(
    skip_damaged: Annotated[
        bool, typer.Option("--skip-damaged", help="Set aside raw exports that are damaged.")
    ] = False,
    quiet: Quiet = False,
    wait: Wait = WAIT_SECONDS,
    db: Db = None,
) -> None:
    """Rebuild the database from the raw exports beside it."""
    from langdock_usage.ingest.rebuild import rebuild as rebuild_database

    settings = settings_for(db)
    with (
        if_interrupted("the database is as it was."),
        progress_bar("Rebuilding", quiet=quiet) as on_progress,
    ):
        rebuilt = rebuild_database(
            settings.database,
            on_progress,
            skip_damaged=skip_damaged,
            wait_seconds=wait,
            on_wait=None if quiet else say,
        )
    for text in rebuilt.left_out:
        warn(text)
    if not quiet:
        count = counted(rebuilt.export_count, "raw export")
        write(f"Rebuilt {settings.database} from {count}.")
