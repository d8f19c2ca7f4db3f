"""The command `statements`: what each team, or cost centre, has to bear of a month."""

from typing import Annotated, Literal

import typer

from langdock_usage.cli.commands.report import (
    Currency,
    Output,
    Parameters,
    Pdf,
    Quiet,
    Redact,
    keep_rates_of,
)
from langdock_usage.cli.console import if_interrupted, progress_bar, warn, write
from langdock_usage.cli.options import Db, Org, settings_for
from langdock_usage.errors import InvalidRequest
from langdock_usage.windows import parse_month

Month = Annotated[str, typer.Option(metavar="YYYY-MM", help="The month.")]
Per = Annotated[Literal["team", "cost_center"], typer.Option(help="Whose statements.")]
Shared = Annotated[
    Literal["none", "even", "by-cost"],
    typer.Option(help="How the cost of keys that are nobody's is shared out; none: a statement."),
]


def statements(
    month: Month,
    per: Per,
    shared: Shared = "none",
    output: Output = None,
    parameter: Parameters = None,
    redact: Redact = None,
    currency: Currency = None,
    pdf: Pdf = False,
    quiet: Quiet = False,
    org: Org = None,
    db: Db = None,
) -> None:
    """Write a statement for each team or cost centre, with its own usage only."""
    from langdock_usage.report.statements.make_many import StatementsRequest, make_statements

    settings = settings_for(db)
    parse_month(month)
    folder = output or settings.project / "reports"
    if folder.exists() and not folder.is_dir():
        raise InvalidRequest(f"{folder} is a file; name a folder for the statements.")
    parameters = dict(parameter or ())
    if currency:
        parameters["currency"] = currency.strip().upper()
        keep_rates_of(settings.database, [month], currency, org)
    request = StatementsRequest(
        database=settings.database,
        month=month,
        per=per,
        output=folder,
        rule=shared,
        org_id=org,
        parameters=parameters,
        is_redacted=redact is not None,
        as_pdf=pdf,
    )
    with (
        if_interrupted("no statement was written."),
        progress_bar("Making statements", quiet=quiet) as on_progress,
    ):
        made = make_statements(request, warn, on_progress)
    write(str(made))
