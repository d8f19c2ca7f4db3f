"""What a terminal shows: results on standard output, messages and progress on standard error."""

import io
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TextIO

import typer

from langdock_usage.errors import DatabaseBusy, IncompletePeriod, LeftOut, TokensMissing
from langdock_usage.escaping import printable
from langdock_usage.text import counted


def write(line: str) -> None:
    """A result."""
    sys.stdout.write(line + "\n")


def write_json(result: object) -> None:
    """A result for programs: in ASCII, so that no code page can spoil it."""
    write(json.dumps(result, indent=2))


def say(line: str) -> None:
    """A message."""
    lines = "\n".join(map(printable, line.split("\n")))
    sys.stderr.write(f"{lines}\n")


def warn(text: str) -> None:
    """A message that `--quiet` does not silence."""
    say(f"Warning: {text}")


def say_with_time(text: str) -> None:
    """A message with the time of day: of what takes long."""
    say(f"{datetime.now().astimezone():%H:%M:%S} {text}")


def tell_retries(*, every: bool) -> Callable[[str, float], None]:
    """What tells why the service is asked again, and in how many seconds.

    Each reason is told once, or with `every` each time.
    """
    told: set[str] = set()

    def on_retry(reason: str, seconds: float) -> None:
        if every or reason not in told:
            told.add(reason)
            more = "" if every else "; -v tells each time"
            say_with_time(f"{reason} Asking again in {counted(round(seconds), 'second')}{more}.")

    return on_retry


def write_what_can_be_written() -> None:
    """A letter that the code page of the terminal lacks is written as its number: no error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def warnings_as_lines() -> Iterator[None]:
    """Show a warning of this package as a message: where it was raised is nothing to a user."""
    with warnings.catch_warnings():
        shown = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if issubclass(category, DatabaseBusy | IncompletePeriod | LeftOut | TokensMissing):
                warn(str(message))
            else:
                shown(message, category, filename, lineno, file, line)

        warnings.showwarning = show
        yield


@contextmanager
def if_interrupted(words: str) -> Iterator[None]:
    """Say on Ctrl-C what became of the work; exit status 130."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"Interrupted; {words}")
        raise typer.Exit(130) from None


@contextmanager
def progress_bar(title: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A progress bar that appears with the first step; yields what takes steps done, and all.

    It is for people: where standard error is no terminal, there is none.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    # answers come in bursts, half a minute apart
    progress = Progress(*columns, console=Console(stderr=True), speed_estimate_period=600)
    task = progress.add_task(title, total=None)
    with ExitStack() as shown:

        def advance(done: int, total: int) -> None:
            if not progress.live.is_started:
                shown.enter_context(progress)
            progress.update(task, completed=done, total=total)

        yield advance
