"""Running a command in which something happens, and then once more in which nothing does."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langdock_usage.files import STALE_SECONDS, UNFINISHED
from tests.endurance.commands import Begin, Command, files_in, tables_of
from tests.endurance.forks import Ended, Forks


@dataclass(frozen=True)
class Outcome:
    """What a command leaves that nothing happened to."""

    tables: Mapping[str, Mapping[Any, int]]
    files: Mapping[str, int]
    seconds: float


class Trial:
    """A folder in which commands are run, and killed."""

    def __init__(self, folder: Path, begin: Begin, forked: Forks) -> None:
        self.folder, self.begin, self.forked = folder, begin, forked
        self._undisturbed: dict[Command, Outcome] = {}

    def start(self, command: Command) -> Callable[..., Ended]:
        """Begin anew; what runs the command, again and again."""
        arguments = self.begin.copy(command, self.folder)
        return lambda **how: self.forked.run(
            self.folder, *arguments, sandbox=self.begin.sandbox, **how
        )

    def outcome(self, ended: Ended) -> Outcome:
        return Outcome(tables_of(self.folder), files_in(self.folder), ended.seconds)

    def finish(self, command: Command, run: Callable[..., Ended]) -> str:
        """Run it once more, hours later; what is not as if nothing had happened."""
        wait_until_all_have_ended(self.folder)
        grow_old(self.folder)
        ended, expected = run(), self.undisturbed(command)
        if ended.status not in (0, command.again) or "Traceback" in ended.stderr:
            return ended.stderr
        found = self.outcome(ended)
        tables = [name for name, rows in expected.tables.items() if found.tables[name] != rows]
        files = set(found.files.items()) ^ set(expected.files.items())
        if ended.status:  # it was done already, so that no temporary file was needed
            files = {(name, count) for name, count in files if not name.startswith("tmp/")}
        return f"{' '.join(tables)} {files or ''}".strip()

    def undisturbed(self, command: Command) -> Outcome:
        """What it leaves where nothing happens."""
        if command not in self._undisturbed:
            ended = self.start(command)()
            assert ended.status == 0, ended.stderr
            self._undisturbed[command] = self.outcome(ended)
        return self._undisturbed[command]


def wait_until_all_have_ended(folder: Path) -> None:
    """Whatever a killed command has started ends by itself."""
    until = time.monotonic() + 60  # a busy machine takes its time
    while processes := processes_of(folder):
        assert time.monotonic() < until, processes
        time.sleep(0.05)


def processes_of(folder: Path) -> list[str]:
    """The processes that keep their temporary files there."""
    mark = f"TMPDIR={folder / 'tmp'}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:  # it has ended
            continue
    return found


def grow_old(folder: Path) -> None:
    """As if whatever is unfinished, or temporary, had been written some hours ago."""
    for path in [*folder.rglob(f"*{UNFINISHED}*"), *(folder / "tmp").iterdir()]:
        moment = path.stat().st_mtime - 2 * STALE_SECONDS
        os.utime(path, (moment, moment))
