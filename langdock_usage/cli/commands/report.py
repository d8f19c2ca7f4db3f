"""The command `report`: one month or several."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from langdock_usage.cli.console import if_interrupted, progress_bar, say, warn, write, write_json
from langdock_usage.cli.options import Db, Json, Org, settings_for
from langdock_usage.errors import InvalidRequest, NoData
from langdock_usage.settings import Settings
from langdock_usage.windows import Period, month_before, month_of, months_of, parse_month, today


def as_given(value: Any) -> Any:
    """In place of a type that typer would make of a value: see `ReportCommand`."""
    return value


class ReportCommand(TyperCommand):
    """The command whose option `-p` takes two values, and can be repeated.

    Click has such options; typer declares repeatable ones, and ones of two values, but not both.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        [pairs] = [param for param in self.params if param.name == "parameter"]
        pairs.nargs = 2


Name = Annotated[str, typer.Argument(metavar="NAME", help="The notebook, without .ipynb.")]
Month = Annotated[
    list[str] | None,
    typer.Option(metavar="YYYY-MM", help="The month, else the last complete one; repeatable."),
]
Months = Annotated[
    str | None, typer.Option(metavar="YYYY-MM..YYYY-MM", help="All months from one to another.")
]
Output = Annotated[
    Path | None,
    typer.Option(metavar="DIR|FILE.html", help="Where it goes; `reports` if not given."),
]
Parameters = Annotated[
    list[Any] | None,
    typer.Option(
        "-p",
        metavar="KEY VALUE",
        parser=as_given,
        help="A parameter of the notebook, like `-p language de`; repeatable.",
    ),
]
ShowCode = Annotated[bool, typer.Option("--show-code", help="Show the code of the notebook, too.")]
RequireFinal = Annotated[
    bool,
    typer.Option(
        "--require-final", help="Fail where the month is not final, complete and reconciled."
    ),
]
Redact = Annotated[
    Literal["keys"] | None,
    typer.Option(help="Pseudonyms for keys, teams, cost centres and owners; `redact` undoes one."),
]
Pdf = Annotated[
    bool, typer.Option("--pdf", help="Print it as PDF as well, with a Chromium that is there.")
]
Since = Annotated[
    Path | None,
    typer.Option(metavar="FILE.html", help="Say what changed since this version of the report."),
]
Eml = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Write a message with the report to send; sends nothing."),
]
Currency = Annotated[
    str | None,
    typer.Option(
        metavar="CODE", help="Amounts in another currency beside USD: EUR, at the ECB's rates."
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print only the path, warnings and errors.")
]


def report(
    name: Name = "monthly_report",
    month: Month = None,
    months: Months = None,
    output: Output = None,
    parameter: Parameters = None,
    show_code: ShowCode = False,
    require_final: RequireFinal = False,
    redact: Redact = None,
    currency: Currency = None,
    since: Since = None,
    pdf: Pdf = False,
    eml: Eml = None,
    as_json: Json = False,
    quiet: Quiet = False,
    org: Org = None,
    db: Db = None,
) -> None:
    """Render a month as one HTML file that needs nothing else."""
    settings = settings_for(db)
    chosen = _months(month or [], months, today(settings.timezone, datetime.now(UTC)))
    if not chosen:
        chosen = [_last_complete_month(settings, org)]
        if not quiet:
            say(f"Reporting on {chosen[0]}, the last complete month.")
    parameters = dict(parameter or ())
    if currency:
        parameters["currency"] = currency.strip().upper()
        keep_rates_of(settings.database, chosen, currency, org)
    options = {
        "database": settings.database,
        "output": output or settings.project / "reports",
        "org_id": org,
        "parameters": parameters,
        "show_code": show_code,
        "require_final": require_final,
        "is_redacted": redact is not None,
        "since": since,
        "as_pdf": pdf,
        "address": eml,
    }
    with if_interrupted("a report that is not named here was not written."):
        if len(chosen) == 1:
            _render_one(name, chosen[0], options, as_json=as_json)
        else:
            _render_several(name, chosen, options, as_json=as_json, quiet=quiet)


def keep_rates_of(database: Path, months: list[str], currency: str, org: str | None) -> None:
    """What a report states in another currency never changes."""
    from langdock_usage.ingest.exchange_rates import keep_rates
    from langdock_usage.report.monthly.open_month import without_warnings

    with without_warnings():  # the head of the report says which days are missing
        for month in months:
            keep_rates(database, month, currency, org, on_wait=say)


def _render_one(name: str, month: str, options: dict[str, Any], *, as_json: bool) -> None:
    from langdock_usage.report.render import render

    html = render(name, month=month, on_warning=warn, **options)
    if as_json:
        write_json(_described(html))
    else:
        write(str(html))


def _render_several(
    name: str, months: list[str], options: dict[str, Any], *, as_json: bool, quiet: bool
) -> None:
    from langdock_usage.report.render import is_html_file
    from langdock_usage.report.render_many import render_many

    if is_html_file(options["output"]):
        raise InvalidRequest(
            f"{options['output']} is one file, for one month; name a folder for several."
        )
    reports: dict[str, dict[str, object]] = {}
    failed = 0
    with progress_bar("Rendering months", quiet=quiet) as on_progress:
        for done, made in enumerate(render_many(name, months=months, **options), start=1):
            on_progress(done, len(months))
            for text in made.warnings:
                warn(f"{made.month}: {text}")
            if made.error:
                failed += 1
                text = made.error.on_command_line
                say(f"Error: {made.month}: {text}")
                reports[made.month] = {"month": made.month, "error": text}
            elif made.html and as_json:
                reports[made.month] = _described(made.html)
            else:
                write(str(made.html))
    if as_json:
        write_json([reports[month] for month in months])
    if failed:
        raise typer.Exit(1)


def _described(html: Path) -> dict[str, object]:
    """The files of a report, and what it carries for programs, without the lists."""
    from langdock_usage.report.previous_report import summary_of_report

    summary = summary_of_report(html)
    figures = {name: value for name, value in summary.items() if not isinstance(value, list)}
    return {**figures, "html": str(html), "notebook": str(html.with_suffix(".ipynb"))}


def _months(month: list[str], months: str | None, local_today: date) -> list[str]:
    """Every month asked for, once, in order. Raises InvalidRequest."""
    chosen = [parse_month(text) for text in month]
    if months is not None:
        first, dots, last = months.partition("..")
        if not dots:
            raise InvalidRequest(
                f"{months!r} is no range of months; write it like 2026-01..2026-10."
            )
        chosen += months_of(Period(parse_month(first).first, parse_month(last).last))
    for period in chosen:
        if period.first > local_today:
            raise InvalidRequest(
                f"{period.first:%Y-%m} is in the future; there is nothing to report yet."
            )
    return [f"{period.first:%Y-%m}" for period in sorted(set(chosen))]


def _last_complete_month(settings: Settings, org: str | None) -> str:
    """The last month that is over in the zone of the workspace.

    Raises NoData where the database lacks it, and what `Usage.workspace` raises.
    """
    from langdock_usage.metrics.usage import Usage

    usage = Usage(settings.database)
    org_id = usage.workspace(org)
    local_today = today(usage.workspaces()[org_id], datetime.now(UTC))
    month = f"{month_before(month_of(local_today)).first:%Y-%m}"
    known = usage.months(org_id)
    if month not in known:
        there_is = f"it has {known[0]} to {known[-1]}" if known else "it has no whole month"
        raise NoData(
            f"The database holds nothing for {month}, the last complete month; {there_is}. "
            "Bring it in with `langdock-usage fetch`, or say which month with --month."
        )
    return month
