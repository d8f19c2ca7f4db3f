"""The command `report`: one month or several."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from .console import progress_bar, say, write
from .errors import InvalidRequest
from .options import Db, Org, settings_for
from .windows import Period, months_of, parse_month, today

SEPARATOR = "\0"  # no argument can hold it


def report(
    name: Annotated[str, typer.Argument(help="The notebook, without .ipynb.")] = "monthly_report",
    month: Annotated[
        list[str] | None, typer.Option(metavar="YYYY-MM", help="The month; repeatable.")
    ] = None,
    months: Annotated[
        str | None, typer.Option(metavar="YYYY-MM..YYYY-MM", help="All months from one to another.")
    ] = None,
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where it goes.")] = Path("reports"),
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", metavar="KEY VALUE", help="A parameter of the notebook; repeatable."),
    ] = None,
    show_code: Annotated[
        bool, typer.Option("--show-code", help="Show the code of the notebook, too.")
    ] = False,
    org: Org = None,
    db: Db = None,
) -> None:
    """Render a month as one HTML file that needs nothing else."""
    settings = settings_for(db)
    asked = _months(month or [], months, today(settings.timezone, datetime.now(UTC)))
    options: dict[str, Any] = {
        "database": settings.database,
        "output": output,
        "org_id": org,
        "parameters": _parameters(parameter or []),
        "show_code": show_code,
    }
    from .report import render, render_many

    if len(asked) == 1:
        write(str(render(name, month=asked[0], **options)))
        return
    failed = 0
    with progress_bar("Rendering months") as on_progress:
        for done, made in enumerate(render_many(name, months=asked, **options), start=1):
            on_progress(done, len(asked))
            if made.error:
                failed += 1
                say(f"Error: {made.month}: {made.error}")
            else:
                write(str(made.html))
    if failed:
        raise typer.Exit(1)


def joined(arguments: list[str]) -> list[str]:
    """`-p KEY VALUE` as one value, because typer has no repeatable option of two."""
    joined: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        joined.append(argument)
        if argument == "-p":
            joined.append(SEPARATOR.join((next(rest, ""), next(rest, ""))))
    return joined


def _months(month: list[str], months: str | None, local_today: date) -> list[str]:
    """Every month asked for, once, in order. Raises InvalidRequest."""
    asked = [parse_month(text) for text in month]
    if months is not None:
        first, dots, last = months.partition("..")
        if not dots:
            raise InvalidRequest(
                f"{months!r} is no range of months; write it like 2026-01..2026-10."
            )
        asked += months_of(Period(parse_month(first).first, parse_month(last).last))
    if not asked:
        raise InvalidRequest("Say which month to report on, with --month YYYY-MM.")
    for period in asked:
        if period.first > local_today:
            raise InvalidRequest(
                f"{period.first:%Y-%m} is in the future; there is nothing to report yet."
            )
    return [f"{period.first:%Y-%m}" for period in sorted(set(asked))]


def _parameters(pairs: list[str]) -> dict[str, str]:
    split = [pair.partition(SEPARATOR) for pair in pairs]
    for key, _, value in split:
        if not key or not value:
            raise InvalidRequest("-p takes the name of a parameter and its value.")
    return {key: value for key, _, value in split}
