"""The command line where nobody looks on: schedulers, pipelines, old code pages, Ctrl-C."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from langdock_usage.cli.console import tell_retries
from langdock_usage.sandbox.service.server import Sandbox, serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from langdock_usage.text import counted
from tests.support.command import LAST_MONTH, YESTERDAY, call, run
from tests.support.data.databases import add_usage, csv_of, days
from tests.support.data.example_data import two_months

MONTH = f"{LAST_MONTH:%Y-%m}"
Command = Callable[..., subprocess.CompletedProcess[str]]


def status_of(folder: Path) -> Any:
    [workspace] = json.loads(call(folder, "status", "--json").stdout)["workspaces"]
    return workspace


def test_fetch_tells_programs_what_status_tells_them(tmp_path: Path, live_sandbox: Sandbox) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    result = call(tmp_path, "fetch", "--month", MONTH, "--json", sandbox=live_sandbox)
    assert (result.returncode, result.stderr) == (0, "")  # no progress bar without a terminal
    told = json.loads(result.stdout)
    assert told["org_id"] == live_sandbox.workspace.org_id
    assert told["timezone"] == "Europe/Berlin"
    assert told["days_fetched"] == LAST_MONTH.day
    assert told["fetched"] == [[f"{MONTH}-01", str(LAST_MONTH)]]
    assert told["months_reconciled"] == [MONTH]
    assert told["warnings"] == told["unknown_columns"] == []
    # the export of the whole month, which serves to compare, counts in neither
    workspace = status_of(tmp_path)
    assert told["rows"] == workspace["rows"] > 0

    moment = workspace["last_fetch"]
    assert re.search(r"T\d\d:\d\d:\d\d\+0[12]:00$", moment)  # Berlin's own
    assert began <= datetime.fromisoformat(moment) <= datetime.now(UTC)
    assert workspace["last_load"] is None

    file = tmp_path / "by_hand.csv"
    org_id = live_sandbox.workspace.org_id
    file.write_bytes(csv_of([{"org_id": org_id}], days(str(YESTERDAY)), timezone="Europe/Berlin"))
    line = ["load", str(file), "--timezone", "Europe/Berlin"]
    began = datetime.now(UTC).replace(microsecond=0)
    assert ": 1 row of " in call(tmp_path, *line).stdout
    workspace = status_of(tmp_path)
    assert workspace["last_fetch"] == moment
    assert began <= datetime.fromisoformat(workspace["last_load"]) <= datetime.now(UTC)
    assert f"last fetch     {moment[:16].replace('T', ' ')}\n" in call(tmp_path, "status").stdout


def test_quiet_says_nothing_where_all_is_well(tmp_path: Path, live_sandbox: Sandbox) -> None:
    day = str(YESTERDAY)
    file = tmp_path / "by_hand.csv"
    file.write_bytes(csv_of([{"org_id": "other"}], days("2026-10-01")))
    for line in (
        ["fetch", "--from", day, "--to", day, "--quiet"],
        ["rebuild", "--quiet"],
        ["load", "by_hand.csv", "--timezone", "UTC", "--db", "other.duckdb", "-q"],
    ):
        result = call(tmp_path, *line, sandbox=live_sandbox)
        assert (result.returncode, result.stdout, result.stderr) == (0, "", ""), line
    # what has to be known is said all the same
    line = ["load", "by_hand.csv", "--db", "third.duckdb", "-q"]
    assert call(tmp_path, *line).stderr.startswith("Warning: by_hand.csv: without --timezone")


@pytest.mark.parametrize(("quiet", "is_shown"), [([], True), (["-q"], False)])
def test_progress_bar_is_for_a_terminal(
    tmp_path: Path, live_sandbox: Sandbox, quiet: list[str], is_shown: bool
) -> None:
    main, terminal = pty.openpty()
    environment = {
        **os.environ,
        "TERM": "xterm",
        "LANGDOCK_API_KEY": live_sandbox.api_key,
        "LANGDOCK_BASE_URL": live_sandbox.base_url,
    }
    command = [sys.executable, "-m", "langdock_usage", "fetch", "--from", str(YESTERDAY)]
    command += ["--to", str(YESTERDAY), *quiet]
    subprocess.run(command, cwd=tmp_path, env=environment, stderr=terminal, check=True, timeout=60)
    os.set_blocking(main, False)
    try:
        shown = os.read(main, 100_000)
    except BlockingIOError:
        shown = b""
    os.close(main)
    os.close(terminal)
    assert (b"Fetching exports" in shown) == is_shown


def test_verbose_messages_have_a_time(
    tmp_path: Path, live_sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    day = str(YESTERDAY)
    result = call(tmp_path, "fetch", "--from", day, "--to", day, "-v", sandbox=live_sandbox)
    said = rf"\d\d:\d\d:\d\d From {live_sandbox.base_url} into data/langdock.duckdb\."
    assert re.match(said, result.stderr)

    too_many, trouble = "The API answered 429.", "The API answered 503."
    for every, expected in (
        (False, [f"{too_many} Asking again in 1 second;", f"{trouble} Asking again in 2 seconds;"]),
        (True, [f"{too_many} Asking again in 1 second."] * 2 + [f"{trouble} Asking again in 2"]),
    ):
        on_retry = tell_retries(every=every)
        for reason, seconds in ((too_many, 1.2), (too_many, 1.4), (trouble, 2.0)):
            on_retry(reason, seconds)
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == len(expected)
        for line, said in zip(lines, expected, strict=True):
            assert re.match(r"\d\d:\d\d:\d\d ", line) and line[9:].startswith(said)


@pytest.fixture
def slow_sandbox() -> Iterator[Sandbox]:
    """A sandbox that stops answering at the second day."""
    workspace = Workspace.synthetic(today=datetime.now(UTC).date())
    with serve(workspace, faults=["slow"], fault_every=4, slow_seconds=60) as sandbox:
        yield sandbox


def test_interrupted_fetch_says_that_what_arrived_is_kept(
    tmp_path: Path, slow_sandbox: Sandbox
) -> None:
    environment = {
        **os.environ,
        "LANGDOCK_API_KEY": slow_sandbox.api_key,
        "LANGDOCK_BASE_URL": slow_sandbox.base_url,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "langdock_usage", "fetch", "--month", MONTH],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60
    while not slow_sandbox.api_requests and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert stdout == ""
    assert stderr == (
        "Interrupted; what arrived is kept, and the same command goes on from there.\n"
    )


@pytest.mark.parametrize(
    ("code_page", "lodz", "command"),
    [("cp1252", r"\u0141ód\u017a", run), ("ascii", r"\u0141\xf3d\u017a", call)],
    ids=["cp1252", "ascii"],
)
def test_no_name_is_too_strange_for_a_code_page(
    tmp_path: Path, code_page: str, lodz: str, command: Command
) -> None:
    """Once in a process of its own, as a scheduler starts it."""
    last_day = [row for row in two_months() if row.day == date(2026, 10, 31)]
    database = add_usage(tmp_path / "Łódź.duckdb", last_day, org_id="Łódź").name

    def told(command: Command, *line: str) -> str:
        result = command(tmp_path, *line, "--db", database, PYTHONIOENCODING=code_page)
        assert result.returncode == 0, result.stderr
        return result.stdout + result.stderr

    assert f"{lodz} (Europe/Berlin)" in told(command, "status")
    assert r"Rocket \U0001f680 Z" in told(call, "keys", "list")
    [workspace] = json.loads(told(call, "status", "--json"))["workspaces"]
    assert workspace["org_id"] == "Łódź"


def test_from_a_folder_of_the_project_all_is_where_it_belongs(
    tmp_path: Path, live_sandbox: Sandbox
) -> None:
    day = str(YESTERDAY)
    project, folder = tmp_path / "project", tmp_path / "project" / "notebooks"
    folder.mkdir(parents=True)
    # where there is no database above, there is one to be made
    assert call(folder, "status").returncode == 1
    (project / ".env").write_text(
        f"LANGDOCK_API_KEY={live_sandbox.api_key}\nLANGDOCK_BASE_URL={live_sandbox.base_url}\n"
        "LANGDOCK_USAGE_DB=store/usage.duckdb\n"
    )
    assert call(project, "fetch", "--from", day, "--to", day).returncode == 0
    database = project / "store" / "usage.duckdb"
    again = call(folder, "fetch", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["database"] == str(database)
    assert call(folder, "status").stdout.startswith(f"{database}: ")
    assert [path.name for path in project.iterdir()] == [".env", "notebooks", "store"]
    assert not list(folder.iterdir())


def test_a_count_agrees_with_its_noun() -> None:
    told = [counted(number, "day") for number in (0, 1, 2, -1)]
    assert told == ["0 days", "1 day", "2 days", "-1 day"]
