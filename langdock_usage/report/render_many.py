"""The reports of several months, each in a process of its own."""

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Literal

from langdock_usage.errors import LangdockUsageError, ReportError
from langdock_usage.report.kernel.process import end_with_parent, kernel_process
from langdock_usage.report.notebooks import Notebook, read_notebook
from langdock_usage.report.render import DEFAULT_NOTEBOOK, ReportRequest, render_notebook

# Where it is safe to fork, each process is forked from one that has imported all of this.
CAN_FORK = sys.platform == "linux"
PRELOAD = (
    "langdock_usage.report.kernel.end_with_parent",  # first: the others take a second
    "langdock_usage.report.kernel.preload",
    "langdock_usage.report.render_many",
    "papermill",
    "nbconvert.exporters.templateexporter",
)


@dataclass(frozen=True)
class Rendered:
    """What became of one of several reports: a file, or an error."""

    month: str
    html: Path | None = None
    error: LangdockUsageError | None = None
    warnings: Sequence[str] = ()


def render_many(
    name: str = DEFAULT_NOTEBOOK,
    *,
    months: Sequence[str],
    **options: Any,
) -> Iterator[Rendered]:
    """The reports of several months, a few at a time, each as soon as it is done.

    `options` are those of `render`. A month that fails, even one whose process dies, does not keep
    the others from being made. Raises InvalidRequest where there is no such notebook.
    """
    # Processes, because one that closes a file loses every lock that it has on it: in threads,
    # one report would let go of the database while another still needs it as it is.
    start = "fork" if CAN_FORK else "spawn"
    context: Any = multiprocessing.get_context("forkserver" if CAN_FORK else "spawn")
    if CAN_FORK:
        context.set_forkserver_preload(list(PRELOAD))
        forkserver.ensure_running()  # it imports while this process does so, too
    notebook = read_notebook(name)
    requests = [ReportRequest(month=month, **options) for month in reversed(months)]
    running: dict[Any, tuple[str, Any]] = {}  # by the pipe that each writes its result to
    try:
        while requests or running:
            while requests and len(running) < (os.cpu_count() or 1):
                request = requests.pop()
                reader, writer = context.Pipe(duplex=False)
                process = context.Process(target=_work, args=(writer, notebook, request, start))
                process.start()
                writer.close()
                running[reader] = request.month, process
            for reader in wait(list(running)):
                month, process = running.pop(reader)
                yield _result(reader, month, process)
    finally:
        for _, process in running.values():
            process.terminate()
            process.join()


def _result(reader: Any, month: str, process: Any) -> Rendered:
    with reader:
        try:
            rendered: Rendered = reader.recv()
        except EOFError:
            process.join()
            rendered = Rendered(
                month,
                error=ReportError(
                    f"The process that made this report ended too early ({process.exitcode}). "
                    "Perhaps there was too little memory; try again with nothing else running."
                ),
            )
    process.join()
    return rendered


def _work(
    writer: Any, notebook: Notebook, request: ReportRequest, start: Literal["fork", "spawn"]
) -> None:
    """Make one report and send what became of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on Ctrl-C the command ends this process
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and its kernel, in order
    gc.freeze()
    with kernel_process(start) as kernel:
        end_with_parent()
        warnings: list[str] = []
        try:
            html = render_notebook(notebook, request, kernel, warnings.append)
            writer.send(Rendered(request.month, html=html, warnings=warnings))
        except LangdockUsageError as error:
            writer.send(Rendered(request.month, error=error))
        except Exception as error:
            unexpected = f"Unexpected error: {type(error).__name__}: {error}"
            writer.send(Rendered(request.month, error=ReportError(unexpected)))
