"""A sandbox on 23 November 2026, and its usage by the hour."""

from collections.abc import Iterator

import httpx
import pytest

from langdock_usage.sandbox.service.server import Sandbox, serve
from langdock_usage.sandbox.workspace.rows import HourRow
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.sandbox_api import NOW, Api


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    return Workspace.synthetic(today=NOW.date())


@pytest.fixture(scope="session")
def sandbox(workspace: Workspace) -> Iterator[Sandbox]:
    with serve(workspace, now=lambda: NOW, requests_per_minute=1_000_000) as running:
        yield running


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=5) as client:
        yield client


@pytest.fixture
def api(sandbox: Sandbox, http: httpx.Client) -> Api:
    return Api(sandbox, http)


@pytest.fixture(scope="session")
def hours(workspace: Workspace) -> list[HourRow]:
    return list(workspace.hours())
