"""The synthetic workspace: its sums, its prices, and its token columns."""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langdock_usage.sandbox.workspace.prices import to_pico, to_usd
from langdock_usage.sandbox.workspace.rows import HourRow, UsageRow
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.sandbox_api import NOW


def local(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type, misc]


def summed(hours: Iterable[HourRow], start: datetime, end: datetime) -> dict[tuple[str, str], list]:  # type: ignore[type-arg]
    """Key id and model → requests, cost and tokens, added up hour by hour, apart from the code."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    sums: dict[tuple[str, str], list] = {}  # type: ignore[type-arg]
    for row in hours:
        if start <= row.hour < end:
            group = sums.setdefault((row.api_key_id, row.model), [0, Decimal(0), 0, 0, 0, 0, 0])
            for place, value in enumerate(measures(row)):
                group[place] += value
    return sums


def measures(row: HourRow | UsageRow) -> tuple[int | Decimal, ...]:
    return (
        row.requests,
        row.total_cost_usd,
        row.sum_prompt_tokens,
        row.sum_completion_tokens,
        row.cached_prompt_tokens,
        row.cache_creation_tokens,
        row.no_cache_tokens,
    )


def cost(rows: Iterable[HourRow | UsageRow]) -> Decimal:
    return sum((row.total_cost_usd for row in rows), Decimal(0))


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        (local("Europe/Berlin", 2026, 3, 29), local("Europe/Berlin", 2026, 3, 30), 23),
        (local("Europe/Berlin", 2026, 10, 25), local("Europe/Berlin", 2026, 10, 26), 25),
        (local("America/New_York", 2026, 7, 1), local("America/New_York", 2026, 7, 2), 24),
        (local("Europe/Berlin", 2026, 10, 1), local("Europe/Berlin", 2026, 11, 1), 31 * 24 + 1),
    ],
)
def test_usage_is_the_sum_of_the_hours(
    workspace: Workspace, hours: list[HourRow], start: datetime, end: datetime, length: int
) -> None:
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=length)
    rows = workspace.usage(start, end, by_model=True)
    stated = {(row.api_key_id, row.model): list(measures(row)) for row in rows}
    assert stated == summed(hours, start, end)
    assert list(stated) == sorted(stated), "the order of the rows is fixed"


def test_an_hour_belongs_to_the_period_in_which_it_starts(
    workspace: Workspace, hours: list[HourRow]
) -> None:
    # Calcutta's day is 18:30 to 18:30 UTC: the hours that start at 19:00 up to 18:00.
    start, end = local("Asia/Kolkata", 2026, 10, 6), local("Asia/Kolkata", 2026, 10, 7)
    stated = cost(workspace.usage(start, end, by_model=True))
    expected = [
        row
        for row in hours
        if datetime(2026, 10, 5, 19, tzinfo=UTC)
        <= row.hour
        <= datetime(2026, 10, 6, 18, tzinfo=UTC)
    ]
    assert stated == cost(expected)
    assert stated > 0


def test_days_add_up_to_the_month_and_models_to_the_keys(workspace: Workspace) -> None:
    days = [local("Europe/Berlin", 2026, 10, day) for day in range(1, 32)]
    days.append(local("Europe/Berlin", 2026, 11, 1))
    by_key: dict[str, Counter[str]] = defaultdict(Counter)
    for start, end in pairwise(days):
        for row in workspace.usage(start, end, by_model=True):
            by_key[row.api_key_id]["requests"] += row.requests
            by_key[row.api_key_id]["pico"] += to_pico(row.total_cost_usd)
            by_key[row.api_key_id]["prompt"] += row.sum_prompt_tokens
    month = workspace.usage(days[0], days[-1], by_model=False)
    assert {row.api_key_id for row in month} == set(by_key)
    for row in month:
        assert row.model is None
        assert by_key[row.api_key_id] == {
            "requests": row.requests,
            "pico": to_pico(row.total_cost_usd),
            "prompt": row.sum_prompt_tokens,
        }


def test_hour_row_count_counts_the_hours_with_usage(
    workspace: Workspace, hours: list[HourRow]
) -> None:
    start, end = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 8, tzinfo=UTC)
    assert workspace.hour_row_count(start, end) == sum(start <= row.hour < end for row in hours)


def test_a_period_without_usage_has_no_rows(workspace: Workspace) -> None:
    for year in (2020, 2030):
        start = datetime(year, 1, 1, tzinfo=UTC)
        assert workspace.usage(start, start + timedelta(days=31), by_model=False) == []
    start = datetime(2026, 10, 6, tzinfo=UTC)
    assert workspace.usage(start, start - timedelta(days=1), by_model=False) == []


def test_the_same_numbers_in_every_process_and_on_every_day_of_the_month() -> None:
    program = (
        "from datetime import date\n"
        "from langdock_usage.sandbox.workspace.workspace import Workspace\n"
        "w = Workspace.synthetic(today=date(2026, 11, 1))\n"
        "rows = w.usage(w.first_hour, w.first_hour.replace(year=2027), by_model=False)\n"
        "print(*map(repr, rows), sep='\\n')"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    here = Workspace.synthetic(today=date(2026, 11, 30))
    rows = here.usage(here.first_hour, here.first_hour.replace(year=2027), by_model=False)
    assert printed == "".join(f"{row!r}\n" for row in rows)


def test_another_seed_is_another_workspace(workspace: Workspace) -> None:
    other = Workspace.synthetic(seed=7, today=NOW.date())
    october = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    ours, theirs = (space.usage(*october, by_model=False) for space in (workspace, other))
    assert [row.api_key_id for row in ours] == [row.api_key_id for row in theirs]
    assert all(a.total_cost_usd != b.total_cost_usd for a, b in zip(ours, theirs, strict=True))


# USD per million tokens: uncached input, read from the cache, written to it, output.
LIST_PRICES = {
    "claude-haiku-4-5": ("1", "0.1", "1.25", "5"),
    "claude-sonnet-4-5": ("3", "0.3", "3.75", "15"),
    "gpt-5-mini": ("0.25", "0.025", "0.25", "2"),
    "gemini-2.5-flash": ("0.3", "0.03", "0.3", "2.5"),
    "text-embedding-3-small": ("0.02", "0.02", "0.02", "0"),
}


def test_costs_count_each_token_once_at_its_list_price(hours: list[HourRow]) -> None:
    priced = [row for row in hours if row.model in LIST_PRICES]
    for row in priced:
        no_cache, cached, creation, output = map(Decimal, LIST_PRICES[row.model])
        plain = row.no_cache_tokens
        if row.model.startswith("gemini"):
            plain -= row.cache_creation_tokens
        assert row.total_cost_usd * 1_000_000 == (
            plain * no_cache
            + row.cached_prompt_tokens * cached
            + row.cache_creation_tokens * creation
            + row.sum_completion_tokens * output
        )
    assert {row.model for row in priced} == set(LIST_PRICES)


def test_a_price_by_hand(workspace: Workspace) -> None:
    # Website-Chatbot, claude-haiku-4-5, the hour from 2026-10-06 10:00 UTC:
    hour = datetime(2026, 10, 6, 10, tzinfo=UTC)
    rows = workspace.usage(hour, hour + timedelta(hours=1), by_model=True)
    (chatbot,) = [row for row in rows if row.api_key_name == "Website-Chatbot"]
    assert measures(chatbot)[2:] == (625_965, 175_725, 1_145_277, 113_058, 625_965)
    # 625,965 * 1 + 1,145,277 * 0.1 + 113,058 * 1.25 + 175,725 * 5, per million:
    # 0.625965 + 0.1145277 + 0.1413225 + 0.878625
    assert chatbot.total_cost_usd == Decimal("1.7604402")


def test_three_ways_of_token_accounting(hours: list[HourRow]) -> None:
    for row in hours:
        cached, creation = row.cached_prompt_tokens, row.cache_creation_tokens
        if row.model.startswith("claude"):
            assert row.sum_prompt_tokens == row.no_cache_tokens
        elif row.model.startswith("gemini"):
            assert row.sum_prompt_tokens == row.no_cache_tokens + cached
        else:
            assert row.sum_prompt_tokens == row.no_cache_tokens + cached + creation
    for vendor in ("claude", "gemini", "gpt-6"):
        rows = [row for row in hours if row.model.startswith(vendor)]
        assert any(row.cached_prompt_tokens and row.cache_creation_tokens for row in rows)


def test_a_cheap_request_costs_far_less_than_a_cent(hours: list[HourRow]) -> None:
    cheapest = min(row.total_cost_usd / row.requests for row in hours)
    assert 0 < cheapest < Decimal("0.00001")


@given(st.integers(min_value=0, max_value=10**19))
def test_pico_dollars_and_usd_are_the_same_money(pico: int) -> None:
    usd = to_usd(pico)
    assert to_pico(usd) == pico
    assert usd * 10**12 == pico
    assert not f"{usd:f}".endswith("0") or usd == int(usd), "no more digits than needed"


def test_less_than_a_pico_dollar_is_refused() -> None:
    with pytest.raises(ValueError, match="pico-dollars"):
        to_pico(Decimal("0.0000000000001"))
