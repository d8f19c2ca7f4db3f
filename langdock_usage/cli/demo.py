"""The whole main job without an account: sandbox → fetch over HTTP → report."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from langdock_usage.ingest.fetching.fetch import fetch_into
from langdock_usage.ingest.fetching.fetch_session import Progress
from langdock_usage.raw.archive import Archive
from langdock_usage.raw.reference.copies import ReferenceCopies
from langdock_usage.report.render import render
from langdock_usage.sandbox.service.server import serve
from langdock_usage.sandbox.workspace.owners import keys_file
from langdock_usage.sandbox.workspace.workspace import Workspace
from langdock_usage.settings import Settings
from langdock_usage.windows import month_before, month_of, today

TIMEZONE = "Europe/Berlin"
DATABASE = Path("data/demo.duckdb")
OUTPUT = Path("reports/demo")


def run_demo(
    say: Callable[[str], None], progress_bar: Callable[[str], AbstractContextManager[Progress]]
) -> Path:
    """Fetch twelve months from the sandbox and render the last complete month; the HTML file."""
    local_today = today(TIMEZONE, datetime.now(UTC))
    _remove_last_demo()
    say("Starting the sandbox: a made-up workspace behind a stand-in of the API, on loopback.")
    last_month = month_before(month_of(local_today))
    with serve(Workspace.synthetic(today=local_today)) as sandbox:
        # a rebuilt database takes the file that was loaded last
        keys = keys_file(sandbox.workspace.org_id, moved_on=last_month.first)
        ReferenceCopies(Archive(DATABASE), "keys").keep(keys.encode(), datetime.now(UTC))
        settings = Settings(sandbox.api_key, sandbox.base_url, DATABASE, TIMEZONE)
        fetched = fetch_into(settings, progress_bar=progress_bar)
    say(fetched.summary(DATABASE))
    month = f"{last_month.first:%Y-%m}"
    say(f"Rendering the report of {month}.")
    return render("monthly_report", database=DATABASE, month=month, output=OUTPUT)


def _remove_last_demo() -> None:
    """The made-up workspace moves with the calendar, so yesterday's demo does not go on."""
    DATABASE.unlink(missing_ok=True)
    DATABASE.with_suffix(".duckdb.wal").unlink(missing_ok=True)
    shutil.rmtree(Archive(DATABASE).folder, ignore_errors=True)
