"""Finding a browser for the tests that look at a report."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Debian's Chromium, or the one that Playwright brought; skips the test if there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        except Error as error:
            if os.environ.get("REQUIRE_BROWSER") == "1":
                raise
            reason = str(error).splitlines()[0]
            pytest.skip(f"no browser: install chromium to look at the reports ({reason})")
        yield browser
        browser.close()
