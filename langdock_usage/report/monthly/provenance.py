"""What the numbers of a report rest on, and how to make them again."""

import json
import os
import platform
import shlex
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import pandas as pd

import langdock_usage
from langdock_usage.errors import InvalidRequest
from langdock_usage.report.language import LANGUAGES
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.notebooks import ASKED_REPORT
from langdock_usage.settings import DEFAULT_DATABASE, Settings

PACKAGES = ("duckdb", "altair", "vl-convert-python", "papermill")


def command(database: Path, month: str, org_id: str, language: str) -> str:
    """The command that makes the report again: of the notebook that is executed, as it was asked.

    In JupyterLab nobody knows which that is, and it is the monthly report.
    """
    asked = json.loads(os.environ.get(ASKED_REPORT) or "{}")
    notebook = asked.get("notebook", "monthly_report")
    words = ["langdock-usage", "report", notebook, "--month", month, "--org", org_id]
    database = Path(asked.get("database", database))  # of a redacted report, not its copy
    usual = Settings.from_environment().project / DEFAULT_DATABASE
    if database.absolute() != usual.absolute():
        # a folder of its own would be nobody else's, and nobody else's business
        words += ["--db", database.name if database.is_absolute() else database.as_posix()]
    if language != LANGUAGES[0]:
        words += ["-p", "language", language]
    if asked.get("is_redacted"):
        words += ["--redact", "keys"]
    for name, value in asked.get("parameters", {}).items():
        if name == "currency":
            words += ["--currency", value]
        elif name != "language":
            words += ["-p", name, value]
    return shlex.join(words)


def versions() -> str:
    """What the report was made with."""
    made = [f"{package} {version(package)}" for package in PACKAGES]
    own = f"langdock-usage {langdock_usage.__version__}"
    return ", ".join([own, *made, f"Python {platform.python_version()}"])


def moment_of(text: str) -> datetime:
    """A moment as text, in UTC unless it says otherwise; without its zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"{text!r} is no moment; write it like 2026-11-03T18:00.") from None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def since(
    moment: str, restatements: pd.DataFrame, exports: pd.DataFrame, formatter: Formatter
) -> Iterator[tuple[str, dict[str, object]]]:
    """What to note about a report that rested on data of `moment`: names of notes, with values."""
    then = moment_of(moment)
    changed = restated_since(restatements, then)
    name = "new_restatements" if changed else "no_new_restatements"
    yield (
        name,
        {
            "moment": formatter.moment(then),
            "count": len(changed),
            "difference": formatter.difference(sum(changed.values(), Decimal(0))),
        },
    )
    received = exports["fetched_at"] > pd.Timestamp(then, tz="UTC")
    newer = int(received.sum()) - len(changed)
    if newer > 0:
        yield "newer_exports", {"count": newer}


def restated_since(restatements: pd.DataFrame, then: datetime) -> dict[tuple[date, date], Decimal]:
    """By how much each period changed that was known `then` and has been restated since."""
    moment = pd.Timestamp(then, tz="UTC")
    since: dict[tuple[date, date], Decimal] = {}
    for row in restatements.sort_values("restated_at").to_dict("records"):
        period = row["first_day"], row["last_day"]
        was_known = period in since or row["received_before_at"] <= moment
        if was_known and row["restated_at"] > moment:
            since[period] = since.get(period, Decimal(0)) + row["change_usd"]
    return since
