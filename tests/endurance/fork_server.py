"""Runs command lines, each in a process forked from this one, which has imported all they need.

Reads a line of JSON for each, tells the process it has made, waits for a line before it lets that
one begin, and tells its exit status in the end.
"""

import fcntl
import gc
import json
import os
import resource
import sys
from importlib import import_module
from typing import Any

MODULES = (
    "langdock_usage.cli.app",
    "langdock_usage.ingest.fetching.fetch",
    "langdock_usage.ingest.load",
    "langdock_usage.ingest.rebuild",
    "langdock_usage.metrics.usage",
    "langdock_usage.report.render",
    "langdock_usage.writers.views",
    "genai_prices",
    "papermill",
    "nbconvert.exporters.templateexporter",
    "rich.progress",
)


PIPE_BYTES = 1 << 20  # nobody reads before the command has ended


def pipe() -> tuple[int, int]:
    """One that takes all that a command prints."""
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    os.set_blocking(read, False)
    return read, write


def read_all(pipe: int) -> str:
    """What is in it."""
    try:
        return os.read(pipe, PIPE_BYTES).decode()
    except BlockingIOError:
        return ""
    finally:
        os.close(pipe)


def become(command: dict[str, Any], go: int) -> None:
    """The command line, in this process, as soon as there is something to read from `go`."""
    os.chdir(command["folder"])
    os.environ.clear()
    os.environ.update(command["environment"])
    sys.argv = ["langdock-usage", *command["arguments"]]
    os.read(go, 1)
    if command["file_bytes"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (command["file_bytes"],) * 2)
    from langdock_usage.cli.app import main

    main()


def serve() -> None:
    """Fork a process for each command. In that process it returns when the command has ended."""
    told = os.fdopen(os.dup(1), "w", buffering=1)
    for line in iter(sys.stdin.readline, ""):
        go, start = os.pipe()
        pipes = [pipe(), pipe()]
        child = os.fork()
        if child == 0:
            told.close()
            for stream, (_, write) in enumerate(pipes, start=1):
                os.dup2(write, stream)
            for end in (0, start, *(end for pair in pipes for end in pair)):
                os.close(end)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
            become(json.loads(line), go)
            return
        for end in (go, *(write for _, write in pipes)):
            os.close(end)
        told.write(f"{child}\n")
        sys.stdin.readline()
        os.write(start, b"!")
        os.close(start)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        # not to the end: what the command has started may still hold the other ends
        printed = [read_all(read) for read, _ in pipes]
        told.write(f"{json.dumps([status, *printed])}\n")


if __name__ == "__main__":
    for module in MODULES:
        import_module(module)
    gc.freeze()
    serve()
