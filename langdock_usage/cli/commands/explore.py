"""The commands for analysts: explore in JupyterLab, take a view along."""

from __future__ import annotations

import os
import shutil
import sys
from codecs import BOM_UTF8
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from langdock_usage.cli.console import say, write
from langdock_usage.cli.options import Db, Org, settings_for
from langdock_usage.errors import InvalidRequest
from langdock_usage.files import temporary_folder
from langdock_usage.settings import DEFAULT_DATABASE
from langdock_usage.windows import Period, parse_day, parse_month

if TYPE_CHECKING:
    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike


def lab(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- OPTION", help="For JupyterLab, like `-- --no-browser`."),
    ] = None,
    db: Db = None,
) -> None:
    """Open JupyterLab on the notebook `explore`."""
    from langdock_usage.cli.lab import prepare

    settings = settings_for(db)
    is_given = settings.database != DEFAULT_DATABASE
    ready = prepare(settings.database, is_given=is_given, project=settings.project)
    for remark in ready.remarks:
        say(remark)
    ready.start(arguments or [])


def _views() -> list[str]:
    from langdock_usage.writers.views import GRAINS

    return list(GRAINS)


View = Annotated[
    str | None,
    typer.Argument(
        metavar="VIEW", help="Like cost_per_key; --list names all.", autocompletion=_views
    ),
]
Month = Annotated[str | None, typer.Option(metavar="YYYY-MM", help="One month of it.")]
FromDay = Annotated[
    str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="From this day on.")
]
ToDay = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Until this day.")]
AnyPeriod = Annotated[
    str | None, typer.Option(metavar="PERIOD", help="Like 2026, 2026-Q3, 2026-06..2026-08.")
]
FileFormat = Annotated[
    Literal["csv", "parquet", "xlsx"] | None,
    typer.Option("--format", metavar="csv|parquet|xlsx", help="csv if not given."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="VIEW-PERIOD.csv if not given; - is standard output: CSV without a byte order mark, "
        "where a file has one for Excel.",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the file.")]
ListViews = Annotated[bool, typer.Option("--list", help="List the views, with what they are.")]


def export(
    view: View = None,
    month: Month = None,
    first: FromDay = None,
    last: ToDay = None,
    period: AnyPeriod = None,
    file_format: FileFormat = None,
    output: Output = None,
    overwrite: Overwrite = False,
    list_views: ListViews = False,
    org: Org = None,
    db: Db = None,
) -> None:
    """Write a view into a file: CSV, Parquet or XLSX, with exact numbers.

    Rows go by month, day or period, of each the costliest first.
    """
    if list_views:
        _list_views()
        return
    if view is None:
        raise InvalidRequest("Say which view; `langdock-usage export --list` names them.")
    from langdock_usage.metrics.usage import Usage

    asked, name = _asked(month, first, last, period)
    usage = Usage(settings_for(db).database)
    if output == Path("-"):
        if file_format not in (None, "csv"):
            raise InvalidRequest(f"Standard output takes CSV alone; name a file for {file_format}.")
        _to_standard_output(usage, view, asked, org)
        return
    if output is None:
        output = Path(f"{view}-{name}.{file_format or 'csv'}")
    elif file_format and output.suffix.lower() != f".{file_format}":
        raise InvalidRequest(f"{output} does not end in .{file_format}.")
    write(str(usage.export(view, output, asked, org=org, overwrite=overwrite)))


def _list_views() -> None:
    from langdock_usage.writers.views import described_views

    views = described_views()
    width = max(map(len, views))
    for view, comment in views.items():
        write(f"{view:<{width}}  {comment}")


def _asked(
    month: str | None, first: str | None, last: str | None, period: str | None
) -> tuple[PeriodLike, str]:
    """What the options ask about, and how the file is called by it. Raises InvalidRequest."""
    if sum(map(bool, (month, period, first or last))) > 1:
        raise InvalidRequest("Give either --month, or --period, or --from and --to.")
    if month:
        return parse_month(month), month
    if period:
        return period, period
    if not first and not last:
        return None, "all"
    days = Period(
        parse_day(first) if first else date.min,  # the ends of the calendar are open ends
        parse_day(last) if last else date.max,
    )
    return days, f"{first}_{last}" if first and last else f"from-{first}" if first else f"to-{last}"


def _to_standard_output(usage: Usage, view: str, asked: PeriodLike, org: str | None) -> None:
    """All of it or nothing, in UTF-8 whatever the terminal; a reader may leave before the end."""
    with temporary_folder() as folder:
        path = usage.export(view, folder / "view.csv", asked, org=org)
        with path.open("rb") as file:
            file.seek(len(BOM_UTF8))
            try:
                shutil.copyfileobj(file, sys.stdout.buffer)
                sys.stdout.flush()
            except BrokenPipeError:
                # or Python would try again at its end, and complain
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
