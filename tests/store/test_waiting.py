"""Writers and readers of one database: nobody is shut out for longer than a write takes."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

import langdock_usage as lu
from langdock_usage.errors import DatabaseLocked
from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.raw.archive import Archive
from langdock_usage.sandbox.service.server import Sandbox, serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from langdock_usage.store.writing.lock import only_writer
from langdock_usage.store.writing.store import Store
from tests.support.command import assert_refused, environment_of, run
from tests.support.data.databases import DatabaseBuilder, csv_of, days
from tests.support.fetching import NOW, fetch_from
from tests.support.queries import rows

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


@pytest.fixture(scope="module")
def slow_sandbox() -> Iterator[Sandbox]:
    """Each export takes a while, and today is today."""
    workspace = Workspace.synthetic(today=datetime.now(UTC).date())
    with serve(workspace, latency_seconds=0.4) as sandbox:
        yield sandbox


def started(
    folder: Path, *arguments: str, sandbox: Sandbox | None = None
) -> "subprocess.Popen[str]":
    """The command, on its way."""
    return subprocess.Popen(
        [sys.executable, "-m", "langdock_usage", *arguments],
        cwd=folder,
        env=environment_of(sandbox),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def held_open(database: Path) -> Iterator[None]:
    """Another program that reads the database, and has it open all the while."""
    reader = (
        f"import duckdb, time; held = duckdb.connect({str(database)!r}, read_only=True); "
        f"print('open', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", reader], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"open\n"
        try:
            yield
        finally:
            process.kill()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """One export of one day, and room for the command line to find it."""
    path = tmp_path / "data" / "langdock.duckdb"
    with DatabaseBuilder(path) as builder:
        builder.add(days("2026-09-01"), {})
    return path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::langdock_usage.errors.DatabaseBusy")
def test_readers_get_in_while_a_slow_fetch_goes_on(tmp_path: Path, slow_sandbox: Sandbox) -> None:
    """A fetch of 40 days in several rounds; somebody asks the database all the time."""
    database = tmp_path / "data" / "langdock.duckdb"
    last = str(YESTERDAY)
    fetched = run(tmp_path, "fetch", "--from", last, "--to", last, sandbox=slow_sandbox)
    assert fetched.returncode == 0, fetched.stderr
    period = ["--from", str(YESTERDAY - timedelta(days=39)), "--to", last]
    ended: list[int] = []

    def fetch() -> None:
        ended.append(run(tmp_path, "fetch", *period, sandbox=slow_sandbox).returncode)

    fetching = Thread(target=fetch)
    fetching.start()
    seen = set()
    while fetching.is_alive():  # a reader that is refused raises DatabaseLocked here
        [exports] = lu.open(database).sql("select count(*) as n from exports")["n"]
        seen.add(int(exports))
        time.sleep(0.02)
    fetching.join()
    assert ended == [0]
    assert min(seen) == 1
    assert len(seen) > 1  # it grew before their eyes


@pytest.mark.slow
def test_second_writer_waits_for_the_first(tmp_path: Path, database: Path) -> None:
    """The lock file, not the database, keeps it out: that can be read meanwhile."""
    csv = tmp_path / "october.csv"
    csv.write_bytes(csv_of([{}], days("2026-10-01")))
    with only_writer(database):
        impatient = run(tmp_path, "load", str(csv), "--wait", "0")
        assert_refused(impatient, 1, "Another process has been adding to data/langdock.duckdb")
        assert lu.open(database).months() == ["2026-09"]
        patient = started(tmp_path, "load", str(csv))
        assert patient.stderr
        said = patient.stderr.readline()
        assert said == "Another process adds to data/langdock.duckdb; waiting for it.\n"
        assert patient.poll() is None
    patient.communicate(timeout=60)
    assert patient.returncode == 0
    assert lu.open(database).months() == ["2026-09", "2026-10"]


@pytest.mark.slow
def test_writer_waits_for_a_reader_and_keeps_what_arrived(
    tmp_path: Path, slow_sandbox: Sandbox
) -> None:
    database = tmp_path / "data" / "langdock.duckdb"
    before = str(YESTERDAY - timedelta(days=1))
    day, last = ["--from", before, "--to", before], ["--from", str(YESTERDAY)]
    last += ["--to", str(YESTERDAY)]
    run(tmp_path, "fetch", *day, sandbox=slow_sandbox)
    with held_open(database):
        patient = started(tmp_path, "fetch", *last, sandbox=slow_sandbox)
        assert patient.stderr
        said = patient.stderr.readline()
        assert "has data/langdock.duckdb open; waiting up to 600 seconds" in said
    _, more = patient.communicate(timeout=60)
    assert (patient.returncode, more) == (0, "")
    assert rows(database, "select count(*) from exports where group_by = 'model'") == [(2,)]


@pytest.mark.slow
def test_reader_says_that_it_waits_for_a_writer(tmp_path: Path, database: Path) -> None:
    lines = (["status"], ["report", "--month", "2026-09"])
    with Store(database):
        readers = [started(tmp_path, *line) for line in lines]
        told = [reader.communicate(timeout=60) for reader in readers]
    open_elsewhere = "Another program has data/langdock.duckdb open"
    for reader, (stdout, stderr) in zip(readers, told, strict=True):
        assert (reader.returncode, stdout) == (1, "")
        waits, refused = stderr.splitlines()
        assert waits.startswith(f"Warning: {open_elsewhere}; waiting up to 5 seconds")
        assert refused.startswith(f"Error: {open_elsewhere}; try again")


def test_what_arrived_is_kept_when_the_database_stays_open_elsewhere(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The reader comes while the service is asked; the next fetch asks for nothing again."""
    database = tmp_path / "test.duckdb"
    period = days("2026-11-02", "2026-11-09")
    with serve(workspace, now=lambda: NOW) as sandbox, ExitStack() as reading:
        fetch_from(sandbox, database, days("2026-11-01"))

        def somebody_opens_it(answered: int, _: int) -> None:
            if answered == 1:
                reading.enter_context(held_open(database))

        with pytest.raises(DatabaseLocked, match="try again when it is closed") as raised:
            fetch_from(sandbox, database, period, wait_seconds=0.5, on_progress=somebody_opens_it)
        assert "What arrived is kept" in str(raised.value)
        assert "end it" not in str(raised.value)  # nobody is advised to end another program
        asked = len(sandbox.api_requests)
        kept = len(Archive(database).ids())
        reading.close()
        fetched = fetch_from(sandbox, database, period=None, refresh_days=0)
        assert kept > 1
        assert len(sandbox.api_requests) == asked + len(fetched.days)
        assert len(fetched.days) == 14 - kept
    assert rows(database, "select count(distinct window_start) from exports") == [(14,)]


def test_rebuild_keeps_writers_out_and_lets_readers_in(database: Path) -> None:
    def others(*_: int) -> None:
        assert lu.open(database).months() == ["2026-09"]
        with pytest.raises(DatabaseLocked), only_writer(database, wait_seconds=0):
            pass

    assert rebuild(database, others).export_count == 1
    with held_open(database), pytest.raises(DatabaseLocked):
        rebuild(database, lambda *_: None, wait_seconds=0.2)
    assert lu.open(database).months() == ["2026-09"]
    assert {path.name for path in database.parent.iterdir()} == {"langdock.duckdb", "raw"}
