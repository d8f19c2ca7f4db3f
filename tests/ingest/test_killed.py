"""Processes that are killed, or meet a full disk, at the very moment that hurts most.

The kernel itself ends a process at the first byte beyond a limit, so that it dies within a write of
DuckDB. For a full disk, the same limit makes the write fail.
"""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from langdock_usage.errors import StoreError
from langdock_usage.files import STALE_SECONDS, UNFINISHED
from langdock_usage.ingest.rebuild import rebuild
from tests.support.command import call
from tests.support.data.databases import DatabaseBuilder, csv_of, days
from tests.support.queries import rows

DAY = days("2026-10-01")
USAGE = "select * exclude (export_id) from usage order by all"

DIES_WHILE_WRITING = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from langdock_usage.cli.app import main
sys.argv = ["langdock-usage", *sys.argv[2:], "--db", "test.duckdb"]
main()
"""

DIES_WHILE_EXCHANGING = """
import os, signal, sys
from pathlib import Path
from langdock_usage.ingest.rebuild import rebuild

changes = int(sys.argv[1])

def hook(event, arguments):
    global changes
    if event in ("os.rename", "os.remove") and "test.duckdb" in str(arguments):
        if changes == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        changes -= 1

sys.addaudithook(hook)
rebuild(Path("test.duckdb"), lambda *_: None)
"""


def run_code(folder: Path, code: str, *arguments: object) -> int:
    """Exit status of a process; minus the number of the signal that ended it."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode


def grow_old(folder: Path) -> None:
    """As if whatever is unfinished there had been written some hours ago."""
    for path in folder.glob(f".*{UNFINISHED}*"):
        moment = path.stat().st_mtime - 2 * STALE_SECONDS
        os.utime(path, (moment, moment))


@contextmanager
def full_disk(limit_bytes: int) -> Iterator[None]:
    """No file can become larger than this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.slow
def test_kill_within_the_first_writes_of_a_database(tmp_path: Path) -> None:
    """Nothing stands at its place until it is whole, and the next command makes it."""
    (tmp_path / "day.csv").write_bytes(csv_of([{"requests": "7"}], DAY))
    for limit_bytes in (4096, 8192, 50_000):
        status = run_code(tmp_path, DIES_WHILE_WRITING, limit_bytes, "load", "day.csv")
        assert status == -signal.SIGXFSZ
        assert not (tmp_path / "test.duckdb").exists()
    grow_old(tmp_path)
    loaded = call(tmp_path, "load", "day.csv", "--db", "test.duckdb")
    assert loaded.returncode == 0, loaded.stderr
    assert rows(tmp_path / "test.duckdb", "select requests from usage") == [(7,)]
    assert files_in(tmp_path) == {"day.csv", "raw", "test.duckdb"}


@pytest.mark.parametrize("header_bytes", [0, 4096, 8192])
def test_database_of_headers_alone_is_made_again(tmp_path: Path, header_bytes: int) -> None:
    """As an older version left it that was killed; it has no other way to be so short."""
    database = tmp_path / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(DAY, {"requests": "7"})
    before = rows(database, USAGE)
    database.write_bytes(database.read_bytes()[:header_bytes])
    done = call(tmp_path, "load", "raw", "--db", "test.duckdb")  # a folder: nothing to load
    assert "is a directory" in done.stderr.lower()
    assert rows(database, USAGE) == before


def test_short_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("not a database")
    refused = call(tmp_path, "load", "day.csv", "--db", "notes.txt")
    assert refused.returncode == 1
    assert notes.read_text() == "not a database"


def test_rebuild_on_a_full_disk_leaves_the_good_database(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(DAY, {"requests": "7"})
    before = rows(database, USAGE)
    good, files = database.read_bytes(), files_in(tmp_path)
    for part in (0.1, 0.5, 0.9):
        with full_disk(int(len(good) * part)), pytest.raises(StoreError, match="cannot be"):
            rebuild(database, lambda *_: None)
        assert database.read_bytes() == good
        assert files_in(tmp_path) == files
    rebuild(database, lambda *_: None)
    assert rows(database, USAGE) == before


@pytest.mark.slow
def test_kill_while_rebuild_exchanges_the_files(tmp_path: Path) -> None:
    """The old file cannot be opened, and has a log: neither may meet the new one."""
    database = tmp_path / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(DAY, {"requests": "7"})
    before, files = rows(database, USAGE), files_in(tmp_path)
    statuses: list[int] = []
    while 0 not in statuses:
        database.write_bytes(b"no database any more")
        database.with_name("test.duckdb.wal").write_bytes(b"nor its log")
        statuses.append(run_code(tmp_path, DIES_WHILE_EXCHANGING, len(statuses)))
        rebuild(database, lambda *_: None)
        assert rows(database, USAGE) == before
        assert {name for name in files_in(tmp_path) if UNFINISHED not in name} == files
    # at least before the new file stands beside the old one, the log is removed, they change places
    assert statuses[:3] == [-signal.SIGKILL] * 3


@pytest.mark.slow
def test_next_run_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    """Not what another process may be writing now, and nothing of others."""
    with DatabaseBuilder(tmp_path / "test.duckdb") as builder:
        builder.add(DAY, {"requests": "7"})
    keys = tmp_path / "raw" / "test" / "keys"
    (tmp_path / "keys.csv").write_text(f"api_key_id,team\nkey_1,{'Search' * 20}\n")
    files, all_keys = files_in(tmp_path), ("keys", "load", "keys.csv")
    assert run_code(tmp_path, DIES_WHILE_WRITING, 10, "export", "usage") == -signal.SIGXFSZ
    [left] = files_in(tmp_path) - files
    assert UNFINISHED in left
    grow_old(tmp_path)
    for other in (".0123456789ab.unfinished", ".notes.unfinished"):
        (tmp_path / other).touch()
    os.utime(tmp_path / ".notes.unfinished", (0, 0))
    done = call(tmp_path, "export", "usage", "-o", "usage.csv", "--db", "test.duckdb")
    assert done.returncode == 0, done.stderr
    others = {"usage.csv", ".0123456789ab.unfinished", ".notes.unfinished"}
    assert files_in(tmp_path) == files | others
    assert run_code(tmp_path, DIES_WHILE_WRITING, 100, *all_keys) == -signal.SIGXFSZ
    assert [UNFINISHED in path.name for path in keys.iterdir()] == [True]
    done = call(tmp_path, *all_keys, "--db", "test.duckdb")
    assert done.returncode == 0, done.stderr
    assert [UNFINISHED in path.name for path in keys.iterdir()] == [False]
