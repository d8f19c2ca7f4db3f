"""What a struck request is answered with."""

import asyncio
import time
from email.utils import formatdate
from itertools import cycle

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

# Put into the scope by the server: cuts the connection of a request.
ABORT = "langdock_usage.sandbox.abort"

_PAGE = "<!doctype html><title>Wartung</title><p>We are back soon &amp; sorry.</p>"


class FaultAnswers:
    """Answers of the API host; faults of the storage host have none here."""

    def __init__(self, other_host: str, slow_seconds: float) -> None:
        self._other_host = other_host
        self._slow_seconds = slow_seconds
        self._server_errors = cycle([500, 502, 503])

    async def answer(self, fault: str | None, request: Request) -> Response | None:
        """The answer in place of the real one; None, maybe after a while, for the real one."""
        match fault:
            case "rate_limit":
                return _too_many_requests({})
            case "retry_after":
                return _too_many_requests({"Retry-After": "1"})
            case "retry_after_date":
                # HTTP dates have whole seconds: two ahead, so that at least one is left.
                return _too_many_requests({"Retry-After": formatdate(time.time() + 2, usegmt=True)})
            case "server_error":
                body = {"error": "Internal server error", "message": "Something went wrong"}
                return JSONResponse(body, next(self._server_errors))
            case "drop":
                return Dropped()
            case "not_json":
                return page()
            case "redirect":
                return RedirectResponse(self._other_host + request.url.path, 302)
            case "slow":
                await asyncio.sleep(self._slow_seconds)
        return None


def page() -> Response:
    """What a proxy in between answers with: HTML, and yet status 200."""
    return HTMLResponse(_PAGE)


class Dropped(Response):
    """No answer at all: the connection is cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        scope[ABORT]()
        while (await receive())["type"] != "http.disconnect":
            pass


class Truncated(Response):
    """The first half of the body, under the length of the whole; then the connection is cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        head = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start"} | head)
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})


def _too_many_requests(headers: dict[str, str]) -> Response:
    body = {"error": "Too many requests", "message": "Rate limit exceeded"}
    return JSONResponse(body, 429, headers)
