"""Who may ask for what, and how much of it: every documented refusal, over real sockets."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from langdock_usage.sandbox.service.server import KEY_WITHOUT_SCOPE, SANDBOX_API_KEY, serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.sandbox_api import AUTH, NOW, ROUTE, Api, body, refusal


class TestAccess:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Bearer sk-ld-wrong"},
            {"Authorization": SANDBOX_API_KEY},
            {"Authorization": f"Basic {SANDBOX_API_KEY}"},
        ],
    )
    def test_no_key_or_a_wrong_one(self, api: Api, headers: dict[str, str]) -> None:
        answer = api.http.post(
            api.sandbox.base_url + ROUTE, json=body("2026-10-06"), headers=headers
        )
        assert refusal(answer)[0] == 401

    def test_a_key_without_the_scope(self, api: Api) -> None:
        answer = api.post(body("2026-10-06"), Authorization=f"Bearer {KEY_WITHOUT_SCOPE}")
        status, message = refusal(answer)
        assert status == 403
        assert "USAGE_EXPORT_API" in message

    def test_calls_from_a_browser(self, api: Api) -> None:
        assert refusal(api.post(body("2026-10-06"), Origin="https://example.com"))[0] == 403

    def test_each_workspace_has_its_own_key(self, workspace: Workspace, http: httpx.Client) -> None:
        other = Workspace.synthetic(seed=7, today=NOW.date(), org_id="another-org")
        with serve([workspace, other], now=lambda: NOW) as running:
            api = Api(running, http)
            assert list(running.accounts) == [SANDBOX_API_KEY, f"{SANDBOX_API_KEY}-2"]
            assert running.api_key == SANDBOX_API_KEY
            for key, space in running.accounts.items():
                answer = api.post(
                    body("2026-10-06"), f"{ROUTE}/json", Authorization=f"Bearer {key}"
                )
                assert {row["org_id"] for row in answer.json()["data"]} == {space.org_id}


class TestBody:
    @pytest.mark.parametrize(
        "asked",
        [
            {},
            [],
            "text",
            {"from": body("2026-10-06")["from"]},
            {"to": body("2026-10-06")["to"]},
            body("2026-10-06") | {"from": "2026-10-06"},
            body("2026-10-06") | {"from": {"date": "2026-10-06T00:00:00.000"}},
            body("2026-10-06") | {"from": {"timezone": "Europe/Berlin"}},
            body("2026-10-06") | {"from": {"date": 20261006, "timezone": "UTC"}},
            body("2026-02-30"),
            body("06.10.2026"),
            body("0001-01-01", "2026-10-06"),
            body("2026-10-06", "9999-12-31", zone="America/New_York"),
            body("2026-10-06", zone="Europe/Atlantis"),
            body("2026-10-06", zone="CEST"),
            body("2026-10-06", zone=""),
            body("2026-10-06", zone="../../etc/passwd"),
            body("2026-10-06", zone="Europe"),
            body("2026-10-06", "2026-10-05"),
        ],
    )
    def test_bad_bodies(self, api: Api, asked: Any) -> None:
        assert refusal(api.post(asked))[0] == 400

    def test_no_json(self, api: Api) -> None:
        headers = AUTH | {"Content-Type": "application/json"}
        answer = api.http.post(api.sandbox.base_url + ROUTE, content="from=now", headers=headers)
        assert refusal(answer)[0] == 400

    def test_another_content_type(self, api: Api) -> None:
        content = json.dumps(body("2026-10-06"))
        answer = api.http.post(api.sandbox.base_url + ROUTE, content=content, headers=AUTH)
        assert refusal(answer)[0] == 400

    def test_unknown_group_by(self, api: Api) -> None:
        status, message = refusal(api.post(body("2026-10-06", group_by="user")))
        assert status == 400
        assert "group_by" in message

    def test_the_date_is_local_and_a_trailing_z_is_dropped(self, api: Api) -> None:
        asked = body("2026-10-06", group_by="model")
        expected = api.rows(asked)
        for end in ("from", "to"):
            asked[end]["date"] += "Z"
        assert api.rows(asked) == expected
        assert api.rows(body("2026-10-06", zone="UTC", group_by="model")) != expected

    def test_an_offset_contradicts_the_zone(self, api: Api) -> None:
        asked = body("2026-10-06")
        asked["from"]["date"] += "+02:00"
        assert refusal(api.post(asked))[0] == 400

    def test_a_period_ends_with_the_instant_asked_for(self, api: Api) -> None:
        asked = body("2026-10-06")
        asked["to"]["date"] = "2026-10-06T10:00:00.000"
        includes_ten = api.rows(asked)
        asked["to"]["date"] = "2026-10-06T09:59:59.999"
        without_ten = api.rows(asked)
        assert sum(int(row["requests"]) for row in without_ten) < sum(
            int(row["requests"]) for row in includes_ten
        )


class TestLimits:
    def test_no_data_found(self, api: Api) -> None:
        status, message = refusal(api.post(body("2026-11-24")))
        assert status == 404
        assert message == "No data found"

    def test_a_wrong_base_url_does_not_look_like_a_day_without_usage(self, api: Api) -> None:
        status, message = refusal(api.post(body("2026-10-06"), "/wrong/export/api-keys"))
        assert status == 404
        assert "No data found" not in message
        assert refusal(api.http.get(api.sandbox.base_url + ROUTE))[0] == 405

    def test_the_future_is_not_stated(self, api: Api) -> None:
        def requests(end: str) -> int:
            asked = body("2026-11-23", zone="UTC")
            asked["to"]["date"] = end
            return sum(int(row["requests"]) for row in api.rows(asked))

        # It is 18:40: the last complete hour is the one from 17:00.
        assert requests("2026-11-23T16:59:59.999") < requests("2026-11-23T17:59:59.999")
        assert requests("2026-11-23T17:59:59.999") == requests("2026-11-30T23:59:59.999")

    def test_twelve_months_of_history(self, api: Api) -> None:
        assert api.rows(body("2025-11-23"))
        status, message = refusal(api.post(body("2025-11-22", "2026-10-06")))
        assert status == 400
        assert "12 months" in message

    def test_history_is_counted_in_the_zone_asked_for(self, workspace: Workspace) -> None:
        # It is already 24 November in Auckland.
        with (
            serve(workspace, now=lambda: NOW) as running,
            httpx.Client(trust_env=False) as client,
        ):
            api = Api(running, client)
            assert api.post(body("2025-11-24", zone="Pacific/Auckland")).status_code == 200
            assert api.post(body("2025-11-23", zone="Pacific/Auckland")).status_code == 400

    def test_history_on_the_last_of_february(self, http: httpx.Client) -> None:
        leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
        with serve(Workspace.synthetic(today=leap.date()), now=lambda: leap) as running:
            api = Api(running, http)
            assert api.post(body("2027-02-28")).status_code == 200
            assert api.post(body("2027-02-27")).status_code == 400

    def test_an_export_over_the_row_limit(self, workspace: Workspace, http: httpx.Client) -> None:
        start = datetime(2026, 10, 5, 22, tzinfo=UTC)
        rows = sum(
            len(workspace.usage(hour, hour + timedelta(hours=1), by_model=True))
            for hour in (start + timedelta(hours=n) for n in range(24))
        )
        with serve(workspace, now=lambda: NOW, row_limit=rows) as running:
            assert Api(running, http).post(body("2026-10-06")).status_code == 200
        with serve(workspace, now=lambda: NOW, row_limit=rows - 1) as running:
            answer = Api(running, http).post(body("2026-10-06"))
        assert refusal(answer) == (
            400,
            f"Export too large: {rows} rows exceeds limit of {rows - 1}. "
            "Please narrow the date range.",
        )
        assert answer.json()["error"] == "Export too large"

    def test_rate_limit_of_each_workspace(self, workspace: Workspace, http: httpx.Client) -> None:
        seconds = 0.0
        other = Workspace.synthetic(today=NOW.date(), org_id="another-org")
        with serve(
            [workspace, other], now=lambda: NOW, clock=lambda: seconds, requests_per_minute=3
        ) as running:
            api = Api(running, http)
            future = body("2026-12-24")

            def statuses(count: int, key: str = SANDBOX_API_KEY) -> list[int]:
                headers = {"Authorization": f"Bearer {key}"}
                return [api.post(future, **headers).status_code for _ in range(count)]

            assert statuses(2) == [404, 404]
            seconds = 30.0
            assert statuses(2) == [404, 429]
            assert statuses(1, f"{SANDBOX_API_KEY}-2") == [404]
            seconds = 59.9
            assert statuses(1) == [429]
            seconds = 60.0
            assert statuses(3) == [404, 404, 429]
            assert refusal(api.post(future))[0] == 429
            assert "retry-after" not in api.post(future).headers

    def test_the_first_fetch_of_a_year_fits_into_a_minute_of_the_rate_limit(
        self, workspace: Workspace, http: httpx.Client
    ) -> None:
        days = [date(2025, 11, 23) + timedelta(days=n) for n in range(365)]
        with serve(workspace, now=lambda: NOW, clock=lambda: 0) as running:
            api = Api(running, http)
            answers = [api.post(body(day.isoformat(), group_by="model")) for day in days]
        assert {answer.status_code for answer in answers} == {200}
