"""The real parts that tests share: a sandbox over a real socket, and a database fetched from it."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from langdock_usage.sandbox.service.server import Sandbox, serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.data.example_data import tiny_database as tiny_database
from tests.support.fetching import NOW, fetch_from
from tests.support.pages.reports import browser as browser
from tests.support.pages.reports import opened as opened
from tests.support.pages.reports import rendered as rendered
from tests.support.pages.reports import two_months_database as two_months_database

SLOW_FIXTURES = {"browser", "rendered"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a browser, or a report that a kernel made, is slow without saying so.

    Files with slow tests come first, most of them first of all: at the end, quick ones keep every
    process busy.
    """
    slow: Counter[Path] = Counter()
    for item in items:
        if SLOW_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
        slow[item.path] += item.get_closest_marker("slow") is not None
    items.sort(key=lambda item: -slow[item.path])


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where a test makes a database of its own."""
    return tmp_path / "test.duckdb"


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    return Workspace.synthetic(today=NOW.date())


@pytest.fixture(scope="session")
def sandbox(workspace: Workspace) -> Iterator[Sandbox]:
    """A sandbox that stands still at NOW, and never says 429."""
    with serve(workspace, now=lambda: NOW, requests_per_minute=1_000_000) as sandbox:
        yield sandbox


# for a module, because the whole minute's pace of a sandbox is shared by those who use it
@pytest.fixture(scope="module")
def live_sandbox() -> Iterator[Sandbox]:
    """A sandbox whose today is today, as the command line takes it to be."""
    with serve(Workspace.synthetic(today=datetime.now(UTC).date())) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def year(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all the history that the service gives. Read only, please.

    It takes seconds: processes of pytest-xdist share it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    made = shared / "year"
    with FileLock(shared / "year.lock"):
        if not made.exists():
            making = shared / "year-in-the-making"
            fetch_from(sandbox, making / "year.duckdb")
            making.rename(made)
    return made / "year.duckdb"
