"""Command lines that begin at once, and can be killed at any moment."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from langdock_usage.sandbox.service.server import Sandbox
from tests.support.command import ROOT, environment_of

STRACE = shutil.which("strace")
CAN_TRACE = (
    STRACE is not None
    and subprocess.run([STRACE, "-o", os.devnull, "true"], capture_output=True).returncode == 0
)

KillAt = tuple[str, int]  # a system call, and which one of them


@dataclass(frozen=True)
class Ended:
    """What became of a command: its exit status, or minus the signal that killed it."""

    status: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def is_killed(self) -> bool:
        return self.status == -signal.SIGKILL


class Forks:
    """Runs command lines in `folder`, whose `tmp` is where they put temporary files."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        assert server.stdin
        assert server.stdout
        self._say, self._told = server.stdin, server.stdout

    def run(
        self,
        folder: Path,
        *arguments: str,
        sandbox: Sandbox | None = None,
        kill_after_seconds: float | None = None,
        kill_at: KillAt | None = None,
        file_bytes: int | None = None,
    ) -> Ended:
        """Run a command line; kill it after so long, or at a system call, unless it has ended.

        With `file_bytes`, no file can become larger than this, as on a full disk.
        """
        (folder / "tmp").mkdir(exist_ok=True)
        command = {
            "folder": str(folder),
            "arguments": arguments,
            "environment": environment_of(sandbox) | {"TMPDIR": str(folder / "tmp")},
            "file_bytes": file_bytes,
        }
        self._say.write(f"{json.dumps(command)}\n")
        self._say.flush()
        process = int(self._told.readline())
        began = time.monotonic()
        with traced(process, kill_at) if kill_at else nullcontext():
            self._say.write("go\n")
            self._say.flush()
            if kill_after_seconds is not None:
                ended, _, _ = select.select([self._told], [], [], kill_after_seconds)
                if not ended:
                    os.kill(process, signal.SIGKILL)
            status, stdout, stderr = json.loads(self._told.readline())
        seconds = time.monotonic() - began
        return Ended(status, stdout, stderr, seconds)


@contextmanager
def forks() -> Iterator[Forks]:
    """What forks processes, until the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.endurance.fork_server"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        yield Forks(server)
        assert server.stdin
        server.stdin.close()


@contextmanager
def traced(process: int, kill_at: KillAt) -> Iterator[None]:
    """Have a process killed as one of its threads makes a call for the so manieth time."""
    system_call, number = kill_at
    inject = f"inject={system_call}:signal=SIGKILL:when={number}"
    calls = ("-e", f"trace={system_call}", "-e", inject)
    command = [str(STRACE), "-f", "-o", os.devnull, *calls, "-p", f"{process}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr
        first = tracer.stderr.readline()
        assert "attached" in first, first
        yield
        tracer.communicate()
