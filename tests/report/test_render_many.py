"""Several reports at a time: what one of them meets is nothing to the others."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from langdock_usage.report.render_many import PRELOAD
from tests.support.command import environment_of, run
from tests.support.data.databases import UsageRow, add_usage
from tests.support.pages.notebooks import write_notebook
from tests.support.pages.report_html import summary_of

pytestmark = pytest.mark.slow

PARAMETERS = 'database = ""\nmonth = ""'
TWO = ["--month", "2026-09", "--month", "2026-10"]
LIMIT_SECONDS = 60


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one day of two months."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "data").mkdir()
    rows = [
        UsageRow(date(2026, month, 1), "key-1", "Search", "gpt-5", 10, Decimal(month))
        for month in (9, 10)
    ]
    add_usage(folder / "data" / "langdock.duckdb", rows)
    return folder


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "langdock_usage", "report", *arguments],
        cwd=folder,
        env=environment_of(None),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_month_whose_process_dies_fails_alone(project: Path) -> None:
    code = "import os, signal\nif month == '2026-09':\n    os.kill(os.getppid(), signal.SIGKILL)"
    write_notebook(project / "notebooks", "dies", PARAMETERS, code)
    result = run(project, "report", "dies", *TWO, "--json")
    assert result.returncode == 1
    [error] = result.stderr.splitlines()
    assert error.startswith("Error: 2026-09: The process that made this report ended too early")
    failed, made = json.loads(result.stdout)
    assert failed["month"] == "2026-09"
    assert made["total_cost_usd"] == "10"
    assert {path.name for path in (project / "reports" / "2026-10").iterdir()} >= {"dies.html"}
    assert not (project / "reports" / "2026-09" / "dies.html").exists()


def test_each_month_has_a_fresh_kernel_and_ends_it_in_order(project: Path) -> None:
    code = "\n".join(
        [
            "import os, pandas as pd",
            "print('before', hasattr(pd, 'mine'), os.getcwd(), __name__)",
            "pd.mine = 1",
            "file = open(f'{month}.txt', 'w')",  # never closed
            "file.write('written')",
            "from concurrent.futures import ProcessPoolExecutor",
            "from multiprocessing import get_context",
            "with ProcessPoolExecutor(1, get_context('spawn')) as pool:",
            "    print('own process', pool.submit(abs, -7).result())",
        ]
    )
    write_notebook(project / "notebooks", "fresh", PARAMETERS, code)
    result = run(project, "report", "fresh", *TWO, "--month", "2026-08")
    assert result.stderr.startswith(
        "Error: 2026-08: There is no data for 2026-08; months available"
    )
    for month in ("2026-09", "2026-10"):
        html = (project / "reports" / month / "fresh.html").read_text(encoding="utf-8")
        assert f"before False {project} __main__" in html
        assert "own process 7" in html
        assert (project / f"{month}.txt").read_text() == "written"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_ended_it_leaves_no_process_that_holds_the_terminal(
    project: Path, ending: signal.Signals
) -> None:
    code = "from pathlib import Path\nimport time\nPath(f'{month}.begun').touch()\ntime.sleep(600)"
    write_notebook(project / "notebooks", "sleeps", PARAMETERS, code)
    begun = [project / "2026-09.begun", project / "2026-10.begun"]
    for path in begun:
        path.unlink(missing_ok=True)
    with start(project, "sleeps", *TWO) as command:
        until = time.monotonic() + LIMIT_SECONDS
        while not all(path.exists() for path in begun):
            assert time.monotonic() < until and command.poll() is None
            time.sleep(0.05)
        if ending == signal.SIGINT:
            os.killpg(command.pid, ending)  # as a terminal does
        else:
            command.send_signal(ending)
        # comes to an end when the last process has closed both
        _, error = command.communicate(timeout=LIMIT_SECONDS)
    if ending == signal.SIGINT:
        assert command.returncode == 130
        assert error == "Interrupted; a report that is not named here was not written.\n"


def test_two_commands_make_the_same_report_at_once(project: Path) -> None:
    write_notebook(project / "notebooks", "same", PARAMETERS, "'x' * 100_000")
    line = ["same", "--month", "2026-10"]
    with start(project, *line) as one, start(project, *line) as other:
        for command in (one, other):
            assert command.communicate(timeout=LIMIT_SECONDS) == (
                "reports/2026-10/same.html\n",
                "",
            )
            assert command.returncode == 0
    folder = project / "reports" / "2026-10"
    text = (folder / "same.html").read_text(encoding="utf-8")
    assert summary_of(text)["total_cost_usd"] == "10"
    assert text.rstrip().endswith("</html>")
    json.loads((folder / "same.ipynb").read_text(encoding="utf-8"))
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.skipif(sys.platform != "linux", reason="where reports are forked from one process")
def test_the_process_that_reports_are_forked_from_ends_with_the_command() -> None:
    """Also while it still imports and listens to nobody, or it would hold the pipes."""
    [first, *_] = PRELOAD
    waits = f"import {first}, time; print('started', flush=True); time.sleep({2 * LIMIT_SECONDS})"
    starts = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    command = subprocess.Popen(
        [sys.executable, "-c", starts, waits], stdout=subprocess.PIPE, text=True
    )
    assert command.stdout is not None
    assert command.stdout.readline() == "started\n"
    command.kill()
    printed, _ = command.communicate(timeout=LIMIT_SECONDS)
    assert printed == ""  # the pipe is closed: nobody holds it
