"""The small print: what the numbers rest on, and how to make them again."""

import platform
import shlex
from importlib.metadata import version

import langdock_usage
from langdock_usage.language import LANGUAGES
from langdock_usage.monthly import Month

from .shown import Shown
from .table import Columns, Table

PACKAGES = ("duckdb", "altair", "vl-convert-python", "papermill")


def command(month: Month, shown: Shown, notebook: str = "monthly_report") -> str:
    """The command that makes the report again."""
    words = ["langdock-usage", "report", notebook, "--month", month.name, "--org", month.org_id]
    if shown.language.code != LANGUAGES[0]:
        words += ["-p", "language", shown.language.code]
    return shlex.join(words)


def versions() -> str:
    """What the report was made with."""
    made = [f"{package} {version(package)}" for package in PACKAGES]
    own = f"langdock-usage {langdock_usage.__version__}"
    return ", ".join([own, *made, f"Python {platform.python_version()}"])


def exports(month: Month, shown: Shown) -> Table:
    """The exports whose rows are counted."""
    rows = month.exports
    title = shown.language.text("titles.exports", count=shown.language.number(len(rows)))
    make = Columns(shown)
    return Table(
        name="exports",
        caption=title,
        columns=[
            make.periods("period", [(row["window_start"], row["window_end"]) for row in rows]),
            make.moments("received", [row["fetched_at_utc"] for row in rows]),
            make.counts("rows", [row["record_count"] for row in rows]),
            make.names("export_id", [row["export_id"] for row in rows]),
            make.names("sha256", [row["sha256"] for row in rows]),
        ],
        title=title,
    )


def restatements(month: Month, shown: Shown) -> Table:
    """What newer exports said differently."""
    rows = month.restatements
    make = Columns(shown)
    requests = [row["requests_after"] - row["requests_before"] for row in rows]
    return Table(
        name="restatements",
        caption=shown.language.text("titles.restatements"),
        columns=[
            make.periods("period", [(row["window_start"], row["window_end"]) for row in rows]),
            make.moments("restated", [row["restated_at_utc"] for row in rows]),
            make.money("cost_before", [row["total_cost_usd_before"] for row in rows]),
            make.money("cost_after", [row["total_cost_usd_after"] for row in rows]),
            make.differences("difference_usd", [row["difference_usd"] for row in rows]),
            make.counts("more_requests", requests),
        ],
        is_open=True,
    )


def accounting(month: Month, shown: Shown) -> Table:
    """How many rows state their tokens in which way."""
    rows = month.accounting
    kinds = shown.language.texts("accounting")
    make = Columns(shown)
    title = shown.language.text("titles.accounting")
    return Table(
        name="accounting",
        caption=title,
        columns=[
            make.names("accounting", [kinds[row["token_accounting"] or "none"] for row in rows]),
            make.counts("rows", [row["usage_rows"] for row in rows]),
            make.money("total_cost_usd", [row["total_cost_usd"] for row in rows]),
        ],
        title=title,
        is_open=True,
    )
