"""What all kinds of danger begin with: made once for each process of the tests."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from langdock_usage.sandbox.service.server import serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.endurance.commands import Begin, make_begin
from tests.endurance.forks import Forks, forks
from tests.endurance.trial import Trial


@pytest.fixture(scope="package")
def forked() -> Iterator[Forks]:
    """Command lines that begin at once."""
    with forks() as forked:
        yield forked


@pytest.fixture(scope="package")
def begin(forked: Forks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begin]:
    """The folders that commands begin in, and a sandbox that stands still."""
    moment = datetime.now(UTC)
    workspace = Workspace.synthetic(today=moment.date())
    with serve(workspace, now=lambda: moment, requests_per_minute=1_000_000) as sandbox:
        yield make_begin(tmp_path_factory.mktemp("begin"), forked, sandbox)


@pytest.fixture(scope="package")
def trial(begin: Begin, forked: Forks, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """Where commands are run in which something happens."""
    return Trial(tmp_path_factory.mktemp("trial") / "trial", begin, forked)
