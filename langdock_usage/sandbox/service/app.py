"""The Usage Export API itself: `POST /export/api-keys`, also under the prefix `/api/public`."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from langdock_usage.sandbox.service.answers import (
    csv_bytes,
    file_path,
    link_envelope,
    row_dicts,
    rows_envelope,
)
from langdock_usage.sandbox.service.fault_answers import FaultAnswers
from langdock_usage.sandbox.service.faults import Plan
from langdock_usage.sandbox.service.period import Dates, Period, Refused, parse_period
from langdock_usage.sandbox.service.storage import Storage
from langdock_usage.sandbox.workspace.rows import UsageRow
from langdock_usage.sandbox.workspace.workspace import Workspace

Dicts = list[dict[str, str | int]]
Write = Callable[[Dicts, Period, str | None], Response]

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
        plan: Plan,
        fault_answers: FaultAnswers,
        overrides: Mapping[date, Sequence[UsageRow] | None],
        dates: Dates,
        latency_seconds: float,
    ) -> None:
        self._accounts = accounts
        self._keys_without_scope = keys_without_scope
        self._storage = storage
        self._now = now
        self._row_limit = row_limit
        self._plan = plan
        self._fault_answers = fault_answers
        self._overrides = overrides
        self._dates = dates
        self._latency_seconds = latency_seconds
        self._limits = {key: RateLimit(requests_per_minute, clock) for key in accounts}
        with_link = partial(self._export, write=self._link)
        endpoints = {"": with_link, "/csv": with_link, "/json": partial(self._export, write=_rows)}
        self.app = Starlette(
            routes=[
                Route(f"{prefix}/export/api-keys{suffix}", endpoint, methods=["POST"])
                for prefix in PREFIXES
                for suffix, endpoint in endpoints.items()
            ],
            exception_handlers={Refused: _refused, HTTPException: _no_such_route},
        )

    async def _export(self, request: Request, write: Write) -> Response:
        workspace = self._authorize(request)
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refused(400, "Bad request", "Content-Type must be application/json")
        period = parse_period(await request.body(), self._now(), self._dates)
        await asyncio.sleep(self._latency_seconds)
        fault = self._plan.strike((workspace.org_id, period))
        if answer := await self._fault_answers.answer(fault, request):
            return answer
        rows = self._usage(workspace, period)
        return write(row_dicts(rows, period, workspace.org_id, workspace.byok), period, fault)

    def _link(self, dicts: Dicts, period: Period, fault: str | None) -> Response:
        path = file_path(str(dicts[0]["org_id"]), period, secrets.token_hex(4))
        stored = dicts[:-1] if fault == "short_csv" else dicts
        url = self._storage.put(path, csv_bytes(list(dicts[0]), stored), fault)
        return JSONResponse(link_envelope(path, url, len(dicts), period))

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

    def _usage(self, workspace: Workspace, period: Period) -> Sequence[UsageRow]:
        now = self._now()
        start, end = period.half_open
        one_day = period.start.date() == period.end.date()
        if self._plan.too_large and not one_day:
            raise Refused(400, "USAGE_EXPORT_TOO_LARGE", "Export too large")
        count = workspace.hour_row_count(start, min(end, now))
        if count > self._row_limit:
            message = (
                f"Export too large: {count} rows exceeds limit of {self._row_limit}. "
                "Please narrow the date range."
            )
            raise Refused(400, "Export too large", message)
        rows: Sequence[UsageRow] | None
        if one_day and period.by_model and period.start.date() in self._overrides:
            rows = self._overrides[period.start.date()]
        else:
            rows = workspace.usage(start, end, period.by_model, known_at=now)
        if not rows:
            raise Refused(404, "Not found", "No data found")
        return rows


def _rows(dicts: Dicts, _period: Period, _fault: str | None) -> Response:
    return JSONResponse(rows_envelope(dicts))


async def _refused(_: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)  # noqa: S101 - registered for this class alone
    body = {"error": refused.error, "message": refused.message}
    return JSONResponse(body, refused.status)


async def _no_such_route(request: Request, error: Exception) -> Response:
    """Not the 404 of an empty period: a wrong base URL must not look like a day without usage."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    message = f"Cannot {request.method} {request.url.path}"
    return JSONResponse({"error": error.detail, "message": message}, error.status_code)
