"""What was committed stays, though the process is killed before it closes the database."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import ROOT
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.queries import rows

KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from tests.support.data.databases import DatabaseBuilder, days

builder = DatabaseBuilder(Path(sys.argv[1])).__enter__()
builder.moment = datetime(2026, 11, 2, tzinfo=UTC)
builder.add(days("2026-10-01"), {"org_id": "org_b"})
builder.add(days("2026-10-02"), {"requests": "3"})
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
def test_export_that_was_superseded_stays_so(database: Path) -> None:
    """DuckDB 2.0 lost an update of a line that had been updated before, behind an insert."""
    with DatabaseBuilder(database) as builder:
        for requests in ("1", "2"):
            builder.add(days("2026-10-02"), {"requests": requests})
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(database)], cwd=ROOT, check=False, stderr=sys.stderr
    )
    assert process.returncode == -signal.SIGKILL
    assert database.with_name("test.duckdb.wal").exists()
    query = (
        "select exports.window_start::varchar, requests, superseded_by is null "
        "from exports join export_rows using (export_id) order by fetched_at"
    )
    with DatabaseBuilder(database):
        pass
    assert rows(database, query) == [
        ("2026-10-02", 1, False),
        ("2026-10-02", 2, False),
        ("2026-10-01", 10, True),
        ("2026-10-02", 3, True),
    ]
