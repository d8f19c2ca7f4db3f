"""The commands for analysts: explore in JupyterLab, take a view along."""

from pathlib import Path
from typing import Annotated

import typer

from .console import say, write
from .errors import InvalidRequest
from .options import Db, First, Last, Org, period_of, settings_for
from .settings import DEFAULT_DATABASE


def lab(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[-- OPTIONS]", help="For JupyterLab itself.")
    ] = None,
    db: Db = None,
) -> None:
    """Open JupyterLab on the notebook `explore`."""
    from .lab import prepare

    database = settings_for(db).database
    ready = prepare(database, is_given=database != DEFAULT_DATABASE)
    for remark in ready.remarks:
        say(remark)
    ready.start(arguments or [])


def export(
    view: Annotated[str, typer.Argument(metavar="VIEW", help="Like cost_per_key or daily_cost.")],
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="One month of it.")] = None,
    first: First = None,
    last: Last = None,
    file_format: Annotated[
        str | None, typer.Option("--format", metavar="csv|parquet|xlsx", help="csv if not given.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="VIEW-YYYY-MM.csv if not given.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file.")] = False,
    org: Org = None,
    db: Db = None,
) -> None:
    """Write a view into a file: CSV, Parquet or XLSX, with exact numbers."""
    from .queries import Usage

    period = period_of(month, first, last)
    if output is None:
        days = month or (f"{period.first}_{period.last}" if period else "all")
        output = Path(f"{view}-{days}.{file_format or 'csv'}")
    elif file_format and output.suffix.lower() != f".{file_format}":
        raise InvalidRequest(f"{output} does not end in .{file_format}.")
    usage = Usage(settings_for(db).database)
    write(str(usage.export(view, output, period, org=org, overwrite=overwrite)))
