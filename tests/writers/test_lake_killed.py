"""A lake whose writing was cut short is the former one or the new one, and the next run goes on."""

import subprocess
import sys
from pathlib import Path

import pytest

import langdock_usage as lu
from langdock_usage.errors import StoreError
from tests.ingest.test_killed import full_disk
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.data.lakes import files_of, make_lake, restate


def test_full_disk_leaves_the_lake_as_it_was(tiny: Path, lake: Path) -> None:
    restate(tiny)
    before = files_of(lake)
    with full_disk(500), pytest.raises(StoreError, match="lake cannot be written"):
        make_lake(lake, tiny)
    assert files_of(lake) == before
    assert lu.open(lake).restatements().empty
    make_lake(lake, tiny)
    assert len(lu.open(lake).restatements()) == 1


# Each run is a process of its own, which kills itself at the n-th move or removal of a file.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from langdock_usage.store.connection import open_for_reading
from langdock_usage.writers.lake.write import write_lake

CHANGES = ("os.rename", "os.remove", "shutil.rmtree")

def forked(work, *arguments):
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            work(*arguments)
        finally:
            sys.stdout.flush()
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def write(lake, kill_at=None):
    left = kill_at
    def hook(event, arguments):
        nonlocal left
        if event in CHANGES and str(lake) in str(arguments):
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
    if kill_at is not None:
        sys.addaudithook(hook)
    write_lake(lake, [Path("tiny.duckdb")], lambda *_: None)

def tell(lake):
    with open_for_reading(lake) as connection:
        print([connection.execute(query).fetchall() for query in (
            "select org_id, api_key_id, total_cost_usd from cost_per_key order by all",
            "select requests_before, requests_after, rows_gone from restatements",
            "select count(*) from counted_exports",
        )])

kill_at = 0
while True:
    lake = Path(f"lake-{kill_at}").absolute()
    shutil.copytree("lake", lake)
    status = forked(write, lake, kill_at)
    print(status)
    forked(tell, lake)
    forked(write, lake)
    forked(tell, lake)
    print(sorted(path.name for path in lake.iterdir() if path.name.startswith(".")))
    if status == 0:
        break
    kill_at += 1
"""


@pytest.mark.slow
def test_killed_at_any_change_of_a_file_it_is_one_lake_or_the_other(
    tiny: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.duckdb"
    with DatabaseBuilder(other) as builder:
        builder.keep(days("2026-10-01"), {"org_id": "org_b", "total_cost_usd": "7"})
    make_lake(tmp_path / "lake", tiny, other)
    restate(tiny)
    command = [sys.executable, "-c", KILLED]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    runs = [tuple(lines[start : start + 4]) for start in range(0, len(lines), 4)]
    before, after = runs[0][1], runs[-1][1]
    assert "org_b" in before
    assert "org_b" not in after
    assert [status for status, *_ in runs] == ["-9"] * (len(runs) - 1) + ["0"]
    # the former lake, then from one change on the new one; and the next run brings it to an end
    states = [state for _, state, *_ in runs]
    assert states == [before] * states.count(before) + [after] * states.count(after)
    assert states.count(after) > 5
    assert {(mended, left) for *_, mended, left in runs} == {(after, "['.in-use', '.lock']")}
