"""Asking a sandbox over HTTP."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from langdock_usage.sandbox.service.server import SANDBOX_API_KEY, Sandbox

NOW = datetime(2026, 11, 23, 18, 40, tzinfo=UTC)


ROUTE = "/export/api-keys"


AUTH = {"Authorization": f"Bearer {SANDBOX_API_KEY}"}


def body(start: str, end: str | None = None, zone: str = "Europe/Berlin", **more: Any) -> Any:
    end = end or start
    return {
        "from": {"date": f"{start}T00:00:00.000", "timezone": zone},
        "to": {"date": f"{end}T23:59:59.999", "timezone": zone},
    } | more


@dataclass
class Api:
    """Asks a sandbox, with its key unless told otherwise."""

    sandbox: Sandbox
    http: httpx.Client

    def post(self, asked: Any, route: str = ROUTE, **headers: str) -> httpx.Response:
        return self.http.post(self.sandbox.base_url + route, json=asked, headers=AUTH | headers)

    def rows(self, asked: Any) -> list[dict[str, str]]:
        """The export's CSV, by its link."""
        data = self.post(asked).raise_for_status().json()["data"]
        answer = self.http.get(data["downloadUrl"]).raise_for_status()
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert data["recordCount"] == len(rows)
        return rows


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert set(answer.json()) == {"error", "message"}
    return answer.status_code, answer.json()["message"]
