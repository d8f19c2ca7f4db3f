"""What an export of the sandbox states, over real sockets."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from langdock_usage.sandbox.service.server import serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.sandbox_api import NOW, Api, body


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
