"""The commands that bring the database up to date: fetch, load, unload, rebuild; and status."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from langdock_usage.cli.console import (
    if_interrupted,
    progress_bar,
    say,
    say_with_time,
    tell_retries,
    warn,
    write,
    write_json,
)
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
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.text import counted
from langdock_usage.windows import zone


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
    from langdock_usage.store.writing.lock import only_writer
    from langdock_usage.store.writing.store import Store

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


def status(as_json: Json = False, db: Db = None) -> None:
    """Show which days are covered, missing or restated, and when data was last fetched."""
    from langdock_usage.store.status import as_text
    from langdock_usage.store.status import status as status_of

    found = status_of(settings_for(db).database)
    if as_json:
        write_json(found)
    else:
        write(as_text(found))


def unload(
    export_id: Annotated[str, typer.Argument(metavar="EXPORT_ID", help="As `load` named it.")],
    wait: Wait = WAIT_SECONDS,
    db: Db = None,
) -> None:
    """Remove an export that was loaded by mistake; what it superseded counts again."""
    from langdock_usage.ingest.unload import unload as unload_export

    database = settings_for(db).database
    write(str(unload_export(database, export_id, wait_seconds=wait, on_wait=say)))


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
