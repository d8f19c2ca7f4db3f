"""The storage host: another origin than the API, where signed links lead.

As at real object stores, the link itself is the permission. A request that carries an
Authorization header besides is refused, so that a client that leaks its API key is noticed.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from langdock_usage.sandbox.service.fault_answers import Truncated, page

_BUCKET = "langdock-exports"


@dataclass
class _File:
    body: bytes
    expires_at: datetime
    fault: str | None


class Storage:
    """Files that can be fetched with a signed link until it expires."""

    def __init__(self, base_url: str, now: Callable[[], datetime], link_seconds: int) -> None:
        self._base_url = base_url
        self._now = now
        self._link_lifetime = timedelta(seconds=link_seconds)
        self._secret = secrets.token_bytes(32)
        self._files: dict[str, _File] = {}
        self.app = Starlette(routes=[Route(f"/{_BUCKET}/{{path:path}}", self._get)])

    def put(self, path: str, body: bytes, fault: str | None = None) -> str:
        """Keep a file and return the signed link to it; a fault strikes its first download."""
        now = self._now()
        # Their links are refused anyway: a sandbox that runs for days keeps only what is of use.
        self._files = {name: file for name, file in self._files.items() if file.expires_at > now}
        expires_at = now if fault == "expired_link" else now + self._link_lifetime
        self._files[path] = _File(body, expires_at, fault)
        expires = str(int(expires_at.timestamp()))
        query = urlencode({"expires": expires, "signature": self._signature(path, expires)})
        return f"{self._base_url}/{_BUCKET}/{quote(path)}?{query}"

    async def _get(self, request: Request) -> Response:
        path = request.path_params["path"]
        expires = request.query_params.get("expires", "")
        given = request.query_params.get("signature", "")
        if "authorization" in request.headers:
            return _error(400, "InvalidArgument", "Only one auth mechanism is allowed")
        if not hmac.compare_digest(given.encode(), self._signature(path, expires).encode()):
            return _error(403, "SignatureDoesNotMatch", "The signature does not match the request")
        if self._now().timestamp() >= int(expires):
            return _error(403, "AccessDenied", "Request has expired")
        file = self._files[path]
        fault, file.fault = file.fault, None
        if fault == "html":
            return page()
        answer = Truncated if fault == "truncate" else Response
        name = path.rpartition("/")[2]
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return answer(file.body, media_type="text/csv", headers=headers)

    def _signature(self, path: str, expires: str) -> str:
        return hmac.new(self._secret, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()


def _error(status: int, code: str, message: str) -> Response:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    )
    return Response(body, status, media_type="application/xml")
