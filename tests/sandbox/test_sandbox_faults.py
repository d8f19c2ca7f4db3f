"""Faults, late usage and overrides: what each does, and that asking again always helps."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from langdock_usage.errors import InvalidRequest
from langdock_usage.sandbox.service.faults import FAULTS, Plan, chosen
from langdock_usage.sandbox.service.server import SANDBOX_API_KEY, Sandbox, serve
from langdock_usage.sandbox.workspace.rows import UsageRow
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.sandbox_api import NOW


class Client:
    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        self.sandbox = sandbox
        self.http = http

    def ask(self, first: str, last: str | None = None, *, by_model: bool = True) -> httpx.Response:
        asked: dict[str, Any] = {
            "from": {"date": f"{first}T00:00:00.000", "timezone": "UTC"},
            "to": {"date": f"{last or first}T23:59:59.999", "timezone": "UTC"},
        }
        if by_model:
            asked["group_by"] = "model"
        return self.http.post(
            f"{self.sandbox.base_url}/export/api-keys",
            json=asked,
            headers={"Authorization": f"Bearer {SANDBOX_API_KEY}"},
        )

    def link(self, first: str, last: str | None = None) -> tuple[str, int]:
        data = self.ask(first, last).raise_for_status().json()["data"]
        return data["downloadUrl"], data["recordCount"]

    def rows(self, first: str, last: str | None = None) -> list[dict[str, str]]:
        url, count = self.link(first, last)
        answer = self.http.get(url)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert len(rows) == count
        return rows

    def gets_through(self, day: str = "2026-10-06") -> bool:
        try:
            return bool(self.rows(day))
        except (httpx.HTTPError, AssertionError, ValueError):
            return False


@contextmanager
def serving(workspace: Workspace, **options: Any) -> Iterator[Client]:
    with (
        serve(workspace, **({"now": lambda: NOW} | options)) as sandbox,
        httpx.Client(trust_env=False, timeout=5) as http,
    ):
        yield Client(sandbox, http)


Serving = Callable[..., AbstractContextManager[Client]]


@pytest.fixture
def struck(workspace: Workspace) -> Serving:
    """A client of a sandbox with these faults."""
    return lambda *faults, **options: serving(workspace, faults=faults, **options)


class TestFaults:
    def test_too_many_requests_without_a_hint(self, struck: Serving) -> None:
        with struck("rate_limit") as client:
            answers = [client.ask("2026-10-06") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [429, 429, 200]
        assert set(answers[0].json()) == {"error", "message"}
        assert "retry-after" not in answers[0].headers

    def test_retry_after_as_seconds(self, struck: Serving) -> None:
        with struck("retry_after") as client:
            answer = client.ask("2026-10-06")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")

    def test_retry_after_as_a_date(self, struck: Serving) -> None:
        with struck("retry_after_date") as client:
            answer = client.ask("2026-10-06")
        assert answer.status_code == 429
        wait = parsedate_to_datetime(answer.headers["retry-after"]) - datetime.now(UTC)
        assert timedelta(seconds=0) < wait <= timedelta(seconds=2)

    def test_server_errors_of_each_kind(self, struck: Serving) -> None:
        with struck("server_error", fault_every=1) as client:
            days = ("2026-10-06", "2026-10-06", "2026-10-07")
            assert [client.ask(day).status_code for day in days] == [500, 502, 503]

    def test_a_dropped_connection(self, struck: Serving) -> None:
        with struck("drop") as client:
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                client.ask("2026-10-06")
            assert client.gets_through("2026-10-06")

    def test_a_slow_answer(self, struck: Serving) -> None:
        with struck("slow", slow_seconds=0.2) as client:
            slow, quick = client.ask("2026-10-06"), client.ask("2026-10-06")
        assert slow.elapsed > timedelta(seconds=0.2) > quick.elapsed
        assert slow.status_code == 200

    def test_html_in_place_of_json(self, struck: Serving) -> None:
        with struck("not_json") as client:
            answer = client.ask("2026-10-06")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")

    def test_a_redirect_to_another_host(self, struck: Serving) -> None:
        with struck("redirect") as client:
            answer = client.ask("2026-10-06")
            assert answer.status_code == 302
            assert answer.headers["location"].startswith(client.sandbox.storage_url)
            client.http.get(answer.headers["location"])
            assert client.sandbox.storage_requests[-1].path == "/export/api-keys"

    def test_periods_of_several_days_are_too_large(self, struck: Serving) -> None:
        with struck("too_large") as client:
            for _ in range(4):
                answer = client.ask("2026-10-06", "2026-10-07")
                assert answer.status_code == 400
                assert answer.json()["error"] == "USAGE_EXPORT_TOO_LARGE"
            assert client.gets_through("2026-10-06")

    def test_an_expired_link(self, struck: Serving) -> None:
        with struck("expired_link") as client:
            url, _ = client.link("2026-10-06")
            answers = [client.http.get(url) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [403, 403]
        assert "Request has expired" in answers[0].text

    def test_html_in_place_of_the_csv(self, struck: Serving) -> None:
        with struck("html") as client:
            url, _ = client.link("2026-10-06")
            first, second = client.http.get(url), client.http.get(url)
        assert first.status_code == second.status_code == 200
        assert first.headers["content-type"].startswith("text/html")
        assert second.headers["content-type"].startswith("text/csv")

    def test_a_truncated_csv(self, struck: Serving) -> None:
        with struck("truncate") as client:
            url, _ = client.link("2026-10-06")
            received = b""
            with (
                pytest.raises(httpx.RemoteProtocolError),
                client.http.stream("GET", url) as answer,
            ):
                announced = int(answer.headers["content-length"])
                for piece in answer.iter_bytes():
                    received += piece
            whole = client.http.get(url).content
        assert whole.startswith(received)
        assert 0 < len(received) < len(whole) == announced

    def test_a_short_csv(self, struck: Serving) -> None:
        with struck("short_csv") as client:
            url, count = client.link("2026-10-06")
            answer = client.http.get(url).content.decode()
        assert len(list(csv.DictReader(io.StringIO(answer)))) == count - 1

    def test_a_short_csv_of_one_row_keeps_its_header(self, struck: Serving) -> None:
        with struck("short_csv") as client:
            client.sandbox.override(date(2026, 10, 6), [ONE_ROW])
            url, count = client.link("2026-10-06")
            assert count == 1
            assert client.http.get(url).content.count(b"\n") == 1

    def test_all_of_them_and_still_every_day_gets_through(self, struck: Serving) -> None:
        with struck("all", slow_seconds=0, fault_every=1) as client:
            days = [f"2026-10-{day:02d}" for day in range(1, len(FAULTS))]
            tries = [next(n for n in range(1, 9) if client.gets_through(day)) for day in days]
        # In the order of FAULTS: twice rate_limit and server_error, `slow` does no harm.
        assert tries == [3, 2, 2, 3, 2, 1, 2, 2, 2, 2, 2, 2]

    def test_without_faults_nothing_is_struck(self, workspace: Workspace) -> None:
        with serving(workspace) as client:
            assert all(client.gets_through(f"2026-10-{day:02d}") for day in range(1, 16))


class TestPlan:
    def test_the_first_of_every_five_periods_in_turns(self) -> None:
        plan = Plan(["drop", "html"])
        assert [plan.strike(number) for number in range(12)] == (
            ["drop", *[None] * 4, "html", *[None] * 4, "drop", None]
        )
        assert [plan.strike(number) for number in range(12)] == [None] * 12

    def test_names(self) -> None:
        assert chosen(["html", "drop"]) == ("drop", "html")
        assert chosen(["all"]) == tuple(FAULTS)
        assert chosen([]) == ()
        with pytest.raises(InvalidRequest, match=r"'fire'.*: choose all or one of rate_limit, "):
            chosen(["drop", "fire"])

    def test_an_unknown_fault_is_refused_before_anything_is_served(self, struck: Serving) -> None:
        with pytest.raises(InvalidRequest), struck("fire"):
            pass


ONE_ROW = UsageRow(
    api_key_id="k-1",
    api_key_name="Only one",
    model="gpt-5-mini",
    requests=3,
    total_cost_usd=Decimal("0.000000001"),
    sum_prompt_tokens=6,
    sum_completion_tokens=5,
    cached_prompt_tokens=1,
    cache_creation_tokens=2,
    no_cache_tokens=3,
)


class TestRestatement:
    def test_late_usage_makes_the_last_two_days_grow(self) -> None:
        late = Workspace.synthetic(today=NOW.date(), late_usage=True)
        now = NOW
        with serving(late, now=lambda: now) as client:

            def requests(day: str) -> int:
                return sum(int(row["requests"]) for row in client.rows(day))

            seen = []
            for days in range(4):
                now = NOW + timedelta(days=days)
                seen.append(requests("2026-11-22"))
            settled = requests("2026-11-19")
            now = NOW
            assert requests("2026-11-19") == settled
        assert seen[0] < seen[1] < seen[2] == seen[3]
        day = datetime(2026, 11, 22, tzinfo=UTC)
        in_the_end = late.usage(day, day + timedelta(days=1), by_model=True)
        assert seen[-1] == sum(row.requests for row in in_the_end)

    @pytest.mark.parametrize("o_clock", range(5, 10))
    def test_what_is_known_at_an_instant_hour_by_hour(self, o_clock: int) -> None:
        late = Workspace.synthetic(today=NOW.date(), late_usage=True)
        known_at = datetime(2026, 11, 20, o_clock, tzinfo=UTC)
        start = known_at - timedelta(days=4)
        expected = 0
        for hour in (start + timedelta(hours=n) for n in range(4 * 24)):
            # Every fifth hour of the history is a late one.
            is_late = (hour - late.first_hour) // timedelta(hours=1) % 5 == 0
            if not is_late or hour + timedelta(hours=48) <= known_at:
                rows = late.usage(hour, hour + timedelta(hours=1), by_model=False)
                expected += sum(row.requests for row in rows)
        for end in (known_at, known_at + timedelta(days=2)):
            stated = late.usage(start, end, by_model=False, known_at=known_at)
            assert sum(row.requests for row in stated) == expected

    def test_without_late_usage_complete_hours_are_known_at_once(
        self, workspace: Workspace
    ) -> None:
        ten = datetime(2026, 11, 20, 10, tzinfo=UTC)
        start = ten - timedelta(hours=1)
        almost = ten - timedelta(microseconds=1)
        assert workspace.usage(start, ten, by_model=True, known_at=almost) == []
        expected = workspace.usage(start, ten, by_model=True)
        assert workspace.usage(start, ten, by_model=True, known_at=ten) == expected != []

    def test_an_overridden_day(self, workspace: Workspace) -> None:
        with serving(workspace) as client:
            before = client.rows("2026-10-07")
            client.sandbox.override(date(2026, 10, 6), [ONE_ROW])
            (row,) = client.rows("2026-10-06")
            assert row["api_key_name"] == "Only one"
            assert row["total_cost_usd"] == "0.000000001"
            assert client.rows("2026-10-07") == before
            assert client.ask("2026-10-06", by_model=False).json()["data"]["recordCount"] > 1

    def test_a_day_that_shrinks_to_nothing(self, workspace: Workspace) -> None:
        with serving(workspace) as client:
            assert client.rows("2026-10-06")
            client.sandbox.override(date(2026, 10, 6), None)
            answer = client.ask("2026-10-06")
        assert answer.status_code == 404
        assert answer.json()["message"] == "No data found"
