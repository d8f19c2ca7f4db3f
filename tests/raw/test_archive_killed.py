"""A process that is killed while it keeps an export, forgets it, or sets it aside."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from langdock_usage.raw.archive import Archive

DIES = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from langdock_usage.raw.archive import Archive
from langdock_usage.windows import Period

work, left = sys.argv[1], int(sys.argv[2])

def hook(event, _):
    global left
    if event in ("os.rename", "os.remove"):
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

def keep():
    day = date(2026, 10, 1)
    return archive.keep(
        b"a,b\\n", window=Period(day, day), timezone="UTC", group_by="model",
        fetched_at=datetime.now(UTC), source="october.csv", org_id="org_a",
    )

archive = Archive(Path("test.duckdb"))
if work == "keep":
    sys.addaudithook(hook)
    keep()
else:
    raw = keep()
    sys.addaudithook(hook)
    getattr(archive, work)(raw)
"""


@pytest.mark.slow
@pytest.mark.parametrize("work", ["keep", "discard", "set_aside"])
def test_export_is_whole_or_gone_wherever_it_was_killed(work: str, tmp_path: Path) -> None:
    """Nothing of it is left that nobody ever looks at again."""
    archive = Archive(tmp_path / "test.duckdb")
    for number in range(100):
        command = [sys.executable, "-c", DIES, work, f"{number}"]
        status = subprocess.run(command, cwd=tmp_path, check=False).returncode
        archive.sweep()
        endings = {path.suffix for path in archive.folder.rglob("*") if path.is_file()}
        assert endings in (set(), {".json", ".gz"})
        folders = {path.parent for path in archive.folder.rglob("*") if path.is_file()}
        assert len(folders) <= 1
        for raw in archive:
            archive.verified_csv(raw)
            archive.discard(raw)
        for path in archive.folder.glob("*/*"):
            path.unlink()
        if status == 0:
            break
        assert status == -signal.SIGKILL
    assert number >= 2
