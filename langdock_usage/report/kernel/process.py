"""A process that imports what reports use, and then becomes the kernel that it is told to be."""

import gc
import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import Any, Literal

from langdock_usage.errors import LangdockUsageError
from langdock_usage.files import temporary_folder
from langdock_usage.store.connection import hold_open


class KernelProcess:
    """A process that waits to become a kernel."""

    def __init__(self, process: BaseProcess, writer: "Connection[Any, Any]", folder: Path) -> None:
        self.process = process
        self.folder = folder
        """For its sockets, and gone with it."""
        self.environment: dict[str, str] = {}
        """What the kernel is told beside what it would be told anyway."""
        self.database: Path | None = None
        """Kept open by the kernel: opening it takes longer than most answers."""
        self._writer = writer

    def run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Become the kernel with these arguments, in this process's working directory."""
        with suppress(OSError):  # it is dead already, and whoever talks to the kernel notices
            environment = {**environment, **self.environment}
            self._writer.send((list(arguments), environment, Path.cwd(), self.database))


@contextmanager
def kernel_process(start: Literal["spawn", "fork"] = "spawn") -> Iterator[KernelProcess]:
    """A process for one kernel, until the end of the block.

    It imports what it needs while this process does something else. Where this process has imported
    that already, has no database open and runs no thread, it can be forked instead.
    """
    context: Any = multiprocessing.get_context(start)
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_become_kernel, args=(reader,))
    process.start()
    reader.close()
    try:
        with temporary_folder() as folder:
            yield KernelProcess(process, writer, folder)
    finally:
        writer.close()
        process.kill()
        process.join()


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, whatever ended that."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        if parent:
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()


def _become_kernel(reader: "Connection[Any, Any]") -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        os.setsid()  # Ctrl-C is for the command alone; it interrupts no cell
    end_with_parent()
    import_module("langdock_usage.report.kernel.preload")
    gc.freeze()  # or each search for garbage goes through all that was imported
    from ipykernel.kernelapp import IPKernelApp

    try:
        arguments, environment, folder, database = reader.recv()
    except EOFError:  # there is nothing to execute
        return
    os.environ.update(environment)
    os.chdir(folder)
    with _kept_open(database):
        IPKernelApp.launch_instance(argv=arguments)
    # such a process ends without finalizing Python, which would close the notebook's files
    shell: Any = IPKernelApp.instance().shell
    shell.reset(new_session=False)


@contextmanager
def _kept_open(database: Path | None) -> Iterator[None]:
    """What is wrong with the database, the notebook says when it opens it."""
    with ExitStack() as open_files:
        if database is not None:
            with suppress(LangdockUsageError):
                open_files.enter_context(hold_open(database))
        yield
