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

_BUCKET = "langdock-exports"


@dataclass(frozen=True)
class _File:
    body: bytes
    expires_at: datetime


class Storage:
    """Files that can be fetched with a signed link until it expires."""

    def __init__(self, base_url: str, now: Callable[[], datetime], link_seconds: int) -> None:
        self._base_url = base_url
        self._now = now
        self._link_lifetime = timedelta(seconds=link_seconds)
        self._secret = secrets.token_bytes(32)
        self._files: dict[str, _File] = {}
        self.app = Starlette(routes=[Route(f"/{_BUCKET}/{{path:path}}", self._get)])

    def put(self, path: str, body: bytes) -> str:
        """Keep a file and return the signed link to it."""
        now = self._now()
        # Their links are refused anyway: a sandbox that runs for days keeps only what is of use.
        self._files = {name: file for name, file in self._files.items() if file.expires_at > now}
        expires_at = now + self._link_lifetime
        self._files[path] = _File(body, expires_at)
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
        name = path.rpartition("/")[2]
        disposition = f'attachment; filename="{name}"'
        return Response(
            self._files[path].body,
            media_type="text/csv",
            headers={"content-disposition": disposition},
        )

    def _signature(self, path: str, expires: str) -> str:
        return hmac.new(self._secret, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()


def _error(status: int, code: str, message: str) -> Response:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    )
    return Response(body, status, media_type="application/xml")
