"""What a terminal shows: results on standard output, messages and progress on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .harmless import printable


def write(line: str) -> None:
    """A result."""
    sys.stdout.write(line + "\n")


def say(line: str) -> None:
    """A message."""
    lines = "\n".join(map(printable, line.split("\n")))
    sys.stderr.write(f"{lines}\n")


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar that appears with the first step; yields what takes steps done, and all."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=Console(stderr=True))
    task = progress.add_task(title, total=None)
    with ExitStack() as shown:

        def advance(done: int, total: int) -> None:
            if not progress.live.is_started:
                shown.enter_context(progress)
            progress.update(task, completed=done, total=total)

        yield advance
