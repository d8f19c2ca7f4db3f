"""The command line: parse, call, print. Errors become one line and an exit status here alone."""

import sys

import typer

from langdock_usage.cli.command_line import command_line, langdock_usage
from langdock_usage.cli.commands.check import check
from langdock_usage.cli.commands.explore import export, lab
from langdock_usage.cli.commands.ingest import fetch, load, rebuild, status, unload
from langdock_usage.cli.commands.lake import lake
from langdock_usage.cli.commands.redact import redact
from langdock_usage.cli.commands.reference_apps import reference_apps
from langdock_usage.cli.commands.report import ReportCommand, report
from langdock_usage.cli.commands.sandbox import demo, sandbox
from langdock_usage.cli.commands.statements import statements
from langdock_usage.cli.console import (
    say,
    warnings_as_lines,
    write_what_can_be_written,
)
from langdock_usage.errors import LangdockUsageError
from langdock_usage.raw.reference.kinds import STATED

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.callback()(langdock_usage)
for reference_app in reference_apps():
    app.add_typer(reference_app)
for command in (demo, fetch, load, unload, rebuild, status, check, lab, export, lake, sandbox):
    app.command()(command)
for reporting in (report, statements):
    app.command(cls=ReportCommand)(reporting)
app.add_typer(redact)

ORDER = (
    *("demo", "fetch", "report", "status", "check", "statements"),  # the first steps
    *("load", *(kind.name for kind in STATED), "export", "lake", "lab"),
    *("unload", "rebuild", "redact", "sandbox"),
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
