"""What is checked: a month of a workspace, as it is known now."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from langdock_usage.metrics.usage import Usage
from langdock_usage.windows import today


@dataclass(frozen=True)
class Month:
    """A month (`2026-10`) of a workspace, where its reports are, and the moment of the check."""

    usage: Usage
    name: str
    org_id: str
    reports: Path
    now: datetime

    def local_today(self) -> date:
        return today(self.usage.workspaces()[self.org_id], self.now)
