"""The hosts of the sandbox: links to the storage, ports, clocks."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from langdock_usage.errors import LangdockUsageError
from langdock_usage.sandbox.service.server import serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.sandbox_api import AUTH, NOW, ROUTE, Api, body


class TestStorage:
    @pytest.fixture
    def link(self, api: Api) -> str:
        url: str = api.post(body("2026-10-06")).json()["data"]["downloadUrl"]
        return url

    def test_the_link_needs_no_key(self, api: Api, link: str) -> None:
        answer = api.http.get(link)
        assert answer.status_code == 200
        assert "authorization" not in api.sandbox.storage_requests[-1].headers

    def test_a_key_is_refused(self, api: Api, link: str) -> None:
        answer = api.http.get(link, headers=AUTH)
        assert answer.status_code == 400
        assert "<Code>InvalidArgument</Code>" in answer.text
        assert api.sandbox.storage_requests[-1].headers["authorization"].startswith("Bearer")

    @pytest.mark.parametrize(
        ("old", "new"), [("signature=", "signature=0"), ("expires=", "expires=9"), (".csv", ".txt")]
    )
    def test_a_forged_link(self, api: Api, link: str, old: str, new: str) -> None:
        answer = api.http.get(link.replace(old, new))
        assert answer.status_code == 403
        assert "<Code>SignatureDoesNotMatch</Code>" in answer.text

    def test_a_link_without_a_signature(self, api: Api, link: str) -> None:
        assert api.http.get(link.partition("?")[0]).status_code == 403

    def test_a_link_expires(self, workspace: Workspace, http: httpx.Client) -> None:
        now = NOW
        with serve(workspace, now=lambda: now, link_seconds=30) as running:
            link = Api(running, http).post(body("2026-10-06")).json()["data"]["downloadUrl"]
            now = NOW + timedelta(seconds=29)
            assert http.get(link).status_code == 200
            now = NOW + timedelta(seconds=30)
            answer = http.get(link)
        assert answer.status_code == 403
        assert "Request has expired" in answer.text


class TestServer:
    def test_what_reached_which_host(self, workspace: Workspace, http: httpx.Client) -> None:
        with serve(workspace, now=lambda: NOW) as running:
            asked = body("2026-10-06")
            Api(running, http).rows(asked)
        (to_api,) = running.api_requests
        assert (to_api.method, to_api.path) == ("POST", ROUTE)
        assert to_api.headers["authorization"] == AUTH["Authorization"]
        assert json.loads(to_api.body) == asked
        (to_storage,) = running.storage_requests
        assert (to_storage.method, to_storage.path.rpartition(".")[2]) == ("GET", "csv")

    def test_starts_and_stops(self, workspace: Workspace, http: httpx.Client) -> None:
        with serve(workspace, now=lambda: NOW) as running:
            Api(running, http).rows(body("2026-10-06"))
        with pytest.raises(httpx.ConnectError):
            http.get(running.base_url)

    def test_a_chosen_port_and_a_taken_one(self, workspace: Workspace) -> None:
        with serve(workspace) as running:
            port = int(running.base_url.rpartition(":")[2])
            with (
                pytest.raises(LangdockUsageError, match=f"port {port} .*choose another"),
                serve(workspace, port=port),
            ):
                pass
        with serve(workspace, port=port) as again:
            assert again.base_url == running.base_url

    def test_now_is_the_clock_of_the_machine(self, http: httpx.Client) -> None:
        today = datetime.now(UTC).date()
        with serve(Workspace.synthetic(today=today)) as running:
            api = Api(running, http)
            yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
            assert api.rows(body(yesterday.isoformat(), zone="UTC"))
            answer = api.post(body(tomorrow.isoformat(), zone="UTC"))
        assert answer.status_code == 404

    def test_importing_the_package_does_not_pay_for_the_sandbox(self) -> None:
        program = (
            "import sys, langdock_usage, langdock_usage.sandbox\n"
            "print({'numpy', 'genai_prices', 'uvicorn', 'starlette'} & set(sys.modules))"
        )
        printed = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout
        assert printed == "set()\n"
