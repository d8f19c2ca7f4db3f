"""Temporary folders: gone with whoever made them, sooner or later."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from langdock_usage.files import STALE_SECONDS, temporary_folder

KILLED = """
import os, signal
from langdock_usage.files import temporary_folder
with temporary_folder() as folder:
    (folder / "copy").write_text("of somebody's data")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_folder_of_a_killed_process_is_removed_by_a_later_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one that is in use, however old, nor one that may just have been made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for _ in range(2):
        process = subprocess.run(
            [sys.executable, "-c", KILLED], env=os.environ | {"TMPDIR": str(tmp_path)}, check=False
        )
        assert process.returncode == -signal.SIGKILL
    left, _ = folders = sorted(tmp_path.iterdir())
    other = tmp_path / "langdock-usage-notes.txt"
    other.touch()
    with temporary_folder() as used:
        for path in (left, other, used.parent):
            moment = path.stat().st_mtime - 2 * STALE_SECONDS
            os.utime(path, (moment, moment))
        with temporary_folder() as another:
            assert sorted(tmp_path.iterdir()) == sorted(
                [folders[1], other, used.parent, another.parent]
            )
    assert set(tmp_path.iterdir()) == {folders[1], other}
