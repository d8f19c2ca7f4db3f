"""The command line: parse, call, print. Errors become one line and an exit status here alone."""

import contextlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from .console import progress_bar, say, write
from .errors import LangdockUsageError
from .explore_cli import export, lab
from .keys_cli import keys_app
from .options import Db, First, Last, Org, Wait, Zone, period_of, settings_for
from .report_cli import joined, report
from .settings import WAIT_SECONDS
from .windows import zone

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="What each API key and each model of a Langdock workspace costs, "
    "and how well prompt caching works.",
    epilog="With --debug, anywhere on the line, an error shows its traceback.",
)

app.add_typer(keys_app)
app.command()(lab)
app.command()(export)
app.command()(report)


def main() -> None:
    """Run the command line; exit status 0 done, 1 the work failed, 2 the command line is wrong."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    try:
        app(joined(arguments))
    except Exception as error:
        if debug:
            raise
        status = error.exit_status if isinstance(error, LangdockUsageError) else 1
        say(_one_line(error))
        sys.exit(status)
    except KeyboardInterrupt:
        say("Interrupted; what arrived is kept.")
        sys.exit(130)


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, LangdockUsageError):
        return f"Error: {text}"
    if isinstance(error, OSError) and error.strerror:
        return f"Error: {error.strerror}: {error.filename or 'while working on a file'}"
    return f"Unexpected error: {type(error).__name__}: {text} (--debug shows where)"


@app.command()
def demo() -> None:
    """Do the whole main job without an account: sandbox, fetch over HTTP, monthly report."""
    from .demo import run_demo

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
    org: Org = None,
    wait: Wait = WAIT_SECONDS,
    db: Db = None,
) -> None:
    """Bring the database up to date: one export per local day, grouped by model."""
    settings = settings_for(db)
    if timezone:
        zone(timezone)
    period = period_of(month, first, last)
    zone(settings.timezone)
    from .fetch import fetch_into

    fetched = fetch_into(
        settings,
        period=period,
        timezone=timezone,
        refresh_days=refresh_days,
        org_id=org,
        wait_seconds=wait,
        on_warning=lambda text: say(f"Warning: {text}"),
        on_wait=say,
        progress_bar=progress_bar,
    )
    if fetched.unknown_columns:
        columns = ", ".join(fetched.unknown_columns)
        say(f"Columns that are not known here, kept in the raw files: {columns}.")
    write(fetched.summary(settings.database))


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV, plain or gzip.")],
    timezone: Annotated[
        str | None, typer.Option(metavar="IANA", help="Zone of the export; UTC if not given.")
    ] = None,
    first: First = None,
    last: Last = None,
    wait: Wait = WAIT_SECONDS,
    db: Db = None,
) -> None:
    """Take in exports that were downloaded by hand."""
    from .load import load as load_files
    from .lock import only_writer
    from .store import Store

    settings = settings_for(db)
    if timezone:
        zone(timezone)
    refused = False
    period = period_of(None, first, last)
    with (
        only_writer(settings.database, wait, say),
        Store(settings.database, wait_seconds=wait, on_wait=say) as store,
    ):
        for loaded in load_files(store, files, timezone=timezone, period=period):
            (say if loaded.error else write)(str(loaded))
            for text in loaded.warnings:
                say(f"Warning: {text}")
            refused = refused or loaded.error is not None
    if refused:
        raise typer.Exit(1)


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    db: Db = None,
) -> None:
    """Say what the database holds: days covered and missing, last fetch, restated days."""
    from .status import as_text
    from .status import status as status_of

    found = status_of(settings_for(db).database)
    write(json.dumps(found, indent=2, ensure_ascii=False) if as_json else as_text(found))


@app.command()
def rebuild(wait: Wait = WAIT_SECONDS, db: Db = None) -> None:
    """Make the database anew from the raw exports beside it."""
    from .rebuild import rebuild as rebuild_database

    settings = settings_for(db)
    with progress_bar("Rebuilding") as on_progress:
        count = rebuild_database(settings.database, on_progress, wait_seconds=wait, on_wait=say)
    write(f"Rebuilt {settings.database} from {count} raw exports.")


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    byok: Annotated[
        bool, typer.Option("--byok/--no-byok", help="Does the workspace have token data?")
    ] = True,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Make trouble; repeatable, `all` for all of it."),
    ] = None,
    dates: Annotated[
        Literal["either", "plain", "z", "as-utc"],
        typer.Option(help="Dates taken: with or without Z, one of them, or Z read as UTC."),
    ] = "either",
    latency: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How long an export takes.")
    ] = 0.0,
) -> None:
    """Serve the sandbox API until interrupted."""
    import threading

    from .sandbox.server import serve
    from .sandbox.workspace import Workspace

    workspace = Workspace.synthetic(today=datetime.now(UTC).date(), byok=byok)
    with serve(
        workspace, port=port, faults=fault or (), dates=dates, latency_seconds=latency
    ) as served:
        write(f"LANGDOCK_BASE_URL={served.base_url}")
        write(f"LANGDOCK_API_KEY={served.api_key}")
        sys.stdout.flush()
        say("Serving until interrupted; both lines above go into the environment of `fetch`.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
