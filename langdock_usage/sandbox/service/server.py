"""Both hosts of the sandbox, served on loopback from a background thread."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from langdock_usage.errors import LangdockUsageError
from langdock_usage.sandbox.service.app import ExportApi
from langdock_usage.sandbox.service.fault_answers import ABORT, FaultAnswers
from langdock_usage.sandbox.service.faults import Plan
from langdock_usage.sandbox.service.period import Dates
from langdock_usage.sandbox.service.storage import Storage
from langdock_usage.sandbox.workspace.rows import UsageRow
from langdock_usage.sandbox.workspace.workspace import Workspace

SANDBOX_API_KEY = "sk-ld-sandbox"
KEY_WITHOUT_SCOPE = "sk-ld-sandbox-no-scope"

_LOOPBACK = "127.0.0.1"


@dataclass
class Received:
    """One request as it reached a host; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: where it is, its keys, and what reached which host, oldest first."""

    base_url: str
    storage_url: str
    accounts: dict[str, Workspace]
    api_requests: list[Received] = field(default_factory=list)
    storage_requests: list[Received] = field(default_factory=list)
    _overrides: dict[date, Sequence[UsageRow] | None] = field(default_factory=dict)

    @property
    def api_key(self) -> str:
        """The key of the first workspace."""
        return SANDBOX_API_KEY

    @property
    def workspace(self) -> Workspace:
        """The first workspace."""
        return self.accounts[SANDBOX_API_KEY]

    def override(self, day: date, rows: Sequence[UsageRow] | None) -> None:
        """From now on state these rows for exports of this local day by model; None: no data."""
        self._overrides[day] = rows


def utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def serve(
    workspaces: Workspace | Sequence[Workspace],
    *,
    port: int = 0,
    now: Callable[[], datetime] = utc_now,
    clock: Callable[[], float] = time.monotonic,
    requests_per_minute: int = 500,
    row_limit: int = 1_000_000,
    link_seconds: int = 60,
    faults: Sequence[str] = (),
    fault_every: int = 5,
    slow_seconds: float = 3,
    dates: Dates = "either",
    latency_seconds: float = 0.0,
) -> Iterator[Sandbox]:
    """Serve workspaces on 127.0.0.1 until the block is left.

    The first workspace answers to SANDBOX_API_KEY, the next ones to the same with `-2`, `-3` …
    appended. `now` (aware) decides which usage exists already and when links expire; `clock`
    (seconds) counts the rate limit. Port 0 takes a free one. `faults` are names of `FAULTS` or
    `all`; they strike the first of every `fault_every` distinct periods that are asked for. `dates`
    says in which form dates are taken, and how they are read; an export takes `latency_seconds`.

    Raises LangdockUsageError if the port is taken, InvalidRequest for an unknown fault.
    """
    plan = Plan(faults, fault_every)
    accounts = _accounts([workspaces] if isinstance(workspaces, Workspace) else workspaces)
    with _listen(port) as api_socket, _listen(0) as storage_socket:
        sandbox = Sandbox(_url(api_socket), _url(storage_socket), accounts)
        storage = Storage(sandbox.storage_url, now, link_seconds)
        api = ExportApi(
            accounts,
            frozenset({KEY_WITHOUT_SCOPE}),
            storage,
            now=now,
            clock=clock,
            requests_per_minute=requests_per_minute,
            row_limit=row_limit,
            plan=plan,
            fault_answers=FaultAnswers(sandbox.storage_url, slow_seconds),
            overrides=sandbox._overrides,
            dates=dates,
            latency_seconds=latency_seconds,
        )
        hosts = [
            (_server(_recorded(api.app, sandbox.api_requests)), api_socket),
            (_server(_recorded(storage.app, sandbox.storage_requests)), storage_socket),
        ]
        with _running(hosts):
            yield sandbox


def _accounts(workspaces: Sequence[Workspace]) -> dict[str, Workspace]:
    return {
        SANDBOX_API_KEY if number == 1 else f"{SANDBOX_API_KEY}-{number}": workspace
        for number, workspace in enumerate(workspaces, start=1)
    }


def _listen(port: int) -> socket.socket:
    # The protocol has to be named: asyncio turns Nagle's algorithm off for such sockets alone, and
    # with it on every answer waits 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_LOOPBACK, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise LangdockUsageError(
            f"the sandbox cannot listen on port {port} ({error.strerror}): choose another port"
        ) from error
    return listening


def _url(listening: socket.socket) -> str:
    return f"http://{_LOOPBACK}:{listening.getsockname()[1]}"


def _recorded(app: ASGIApp, log: list[Received]) -> ASGIApp:
    async def recorder(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        request = Received(scope["method"], scope["path"], headers)
        log.append(request)

        async def receive_and_keep() -> Message:
            message = await receive()
            request.body += message.get("body", b"")
            return message

        # ASGI has no way to cut a connection: this is the server's own.
        cycle: Any = getattr(send, "__self__")  # noqa: B009
        scope[ABORT] = cycle.transport.abort
        await app(scope, receive_and_keep, send)

    return recorder


class _Server(uvicorn.Server):
    async def main_loop(self) -> None:
        # uvicorn looks every 0.1 s whether to stop: too slow where each test has its own sandbox.
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            await asyncio.sleep(0.02)


def _server(app: ASGIApp) -> uvicorn.Server:
    return _Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
    )


@contextmanager
def _running(hosts: Sequence[tuple[uvicorn.Server, socket.socket]]) -> Iterator[None]:
    async def run() -> None:
        await asyncio.gather(*(server.serve(sockets=[listening]) for server, listening in hosts))

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="sandbox", daemon=True)
    thread.start()
    try:
        while not all(server.started for server, _ in hosts) and thread.is_alive():
            time.sleep(0.002)
        yield
    finally:
        for server, _ in hosts:
            server.should_exit = True
        thread.join()
