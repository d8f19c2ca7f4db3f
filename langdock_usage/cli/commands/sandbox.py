"""The commands that need no account: `demo`, and `sandbox`, a stand-in for the API."""

import contextlib
import sys
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from langdock_usage.cli.console import if_interrupted, progress_bar, say, write
from langdock_usage.sandbox.service.faults import ALL, FAULTS
from langdock_usage.sandbox.workspace.billing import BILLING


def sandbox(
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="0 takes a free one.")
    ] = 0,
    byok: Annotated[
        bool, typer.Option("--byok/--no-byok", help="Whether the workspace has token data.")
    ] = True,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=f"Answer with a fault; repeatable: {', '.join(FAULTS)}, or {ALL} of it.",
            autocompletion=lambda: [ALL, *FAULTS],
        ),
    ] = None,
    billing: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=f"Bill otherwise than listed; repeatable: {', '.join(BILLING)}, or {ALL} of it.",
            autocompletion=lambda: [ALL, *BILLING],
        ),
    ] = None,
    dates: Annotated[
        Literal["either", "plain", "z", "as-utc"],
        typer.Option(help="Accepted dates: with or without Z, only one of them, or Z read as UTC."),
    ] = "either",
    latency: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How long an export takes.")
    ] = 0.0,
) -> None:
    """Serve the sandbox API until interrupted."""
    import threading

    from langdock_usage.sandbox.service.server import serve
    from langdock_usage.sandbox.workspace.workspace import Workspace

    today = datetime.now(UTC).date()
    workspace = Workspace.synthetic(today=today, byok=byok, billing=billing or ())
    with serve(
        workspace, port=port, faults=fault or (), dates=dates, latency_seconds=latency
    ) as served:
        write(f"LANGDOCK_BASE_URL={served.base_url}")
        write(f"LANGDOCK_API_KEY={served.api_key}")
        sys.stdout.flush()
        say("Serving until interrupted; both lines above go into the environment of `fetch`.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def demo() -> None:
    """Try it without an account: sandbox, fetch over HTTP, report."""
    from langdock_usage.cli.demo import run_demo

    with if_interrupted("the next demo starts over."):
        html = run_demo(say, progress_bar)
    write(str(html))
