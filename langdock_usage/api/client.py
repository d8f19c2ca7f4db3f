"""The Usage Export API over HTTP: request an export, follow its link, download the CSV.

Knows nothing of DuckDB. The API key goes into one header of the requests to the API host, and
nowhere else: not to the storage host, not along a redirect, not into a message.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from langdock_usage.api.bodies import UNPACKED, TooLarge, body_of
from langdock_usage.api.concurrency import ConcurrencyLimiter
from langdock_usage.api.download import check_whole, download
from langdock_usage.api.export_request import ExportRequest
from langdock_usage.api.http_client import is_loopback
from langdock_usage.api.network import TIMEOUT, network
from langdock_usage.api.period_check import check_period
from langdock_usage.api.rate_limit import RateLimiter
from langdock_usage.api.responses import NOT_AN_EXPORT, DatesRefused, data_of
from langdock_usage.api.retries import stop_after_tries, wait_between_tries
from langdock_usage.errors import (
    AccessDenied,
    ApiError,
    ExportTooLarge,
    InvalidRequest,
    Overloaded,
    RateLimited,
    RequestRefused,
    ServiceUnavailable,
)
from langdock_usage.raw.combine import combine
from langdock_usage.windows import DateForm, Period

PATH = "/export/api-keys"
KEY = re.compile(r"[!-~]+")
MAX_ANSWER_BYTES = 1024 * 1024  # it holds a link, not an export
HEAD_START_SECONDS = 1.0


OnRetry = Callable[[str, float], None]  # what went wrong, and seconds until the next try


class UsageExportClient:
    """Requests exports over an httpx client that is passed in.

    `date_form` is the form of dates that the service takes, None as long as none has worked.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        api_key: str,
        *,
        rate_limiter: RateLimiter | None = None,
        concurrency: ConcurrencyLimiter | None = None,
        backoff_seconds: float = 0.5,
        on_retry: OnRetry | None = None,
    ) -> None:
        if not KEY.fullmatch(api_key):
            raise AccessDenied("LANGDOCK_API_KEY holds characters that no key has; copy it again.")
        self.base_url = _checked_base(base_url)
        self._url = httpx.URL(self.base_url + PATH)
        self._name = f"The API at {urlsplit(self.base_url).netloc}"
        self._http = http
        self._api_key = api_key
        self._rate_limiter = rate_limiter or RateLimiter()
        self._concurrency = concurrency or ConcurrencyLimiter()
        self._backoff_seconds = backoff_seconds
        self._on_retry = on_retry
        self.date_form: DateForm | None = None
        self._form_is_confirmed = False  # in this run
        self._first_request = asyncio.Lock()
        self._large = asyncio.Lock()

    async def export(self, window: Period, timezone: str, group_by: str | None) -> bytes | None:
        """The CSV of these local days, content encoding undone; None where there is no data.

        Tries again, within bounds, whatever may pass: rate limits, server trouble, bad connections,
        an expired link, a body that is not the CSV that was announced. A period that is refused as
        too large is requested in parts, and these are combined into one CSV.
        Raises AccessDenied, ExportTooLarge, PeriodMismatch, ServiceUnavailable, ApiError.
        """
        return await self._whole_or_halves(ExportRequest.of_days(window, timezone, group_by))

    async def _whole_or_halves(self, request: ExportRequest) -> bytes | None:
        try:
            return await self._with_retries(request)
        except ExportTooLarge:
            halves = request.halves()
            if not halves:
                raise
            parts = [await self._whole_or_halves(half) for half in halves]
            return combine([part for part in parts if part is not None])

    async def _with_retries(self, request: ExportRequest) -> bytes | None:
        async for attempt in self._tries(ServiceUnavailable):
            with attempt:
                async with self._concurrency.slot():
                    return await self._try_once(request)
        raise AssertionError("unreachable: the last try returns or raises")

    def _tries(self, passing: type[ServiceUnavailable]) -> AsyncRetrying:
        """One try after the other while this kind of trouble, which may pass, goes on."""
        return AsyncRetrying(
            retry=retry_if_exception_type(passing),
            stop=stop_after_tries,
            wait=wait_between_tries(self._backoff_seconds),
            before_sleep=self._before_next_try,
            reraise=True,
        )

    def _before_next_try(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0.0
        if isinstance(error, RateLimited):
            self._rate_limiter.hold(seconds)
        if self._on_retry:
            self._on_retry(str(error), seconds)

    async def _try_once(self, request: ExportRequest) -> bytes | None:
        data = await self._export_data(request)
        if data is None:
            return None
        link, count = data.get("downloadUrl"), data.get("recordCount")
        if not isinstance(link, str):
            raise ServiceUnavailable("The API answered without a download link.")
        csv = await self._download(self._checked_link(link))
        check_whole(csv, count)
        check_period(request, data, csv)
        return csv

    async def _export_data(self, request: ExportRequest) -> dict[str, Any] | None:
        """The `data` of the API's answer, requested in the form of dates that the service takes.

        As long as none is known, one request goes out alone: it finds the form for all others. Of a
        form that an earlier run has left, it has a head start: dates are refused at once, before
        any export is made.
        """
        if self._form_is_confirmed or not await self._goes_first():
            return await self._post_in_either_form(request)
        try:
            return await self._post_in_either_form(request)
        finally:
            self._first_request.release()

    async def _goes_first(self) -> bool:
        """Wait for a request that may confirm the form of dates; whether to be that request now."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HEAD_START_SECONDS if self.date_form else None):
                await self._first_request.acquire()
            if not self._form_is_confirmed:
                return True
            self._first_request.release()
        return False

    async def _post_in_either_form(self, request: ExportRequest) -> dict[str, Any] | None:
        first = self.date_form or "plain"
        try:
            return await self._post_in_form(request, first)
        except DatesRefused as refusal:
            try:
                return await self._post_in_form(request, "z" if first == "plain" else "plain")
            except DatesRefused as again:
                both = str(refusal) if str(again) == str(refusal) else f"{refusal} {again}"
                raise RequestRefused(both) from again

    async def _post_in_form(self, request: ExportRequest, form: DateForm) -> dict[str, Any] | None:
        try:
            data = await self._post(request.body(form))
        except ExportTooLarge:  # it has read the dates
            self._confirm(form)
            raise
        self._confirm(form)
        return data

    def _confirm(self, form: DateForm) -> None:
        self.date_form = form
        self._form_is_confirmed = True

    async def _post(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """The `data` of the API's answer; None where it has no data for the period."""
        async with (
            self._rate_limiter.slot(),
            network(self._name),
            self._http.stream(
                "POST",
                self._url,
                json=body,
                headers={"Authorization": f"Bearer {self._api_key}", **UNPACKED},
                follow_redirects=False,
                timeout=TIMEOUT,
            ) as response,
        ):
            try:
                content = await body_of(response, self._name, MAX_ANSWER_BYTES)
            except TooLarge:
                raise ServiceUnavailable(NOT_AN_EXPORT) from None
        retry_after = response.headers.get("Retry-After")
        headers = {"Retry-After": retry_after} if retry_after else {}
        # nothing else of its headers: how they say that the text is encoded may be nonsense
        answer = httpx.Response(response.status_code, headers=headers, content=content)
        return data_of(answer, self._api_key)

    async def _download(self, link: httpx.URL) -> bytes:
        """The file behind a signed link, while the storage host is overloaded again and again."""
        async for attempt in self._tries(Overloaded):
            with attempt:
                return await download(self._http, link, self._large)
        raise AssertionError("unreachable: the last try returns or raises")

    def _checked_link(self, link: str) -> httpx.URL:
        with suppress(ValueError, httpx.InvalidURL):  # not a URL at all
            url = httpx.URL(link)
            secure = url.scheme == "https" or (url.scheme == "http" and is_loopback(self.base_url))
            if secure and url.host:
                return url
        raise ApiError(
            "The API answered with a download link that is not https; it is not followed."
        )


def _checked_base(base_url: str) -> str:
    with suppress(ValueError):  # not a URL at all
        parts = urlsplit(base_url)
        bare = parts.hostname and not (parts.username or parts.query or parts.fragment)
        if bare and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(base_url))):
            return base_url.rstrip("/")
    raise InvalidRequest(
        "LANGDOCK_BASE_URL must begin with https://, because the API key goes there, and hold no "
        "user, query or fragment; it is like https://<deployment>/api/public."
    )
