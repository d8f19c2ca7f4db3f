"""Reports that several tests look at; made once, because a report costs seconds."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.support.data.databases import UsageRow, add_usage
from tests.support.data.example_data import two_months
from tests.support.pages.browser import open_browser


@dataclass(frozen=True)
class Rendered:
    """A report, and what it was made from."""

    database: Path
    rows: list[UsageRow]
    html: Path

    @property
    def text(self) -> str:
        return self.html.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def two_months_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """September and October 2026, made up."""
    return add_usage(tmp_path_factory.mktemp("data") / "usage.duckdb", two_months())


@pytest.fixture(scope="session")
def rendered(two_months_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The monthly report of October 2026."""
    from langdock_usage.report.render import render

    folder = tmp_path_factory.mktemp("reports")
    html = render("monthly_report", database=two_months_database, month="2026-10", output=folder)
    return Rendered(two_months_database, two_months(), html)


# For a module, not the session: while it is open, Playwright's event loop runs in this thread, and
# no other test could call asyncio.run.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; without one, tests that need it skip and say so."""
    with open_browser() as chromium:
        yield chromium


class Opened:
    """A report as a browser shows it, with all that it asked for and complained about."""

    def __init__(self, browser: Browser, html: Path, **options: object) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.context = browser.new_context(offline=True, **options)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.page.on("request", self._note)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(html.as_uri())
        self.page.wait_for_selector("html[data-drawn]", timeout=30_000)

    def resize(self, width: int, height: int) -> None:
        """Give the page another width, and wait until each chart is drawn for it."""
        charts = "[...document.querySelectorAll('.chart[role=img]')]"
        mark = f"{charts}.forEach((chart) => chart.querySelector('svg').classList.add('before'))"
        self.page.evaluate(mark)
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_function(
            f"() => {charts}.every((chart) => chart.querySelector('svg:not(.before)'))"
        )

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)


@pytest.fixture(scope="module")
def opened(browser: Browser, rendered: Rendered) -> Iterator[Opened]:
    """The report of October 2026 on a desktop."""
    shown = Opened(browser, rendered.html, viewport={"width": 1200, "height": 900})
    yield shown
    shown.context.close()


def saved(opened: Opened, name: str) -> str:
    details = opened.page.locator(f"[data-file^={name}-2026]")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    with opened.page.expect_download() as download:
        details.locator("a[download]").click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")
