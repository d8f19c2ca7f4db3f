"""The sandbox's workspace in a database, day by day, without a service in between."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from langdock_usage.sandbox.workspace.workspace import Workspace
from langdock_usage.windows import Period
from tests.support.data.databases import UsageRow, add_usage

BERLIN = ZoneInfo("Europe/Berlin")


def add_days(database: Path, workspace: Workspace, days: Period) -> Path:
    """Add these days, each received in the morning after; its path."""
    return add_usage(database, rows_of(workspace, days), org_id=workspace.org_id)


def rows_of(workspace: Workspace, days: Period) -> Iterator[UsageRow]:
    """What exports of these days state."""
    for day in days.days():
        start, end = (
            datetime(at.year, at.month, at.day, tzinfo=BERLIN)
            for at in (day, day + timedelta(days=1))
        )
        for row in workspace.usage(start, end, by_model=True):
            tokens = (
                row.sum_prompt_tokens,
                row.sum_completion_tokens,
                row.cached_prompt_tokens,
                row.cache_creation_tokens,
                row.no_cache_tokens,
            )
            yield UsageRow(
                day,
                row.api_key_id,
                row.api_key_name,
                row.model,
                row.requests,
                row.total_cost_usd,
                tokens,
            )
