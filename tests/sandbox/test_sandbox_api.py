"""The API and its storage host, over real sockets: every documented rule."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from langdock_usage.errors import LangdockUsageError
from langdock_usage.sandbox.service.server import KEY_WITHOUT_SCOPE, SANDBOX_API_KEY, Sandbox, serve
from langdock_usage.sandbox.workspace.workspace import Workspace

NOW = datetime(2026, 11, 23, 18, 40, tzinfo=UTC)
ROUTE = "/export/api-keys"
AUTH = {"Authorization": f"Bearer {SANDBOX_API_KEY}"}


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.synthetic(today=NOW.date())


@pytest.fixture(scope="module")
def sandbox(workspace: Workspace) -> Iterator[Sandbox]:
    with serve(workspace, now=lambda: NOW) as running:
        yield running


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=5) as client:
        yield client


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


@pytest.fixture
def api(sandbox: Sandbox, http: httpx.Client) -> Api:
    return Api(sandbox, http)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert set(answer.json()) == {"error", "message"}
    return answer.status_code, answer.json()["message"]


class TestExport:
    def test_envelope(self, api: Api) -> None:
        answer = api.post(body("2026-10-01", "2026-10-31", group_by="model"))
        assert answer.status_code == 200
        data = answer.json().pop("data")
        org_id = api.sandbox.workspace.org_id
        stem = f"api-keys-usage/{org_id}/api-keys-usage-2026-10-01-2026-10-31-"
        assert data["filePath"].startswith(stem)
        assert data["filePath"].endswith(".csv")
        assert data["downloadUrl"].startswith(api.sandbox.storage_url)
        assert data["dataType"] == "api_keys"
        # October ends in winter time: the two ends have different offsets.
        assert data["dateRange"] == {
            "from": "2026-10-01T00:00:00.000+02:00",
            "to": "2026-10-31T23:59:59.999+01:00",
        }
        assert answer.json()["success"] is True

    def test_utc_is_written_as_z(self, api: Api) -> None:
        data = api.post(body("2026-10-06", zone="UTC")).json()["data"]
        assert data["dateRange"] == {
            "from": "2026-10-06T00:00:00.000Z",
            "to": "2026-10-06T23:59:59.999Z",
        }

    def test_storage_is_another_origin(self, api: Api) -> None:
        assert httpx.URL(api.sandbox.base_url).port != httpx.URL(api.sandbox.storage_url).port

    @pytest.mark.parametrize("prefix", ["", "/api/public"])
    @pytest.mark.parametrize("suffix", ["", "/csv"])
    def test_routes_that_answer_with_a_link(self, api: Api, prefix: str, suffix: str) -> None:
        answer = api.post(body("2026-10-06"), f"{prefix}/export/api-keys{suffix}")
        assert "downloadUrl" in answer.json()["data"]

    @pytest.mark.parametrize("prefix", ["", "/api/public"])
    def test_the_json_route_answers_with_the_rows_of_the_csv(self, api: Api, prefix: str) -> None:
        asked = body("2026-10-06", group_by="model")
        answer = api.post(asked, f"{prefix}/export/api-keys/json").json()
        rows = api.rows(asked)
        assert answer["success"] is True
        assert answer["metadata"] == {"dataType": "api_keys", "recordCount": len(rows)}
        assert [{k: str(v) for k, v in row.items()} for row in answer["data"]] == rows

    def test_columns_of_an_export_by_model(self, api: Api) -> None:
        assert list(api.rows(body("2026-10-06", group_by="model"))[0]) == [
            "period_start",
            "period_end",
            "org_id",
            "api_key_id",
            "api_key_name",
            "model",
            "requests",
            "total_cost_usd",
            "sum_prompt_tokens",
            "sum_completion_tokens",
            "cached_prompt_tokens",
            "cache_creation_tokens",
            "no_cache_tokens",
        ]

    def test_without_group_by_one_row_per_key(self, api: Api) -> None:
        rows = api.rows(body("2026-10-06"))
        assert "model" not in rows[0]
        ids = [row["api_key_id"] for row in rows]
        assert len(ids) == len(set(ids)) == 13

    def test_a_workspace_without_its_own_keys_has_no_token_columns(
        self, http: httpx.Client
    ) -> None:
        plain = Workspace.synthetic(today=NOW.date(), byok=False)
        with serve(plain, now=lambda: NOW) as running:
            rows = Api(running, http).rows(body("2026-10-06", group_by="model"))
        assert list(rows[0])[-2:] == ["requests", "total_cost_usd"]

    def test_periods_are_stated_as_utc_dates(self, api: Api) -> None:
        # 6 October in Berlin is 5 October 22:00 to 6 October 22:00 UTC.
        row = api.rows(body("2026-10-06"))[0]
        assert (row["period_start"], row["period_end"]) == ("2026-10-05", "2026-10-06")

    def test_the_file_is_csv_with_line_feeds_and_quoted_names(self, api: Api) -> None:
        data = api.post(body("2026-10-06")).json()["data"]
        answer = api.http.get(data["downloadUrl"])
        assert answer.headers["content-type"].startswith("text/csv")
        assert b"\r" not in answer.content
        text = answer.content.decode()
        assert '"Vertrieb, DACH"' in text
        assert '"Projekt ""Fjord"""' in text
        assert "Übersetzungen (EN/FR/中文)" in text

    def test_costs_are_plain_decimals(self, api: Api) -> None:
        # One hour at night: costs below a ten-thousandth of a dollar would tempt to an exponent.
        asked = body("2026-10-04", group_by="model")
        asked["to"]["date"] = "2026-10-04T02:59:59.999"
        costs = [row["total_cost_usd"] for row in api.rows(asked)]
        assert all(set(cost) <= set("0123456789.") for cost in costs)
        assert min(Decimal(cost) for cost in costs) < Decimal("0.01")


