"""What an answer of the API means: data, no data, or which error."""

import re
from typing import Any

import httpx

from langdock_usage.errors import (
    AccessDenied,
    ApiError,
    ExportTooLarge,
    Overloaded,
    RateLimited,
    RequestRefused,
    ServiceUnavailable,
)

NO_DATA = re.compile("no data", re.IGNORECASE)
TOO_LARGE = re.compile("too[ _]large", re.IGNORECASE)
GROUP_BY = re.compile("group[ _]?by", re.IGNORECASE)
NOT_AN_EXPORT = "The API answered with something that is not an export."
KEY = re.compile(r"sk-ld-\S+")  # masked in part, too
REFUSALS_OF_CONTENT = (httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY)


class DatesRefused(RequestRefused):
    """A refusal that is about neither size nor grouping, so perhaps about how dates are written."""


def data_of(response: httpx.Response, api_key: str) -> dict[str, Any] | None:
    """The `data` of the envelope; None where the service has no data for the period.

    Raises AccessDenied, ExportTooLarge, DatesRefused, RequestRefused, RateLimited, Overloaded,
    ServiceUnavailable, ApiError. No message has the API key in it.
    """
    if response.status_code == httpx.codes.NOT_FOUND and NO_DATA.search(response.text):
        return None
    _raise_for_status(response, _message(response, api_key))
    try:
        data = response.json()["data"]
    except (ValueError, KeyError, TypeError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise ServiceUnavailable(NOT_AN_EXPORT)
    return data


def _raise_for_status(response: httpx.Response, message: str) -> None:
    status = response.status_code
    if response.is_success:
        return
    if status == httpx.codes.UNAUTHORIZED:
        raise AccessDenied(f"The API refused the key (401: {message}); check LANGDOCK_API_KEY.")
    if status == httpx.codes.FORBIDDEN:
        raise AccessDenied(
            f"The API refused the key (403: {message}); it needs the scope USAGE_EXPORT_API, "
            "which a workspace admin can give."
        )
    retry_after = response.headers.get("Retry-After")
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise RateLimited(f"The API answered {status} ({message}).", retry_after=retry_after)
    if response.is_server_error:
        raise Overloaded(f"The API answered {status} ({message}).", retry_after=retry_after)
    said = _said(response)
    if status == httpx.codes.BAD_REQUEST and TOO_LARGE.search(said):
        raise ExportTooLarge(f"The API refused the export: {message}")
    if response.is_redirect:
        raise ServiceUnavailable(
            f"The API answered with a redirect ({status}), which is not followed, so that the "
            "key stays here; check LANGDOCK_BASE_URL."
        )
    if status == httpx.codes.NOT_FOUND:
        raise ApiError(f"The API has no such address ({message}); check LANGDOCK_BASE_URL.")
    refusal = f"The API refused the request ({status}: {message})."
    if status in REFUSALS_OF_CONTENT and not GROUP_BY.search(said):
        raise DatesRefused(refusal)
    raise RequestRefused(refusal)


def _said(response: httpx.Response) -> str:
    """What the service says of an error; not what it repeats of the request."""
    try:
        answer = response.json()
        return " ".join(str(answer.get(name) or "") for name in ("error", "code", "message"))
    except (ValueError, AttributeError, RecursionError):
        return response.text


def _message(response: httpx.Response, api_key: str) -> str:
    """What the service says of an error, short, on one line, and never with the key in it."""
    try:
        answer = response.json()
        text = str(answer.get("message") or answer.get("error") or "")
    except (ValueError, AttributeError, RecursionError):
        text = ""
    text = KEY.sub("…", text.replace(api_key, "…"))
    text = " ".join(text.split())[:200]
    return text or "no reason given"
