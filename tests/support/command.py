"""The command line, in a process of its own or in this one."""

import io
import os
import re
import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from langdock_usage.cli.app import main
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
    """The command line in a process of its own."""
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


def call(
    folder: Path, *arguments: str, sandbox: Sandbox | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The same in this process, which saves half a second: for what needs none of its own."""
    environment = environment_of(sandbox) | variables
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    printed = [io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2)]
    with (
        pytest.MonkeyPatch.context() as patch,
        warnings.catch_warnings(),
        pytest.raises(SystemExit) as ended,
    ):
        warnings.simplefilter("default")
        patch.chdir(folder)
        for name in os.environ.keys() - environment.keys():
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["langdock-usage", *arguments])
        patch.setattr(sys, "stdout", printed[0])
        patch.setattr(sys, "stderr", printed[1])
        main()
    for stream in printed:
        stream.seek(0)
    stdout, stderr = (stream.read() for stream in printed)
    return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), stdout, stderr)


def assert_refused(result: subprocess.CompletedProcess[str], status: int, reason: str) -> None:
    """One line on standard error, nothing on standard output, no traceback."""
    assert result.returncode == status, result.stderr
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert re.search(reason, lines[0]), lines[0]
