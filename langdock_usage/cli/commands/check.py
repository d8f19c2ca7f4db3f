"""The command `check`: what of a month needs a person."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from langdock_usage.cli.console import write, write_json
from langdock_usage.cli.options import Db, Org, settings_for
from langdock_usage.settings import DEFAULT_DATABASE

NEEDS_A_PERSON = 3


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def check(
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="The month, else the running one.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How findings are written.")] = Format.TEXT,
    reports: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where reports are; `reports` if not given.")
    ] = None,
    org: Org = None,
    db: Db = None,
) -> None:
    """Tell what needs a person: exit status 3; 0 if there is nothing to do.

    Which findings, and from how much on, is in `data/check.toml`.
    """
    from langdock_usage.check.check import check as check_month
    from langdock_usage.check.formats import as_markdown, as_text, as_values
    from langdock_usage.check.thresholds import read_thresholds
    from langdock_usage.metrics.usage import Usage

    settings = settings_for(db)
    checked = check_month(
        Usage(settings.database),
        month,
        org,
        thresholds=read_thresholds(settings.project / DEFAULT_DATABASE.parent / "check.toml"),
        reports=reports or settings.project / "reports",
        now=datetime.now(UTC),
    )
    if format is Format.JSON:
        write_json(as_values(checked))
    else:
        write(as_markdown(checked) if format is Format.MARKDOWN else as_text(checked))
    if checked.findings:
        raise typer.Exit(NEEDS_A_PERSON)
