"""What happened in the sandbox, as its cast has it, is told in its month, and nothing beside."""

from datetime import date, timedelta

import pytest

import langdock_usage as lu
from langdock_usage.sandbox.workspace.cast import CACHING_ON, SPIKE
from langdock_usage.sandbox.workspace.workspace import SANDBOX_ORG_ID, Workspace, key_id
from langdock_usage.windows import Period
from tests.support.data.sandbox_days import add_days

FIRST_OF_MONTH = date(2026, 11, 1)  # day 0 of the cast
pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")


@pytest.fixture(scope="module")
def usage(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> lu.Usage:
    """Twelve months up to 15 November 2026."""
    database = tmp_path_factory.mktemp("stories") / "usage.duckdb"
    year = Period(date(2025, 11, 16), date(2026, 11, 15))
    return lu.open(add_days(database, workspace, year))


@pytest.mark.slow
def test_the_batch_job_and_the_caching_team_are_all_that_is_told(usage: lu.Usage) -> None:
    found = {month: usage.anomalies(month) for month in usage.months()}
    told = {month: len(events) for month, events in found.items() if len(events)}
    assert told == {"2026-09": 1, "2026-10": 1}
    caching, batch = (found[month].iloc[0] for month in told)
    assert caching["first_day"].date() == FIRST_OF_MONTH + timedelta(days=CACHING_ON)
    assert caching["api_key_id"] == key_id(SANDBOX_ORG_ID, "legal")
    assert (caching["model"], caching["kind"]) == ("claude-sonnet-4-5", "level_shift")
    assert caching["cause"] == "caching"
    assert caching["excess_usd"] < -100
    assert batch["first_day"].date() == FIRST_OF_MONTH + timedelta(days=SPIKE[0])
    # the night of the second day ends, in UTC, on the third local day
    assert batch["last_day"].date() == FIRST_OF_MONTH + timedelta(days=SPIKE[1] + 1)
    assert batch["api_key_id"] == key_id(SANDBOX_ORG_ID, "nightly")
    assert (batch["model"], batch["kind"]) == ("gemini-2.5-flash", "spike")
    assert batch["cause"] == "volume"
    # 23 and 14 times its usual nights of about 20 USD
    assert 600 < batch["excess_usd"] < 900
