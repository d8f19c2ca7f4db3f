"""The small print: what the numbers rest on, and how to make them again."""

import platform
import shlex
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import version

import langdock_usage
from langdock_usage.errors import InvalidRequest
from langdock_usage.report.language import LANGUAGES
from langdock_usage.report.monthly import Month, Row
from langdock_usage.report.page.shown import Shown
from langdock_usage.report.page.table import Columns, Table
from langdock_usage.settings import DEFAULT_DATABASE, Settings

MOST_RESTATEMENTS = 300

PACKAGES = ("duckdb", "altair", "vl-convert-python", "papermill")


def command(month: Month, shown: Shown, notebook: str = "monthly_report") -> str:
    """The command that makes the report again."""
    words = ["langdock-usage", "report", notebook, "--month", month.name, "--org", month.org_id]
    usual = Settings.from_environment().project / DEFAULT_DATABASE
    if month.database.absolute() != usual.absolute():
        # a folder of its own would be nobody else's, and nobody else's business
        named = month.database.name if month.database.is_absolute() else month.database.as_posix()
        words += ["--db", named]
    if shown.language.code != LANGUAGES[0]:
        words += ["-p", "language", shown.language.code]
    return shlex.join(words)


def versions() -> str:
    """What the report was made with."""
    made = [f"{package} {version(package)}" for package in PACKAGES]
    own = f"langdock-usage {langdock_usage.__version__}"
    return ", ".join([own, *made, f"Python {platform.python_version()}"])


def moment_of(text: str) -> datetime:
    """A moment as text, in UTC unless it says otherwise, as DuckDB hands it out."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"{text!r} is no moment; write it like 2026-11-03T18:00.") from None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def restated_since(rows: Iterable[Row], then: datetime) -> dict[tuple[date, date], Decimal]:
    """By how much each period changed that was known `then` and has been restated since."""
    since: dict[tuple[date, date], Decimal] = {}
    for row in sorted(rows, key=lambda row: row["restated_at_utc"]):
        period = row["window_start"], row["window_end"]
        was_known = period in since or row["received_before_utc"] <= then
        if was_known and row["restated_at_utc"] > then:
            since[period] = since.get(period, Decimal(0)) + row["difference_usd"]
    return since


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
    """What newer exports said differently, the newest first."""
    rows = month.restatements[:MOST_RESTATEMENTS]
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
