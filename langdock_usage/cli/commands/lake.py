"""The command `lake`: databases as Parquet files, for those who have many."""

import os
from pathlib import Path
from typing import Annotated

import typer

from langdock_usage.cli.console import if_interrupted, progress_bar, say, write
from langdock_usage.cli.options import Quiet, Wait, settings_for
from langdock_usage.settings import WAIT_SECONDS

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the lake.")]
Databases = Annotated[
    list[Path] | None,
    typer.Option(
        "--db",
        metavar="PATH",
        help="A DuckDB file; repeatable. If none is given: those of the lake, "
        "in a new one [LANGDOCK_USAGE_DB].",
    ),
]


def lake(
    folder: Folder,
    db: Databases = None,
    quiet: Quiet = False,
    wait: Wait = WAIT_SECONDS,
) -> None:
    """Write databases into a folder of Parquet files, or bring it up to date.

    Only what changed is written. `--db DIR` of other commands reads from it.
    """
    from langdock_usage.writers.lake.write import databases_of_lake, write_lake

    databases = db or databases_of_lake(folder) or [_default_database()]
    with (
        if_interrupted("the lake is as it was."),
        progress_bar("Writing the lake", quiet=quiet) as on_progress,
    ):
        written = write_lake(
            folder, databases, on_progress, wait_seconds=wait, on_wait=None if quiet else say
        )
    if not quiet:
        write(str(written))


def _default_database() -> Path:
    """As seen from here: the lake tells nobody where on this machine it was made."""
    return Path(os.path.relpath(settings_for(None).database))
