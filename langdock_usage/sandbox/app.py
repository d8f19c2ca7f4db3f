"""The Usage Export API itself: `POST /export/api-keys`, also under the prefix `/api/public`."""

import secrets
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from langdock_usage.sandbox.answers import (
    csv_bytes,
    file_path,
    link_envelope,
    row_dicts,
    rows_envelope,
)
from langdock_usage.sandbox.period import Period, Refused, parse_period
from langdock_usage.sandbox.rows import UsageRow
from langdock_usage.sandbox.storage import Storage
from langdock_usage.sandbox.workspace import Workspace

PREFIXES = ("", "/api/public")
RATE_LIMIT_SECONDS = 60


class RateLimit:
    """At most `requests` in any 60 seconds, by the given clock."""

    def __init__(self, requests: int, clock: Callable[[], float]) -> None:
        self._requests = requests
        self._clock = clock
        self._granted: deque[float] = deque()

    def take(self) -> None:
        """Count one request, or raise Refused with status 429."""
        now = self._clock()
        while self._granted and self._granted[0] <= now - RATE_LIMIT_SECONDS:
            self._granted.popleft()
        if len(self._granted) >= self._requests:
            raise Refused(429, "Too many requests", "Rate limit exceeded")
        self._granted.append(now)


class ExportApi:
    """The API over the workspaces of its keys: `accounts` says which key opens which."""

    def __init__(
        self,
        accounts: Mapping[str, Workspace],
        keys_without_scope: frozenset[str],
        storage: Storage,
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        requests_per_minute: int,
        row_limit: int,
    ) -> None:
        self._accounts = accounts
        self._keys_without_scope = keys_without_scope
        self._storage = storage
        self._now = now
        self._row_limit = row_limit
        self._limits = {key: RateLimit(requests_per_minute, clock) for key in accounts}
        endpoints = {"": self._link, "/csv": self._link, "/json": self._rows}
        self.app = Starlette(
            routes=[
                Route(f"{prefix}/export/api-keys{suffix}", endpoint, methods=["POST"])
                for prefix in PREFIXES
                for suffix, endpoint in endpoints.items()
            ],
            exception_handlers={Refused: _refused, HTTPException: _no_such_route},
        )

    async def _link(self, request: Request) -> Response:
        workspace, period, rows = await self._answer(request)
        dicts = row_dicts(rows, period, workspace.org_id, workspace.byok)
        path = file_path(workspace.org_id, period, secrets.token_hex(4))
        url = self._storage.put(path, csv_bytes(dicts))
        return JSONResponse(link_envelope(path, url, len(rows), period))

    async def _rows(self, request: Request) -> Response:
        workspace, period, rows = await self._answer(request)
        dicts = row_dicts(rows, period, workspace.org_id, workspace.byok)
        return JSONResponse(rows_envelope(dicts))

    async def _answer(self, request: Request) -> tuple[Workspace, Period, list[UsageRow]]:
        workspace = self._authorize(request)
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refused(400, "Bad request", "Content-Type must be application/json")
        period = parse_period(await request.body(), self._now())
        return workspace, period, self._usage(workspace, period)

    def _authorize(self, request: Request) -> Workspace:
        if "origin" in request.headers:
            raise Refused(403, "Forbidden", "Calls from browsers are not allowed")
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if key in self._keys_without_scope:
            raise Refused(403, "Forbidden", "The API key lacks the scope USAGE_EXPORT_API")
        if scheme != "Bearer" or key not in self._accounts:
            raise Refused(401, "Unauthorized", "Invalid or missing API key")
        self._limits[key].take()
        return self._accounts[key]

    def _usage(self, workspace: Workspace, period: Period) -> list[UsageRow]:
        start, end = period.half_open
        # The hour that is not over yet is not stated, let alone the future.
        end = min(end, self._now().replace(minute=0, second=0, microsecond=0))
        count = workspace.hour_row_count(start, end)
        if count > self._row_limit:
            message = (
                f"Export too large: {count} rows exceeds limit of {self._row_limit}. "
                "Please narrow the date range."
            )
            raise Refused(400, "Export too large", message)
        rows = workspace.usage(start, end, period.by_model)
        if not rows:
            raise Refused(404, "Not found", "No data found")
        return rows


async def _refused(_: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)  # noqa: S101 - registered for this class alone
    body = {"error": refused.error, "message": refused.message}
    return JSONResponse(body, refused.status)


async def _no_such_route(request: Request, error: Exception) -> Response:
    """Not the 404 of an empty period: a wrong base URL must not look like a day without usage."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    message = f"Cannot {request.method} {request.url.path}"
    return JSONResponse({"error": error.detail, "message": message}, error.status_code)
