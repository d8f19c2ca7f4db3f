"""What later exports say differently: restatements, as-of answers, reconciliation, status."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import langdock_usage as lu
from langdock_usage.raw.archive import Archive
from langdock_usage.sandbox.service.server import Sandbox, serve
from langdock_usage.sandbox.workspace.workspace import Workspace
from langdock_usage.store.status import as_text, status
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.fetching import NOW, TIMEZONE, fetch_from
from tests.support.queries import rows


@pytest.fixture
def own_sandbox() -> Iterator[Sandbox]:
    """A sandbox of one test alone, whose answers it may change."""
    with serve(Workspace.synthetic(today=NOW.date()), now=lambda: NOW) as sandbox:
        yield sandbox


def test_restatement_says_what_changed_and_by_how_much(database: Path) -> None:
    builder, window = DatabaseBuilder(database), days("2026-10-05")
    with builder:
        first = builder.add(
            window,
            {"api_key_id": "same"},
            {"api_key_id": "changed", "requests": "10", "total_cost_usd": "1.25"},
            {"api_key_id": "gone", "requests": "3", "total_cost_usd": "0.5"},
        )
        second = builder.add(
            window,
            {"api_key_id": "same"},
            {"api_key_id": "changed", "requests": "12", "total_cost_usd": "1.5"},
            {"api_key_id": "new", "requests": "1", "total_cost_usd": "0.000000001"},
        )
        builder.add(  # says the same again: no restatement
            window,
            {"api_key_id": "same"},
            {"api_key_id": "changed", "requests": "12", "total_cost_usd": "1.5"},
            {"api_key_id": "new", "requests": "1", "total_cost_usd": "0.000000001"},
        )
    assert rows(
        database,
        "select window_start, previous_export_id, export_id, requests_before, requests_after, "
        "difference_usd, rows_new, rows_gone, rows_changed from restatements",
    ) == [
        (
            date(2026, 10, 5),
            first.export_id,
            second.export_id,
            10 + 10 + 3,
            10 + 12 + 1,
            Decimal("0.25") - Decimal("0.5") + Decimal("0.000000001"),
            1,
            1,
            1,
        )
    ]


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_answers_as_of_a_moment(database: Path) -> None:
    """`made.DatabaseBuilder` takes exports in at 12:01, 12:02, … UTC on 1 November 2026."""
    builder, window = DatabaseBuilder(database), days("2026-10-05")
    with builder:
        for requests in ("1", "2", "3"):
            builder.add(window, {"requests": requests})
    usage = lu.open(database)

    def requests_at(clock: str) -> list[Any]:
        then = usage.as_of(f"2026-11-01T{clock}+00:00")
        return then.sql("select requests from usage")["requests"].to_list()

    assert requests_at("12:00:59") == []
    assert requests_at("12:01") == [1]
    assert requests_at("12:02:30") == [2]
    assert requests_at("13:00") == [3]
    assert usage.as_of("2026-11-01").cost_per_key("2026-10")["requests"].to_list() == [3]
    assert usage.cost_per_key("2026-10")["requests"].to_list() == [3]
    with pytest.raises(lu.errors.NoData, match="Of what had been received by 2026-10-31 23:59"):
        usage.as_of("2026-10-31").cost_per_key("2026-10")
    with pytest.raises(lu.errors.InvalidRequest, match="no time zone"):
        usage.as_of("2026-11-01T12:00")
    with pytest.raises(lu.errors.InvalidRequest, match="not a moment"):
        usage.as_of("the third")


def test_late_usage_is_fetched_again_and_recorded(database: Path) -> None:
    """Every fifth hour of the sandbox becomes known two days late."""
    moment = NOW
    workspace = Workspace.synthetic(today=NOW.date(), late_usage=True)
    with serve(workspace, now=lambda: moment) as sandbox:
        fetch_from(sandbox, database, days("2026-11-10", "2026-11-14"), now=moment)
        [(before,)] = rows(database, "select sum(requests) from usage")
        moment = NOW + timedelta(days=3)
        fetch_from(sandbox, database, now=moment)
    [(after,)] = rows(database, "select sum(requests) from usage where window_start < '2026-11-15'")
    expected = sum(
        hour.requests
        for hour in workspace.hours()
        if datetime(2026, 11, 9, 23, tzinfo=UTC)
        <= hour.hour
        < datetime(2026, 11, 14, 23, tzinfo=UTC)
    )
    assert before < after == expected
    assert rows(
        database, "select window_start, difference_usd > 0 from restatements order by 1"
    ) == [
        (date(2026, 11, 13), True),
        (date(2026, 11, 14), True),
    ]


def test_day_that_shrinks_to_nothing_is_a_restatement_with_a_warning(
    own_sandbox: Sandbox, database: Path
) -> None:
    fetch_from(own_sandbox, database, days("2026-11-12", "2026-11-14"))
    [(cost,)] = rows(
        database, "select sum(total_cost_usd) from usage where window_start = '2026-11-13'"
    )
    own_sandbox.override(date(2026, 11, 13), None)
    fetched = fetch_from(own_sandbox, database)
    assert rows(database, "from usage where window_start = '2026-11-13'") == []
    assert rows(database, "select window_start, difference_usd from restatements") == [
        (date(2026, 11, 13), -cost)
    ]
    [warning] = fetched.warnings
    assert "2026-11-13" in warning
    assert f"{cost.normalize():f} USD" in warning


def test_empty_answer_does_not_erase_a_settled_day(own_sandbox: Sandbox, database: Path) -> None:
    fetch_from(own_sandbox, database, days("2026-11-05", "2026-11-14"))
    before = rows(database, "from usage order by all")
    own_sandbox.override(date(2026, 11, 6), None)
    fetched = fetch_from(own_sandbox, database, days("2026-11-06"))
    assert "stays in force" in fetched.warnings[0]
    assert rows(database, "from usage order by all") == before
    assert rows(database, "from restatements") == []
    # asked again, the day is still the stored one
    fetch_from(own_sandbox, database, days("2026-11-06"))
    assert rows(database, "from usage order by all") == before


def test_header_without_rows_is_as_empty_as_no_answer(own_sandbox: Sandbox, database: Path) -> None:
    fetch_from(own_sandbox, database, days("2026-11-05", "2026-11-14"))
    before = rows(database, "from usage order by all")
    own_sandbox.override(date(2026, 11, 6), [])
    fetched = fetch_from(own_sandbox, database, days("2026-11-06"))
    assert "stays in force" in fetched.warnings[0]
    assert rows(database, "from usage order by all") == before


def test_month_is_reconciled_with_its_days(own_sandbox: Sandbox, database: Path) -> None:
    fetched = fetch_from(own_sandbox, database, days("2026-09-30", "2026-10-31"))
    assert [str(month) for month in fetched.reconciled] == ["2026-10-01 to 2026-10-31"]
    compared = rows(
        database,
        "select api_key_id, requests_of_days, requests_of_month, total_cost_usd_of_days, "
        "total_cost_usd_of_month, difference_usd from reconciliation",
    )
    assert len(compared) >= 10
    for _, requests, requests_of_month, cost, cost_of_month, difference in compared:
        assert requests == requests_of_month
        assert cost == cost_of_month
        assert difference == 0
    assert fetched.warnings == []
    # nothing new: the month is not asked for again
    assert (
        fetch_from(own_sandbox, database, refresh_days=0, period=days("2026-11-01")).reconciled
        == []
    )


def test_difference_is_a_warning_and_corrects_nothing(own_sandbox: Sandbox, database: Path) -> None:
    """One day loses a key; the ungrouped export of the month still has it."""
    day = date(2026, 10, 14)
    start = datetime(2026, 10, 13, 22, tzinfo=UTC)
    stated = own_sandbox.workspace.usage(start, start + timedelta(days=1), by_model=True)
    lost = stated[0].api_key_id
    own_sandbox.override(day, [row for row in stated if row.api_key_id != lost])
    fetched = fetch_from(own_sandbox, database, days("2026-10-01", "2026-10-31"))
    cost = sum((row.total_cost_usd for row in stated if row.api_key_id == lost), Decimal(0))
    [warning] = fetched.warnings
    assert warning.startswith("2026-10 does not reconcile")
    assert lost in warning
    assert f"by {cost.normalize():f} USD" in warning
    assert rows(
        database, "select api_key_id, difference_usd from reconciliation where difference_usd <> 0"
    ) == [(lost, cost)]
    assert rows(
        database,
        f"select count(*) from usage where window_start = '{day}' and api_key_id = '{lost}'",
    ) == [(0,)]
    [workspace] = status(database, NOW)["workspaces"]
    assert workspace["reconciliation"][0]["keys_that_differ"] == 1


def test_status_says_what_there_is(own_sandbox: Sandbox, database: Path) -> None:
    fetch_from(own_sandbox, database, days("2026-10-01", "2026-10-31"))
    fetch_from(own_sandbox, database, days("2026-11-03", "2026-11-13"))
    found = status(database, NOW)
    [workspace] = found["workspaces"]
    assert workspace["org_id"] == own_sandbox.workspace.org_id
    assert workspace["timezone"] == TIMEZONE
    assert workspace["days_covered"] == 31 + 11
    assert workspace["covered"] == [["2026-10-01", "2026-10-31"], ["2026-11-03", "2026-11-13"]]
    # yesterday was the 14th
    assert workspace["missing"] == [["2026-11-01", "2026-11-02"], ["2026-11-14", "2026-11-14"]]
    assert found["database_bytes"] == database.stat().st_size
    text = as_text(found)
    assert "days missing   2026-11-01 to 2026-11-02, 2026-11-14" in text
    assert "1 month, it agrees" in text
    assert len(text.splitlines()) < 24


def test_provisional_days_are_those_fetched_soon_after_their_end(database: Path) -> None:
    """Settled is what was fetched three days or more after the end of its local day."""
    builder = DatabaseBuilder(database)  # 1 November 2026, 12:01 UTC, which is 13:01 in Berlin
    with builder:
        for day in ("2026-10-28", "2026-10-29", "2026-10-31"):
            builder.add(days(day), {}, timezone=TIMEZONE)
    assert rows(database, "select day, is_provisional from stored_days order by day") == [
        (date(2026, 10, 28), False),
        (date(2026, 10, 29), True),
        (date(2026, 10, 31), True),
    ]


def test_period_across_months_is_named_and_in_no_monthly_view(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-09-28", "2026-10-04"), {})
    assert rows(database, "from cost_per_key") == []
    [workspace] = status(database)["workspaces"]
    assert workspace["periods_across_months"] == [["2026-09-28", "2026-10-04"]]
    assert "2026-09-28 to 2026-10-04 (in no monthly view)" in as_text(status(database))


def test_databases_of_like_names_share_no_raw_exports(tmp_path: Path) -> None:
    folders = {Archive(tmp_path / name).folder for name in ("usage.duckdb", "usage.db", "usage.x")}
    assert len(folders) == 3
