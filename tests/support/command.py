"""The command line in a process of its own."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from langdock_usage.sandbox.service.server import Sandbox

ROOT = Path(__file__).parent.parent.parent
NOW = datetime.now(UTC)
YESTERDAY = (NOW - timedelta(days=1)).date()
LAST_MONTH = NOW.date().replace(day=1) - timedelta(days=1)


def environment_of(sandbox: Sandbox | None) -> dict[str, str]:
    """What a process inherits, with the sandbox in the place of the service."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("LANGDOCK")}
    if sandbox:
        inherited |= {
            "LANGDOCK_API_KEY": sandbox.api_key,
            "LANGDOCK_BASE_URL": sandbox.base_url,
            "LANGDOCK_USAGE_TIMEZONE": "Europe/Berlin",
        }
    return inherited


def run(
    folder: Path, *arguments: str, sandbox: Sandbox | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "langdock_usage", *arguments],
        cwd=folder,
        env=environment_of(sandbox) | environment,
        capture_output=True,
        text=True,
        encoding=environment.get("PYTHONIOENCODING"),
        timeout=120,
        check=False,
    )


def assert_refused(result: subprocess.CompletedProcess[str], status: int, reason: str) -> None:
    """One line on standard error, nothing on standard output, no traceback."""
    assert result.returncode == status, result.stderr
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert re.search(reason, lines[0]), lines[0]