@pytest.mark.parametrize(
    ("day", "first_hour", "length"),
    [
        ("2026-03-29", datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        ("2026-10-25", datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
        ("2026-10-06", datetime(2026, 10, 5, 22, tzinfo=UTC), 24),
    ],
)
def test_a_berlin_day_is_the_sum_of_its_hours(
    api: Api, day: str, first_hour: datetime, length: int
) -> None:
    """Added up in plain Python, apart from the server, from what each single hour had."""
    expected: dict[tuple[str, str], list[Any]] = {}
    for hour in (first_hour + timedelta(hours=n) for n in range(length)):
        for row in api.sandbox.workspace.usage(hour, hour + timedelta(hours=1), by_model=True):
            assert row.model
            group = expected.setdefault((row.api_key_id, row.model), [0, Decimal(0), 0, 0, 0, 0, 0])
            group[0] += row.requests
            group[1] += row.total_cost_usd
            group[2] += row.sum_prompt_tokens
            group[3] += row.sum_completion_tokens
            group[4] += row.cached_prompt_tokens
            group[5] += row.cache_creation_tokens
            group[6] += row.no_cache_tokens
    stated = {
        (row["api_key_id"], row["model"]): [
            int(row["requests"]),
            Decimal(row["total_cost_usd"]),
            int(row["sum_prompt_tokens"]),
            int(row["sum_completion_tokens"]),
            int(row["cached_prompt_tokens"]),
            int(row["cache_creation_tokens"]),
            int(row["no_cache_tokens"]),
        ]
        for row in api.rows(body(day, group_by="model"))
    }
    assert stated == expected


def test_days_of_both_groupings_add_up_to_the_month(api: Api) -> None:
    def total(rows: list[dict[str, str]]) -> Decimal:
        return sum((Decimal(row["total_cost_usd"]) for row in rows), Decimal(0))

    days = [f"2026-10-{day:02d}" for day in range(1, 32)]
    month = total(api.rows(body("2026-10-01", "2026-10-31")))
    assert sum(total(api.rows(body(day, group_by="model"))) for day in days) == month
    assert sum(total(api.rows(body(day))) for day in days) == month


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
