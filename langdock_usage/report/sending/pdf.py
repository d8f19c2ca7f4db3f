"""A report on paper: printed by a Chromium that is on this machine already."""

import os
import shutil
import subprocess
from pathlib import Path

from langdock_usage.errors import ReportError
from langdock_usage.files import temporary_folder

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "msedge", "brave-browser"),
)
TIMEOUT_SECONDS = 120


def find_browser() -> str:
    """A program that prints pages. Raises ReportError where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    raise ReportError(
        "A PDF is printed by Chromium, Chrome, Edge or Brave, and none of them is on the PATH; "
        "install one, or open the HTML file in any browser and print it there."
    )


def print_pdf(html: Path) -> Path:
    """The report as `NAME.pdf` beside it. Raises ReportError where that fails."""
    browser = find_browser()
    pdf = html.with_suffix(".pdf")
    with temporary_folder() as folder:
        printed = folder / "report.pdf"
        command = [
            *(browser, "--headless", "--disable-gpu", f"--user-data-dir={folder}/profile"),
            # as root, in a container, it has no sandbox to start; the page runs no script but ours
            *(["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []),
            *("--no-pdf-header-footer", "--virtual-time-budget=30000"),
            *(f"--print-to-pdf={printed}", html.absolute().as_uri()),
        ]
        try:
            ended = subprocess.run(  # noqa: S603
                command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ReportError(f"{browser} did not print {html}: {error}") from error
        if not printed.is_file():
            said = " ".join(ended.stderr.split())[-200:]
            raise ReportError(f"{browser} did not print {html}: {said or 'it said nothing'}")
        shutil.move(printed, pdf)
    return pdf
