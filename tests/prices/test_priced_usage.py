"""The view `priced_usage`: what tokens cost by the price book, by hand."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from genai_prices import Usage, calc_price

import langdock_usage as lu
from langdock_usage.prices.version import list_version
from langdock_usage.store.writing.store import Store
from tests.support.data.databases import ROW
from tests.support.data.priced import (
    build,
    build_days,
    exclusive,
    inclusive,
    load_own,
    tokens,
    writes_in_no_cache,
)

D = Decimal
FIGURES = "list_cost_low_usd, list_cost_high_usd, saving_low_usd, saving_high_usd"


def figures(usage: lu.Usage, where: str = "true") -> list[tuple[Any, ...]]:
    with duckdb.connect(usage.path, read_only=True) as connection:
        query = f"select {FIGURES} from priced_usage where {where} order by window_start"
        return connection.execute(query).fetchall()


def usd(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(map(D, amounts))


def test_each_kind_of_token_at_its_price_however_they_add_up(tmp_path: Path) -> None:
    million = 1_000_000
    of_kind = (2 * million, 10 * million, 4 * million, 1 * million)
    usage = build(
        tmp_path,
        # 2 * 1.25 + 10 * 0.125 + 4 * 1.25 + 1 * 10 = 18.75; reads save 10 * 1.125, writes nothing
        inclusive(*of_kind, model="gpt-5"),
        # 2 * 1 + 10 * 0.1 + 4 * 1.25 or 2 + 1 * 5 = 13 or 16; reads save 10 * 0.9 = 9, writes
        # cost 4 * 0.25 = 1 or 4 * 1 = 4 more than fresh input
        exclusive(*of_kind, model="claude-haiku-4-5-20251001"),
        # 2 * 0.3 + 10 * 0.03 + 4 * 0.3 + 1 * 2.5 = 4.6; reads save 10 * 0.27
        writes_in_no_cache(*of_kind, model="google/gemini-2.5-flash"),
    )
    assert figures(usage, "model = 'gpt-5'") == [usd("18.75", "18.75", "11.25", "11.25")]
    assert figures(usage, "model like 'claude%'") == [usd("13", "16", "5", "8")]
    assert figures(usage, "model like 'google%'") == [usd("4.6", "4.6", "2.7", "2.7")]
    counted = usage.sql(
        "select distinct uncached_tokens, cache_read_tokens, cache_write_tokens, output_tokens, "
        "input_tokens, price_source from priced_usage"
    )
    assert counted.to_dict("records") == [
        {
            "uncached_tokens": 2_000_000,
            "cache_read_tokens": 10_000_000,
            "cache_write_tokens": 4_000_000,
            "output_tokens": 1_000_000,
            "input_tokens": 16_000_000,
            "price_source": "list",
        }
    ]


def test_every_digit_is_kept(tmp_path: Path) -> None:
    own = "m,,0.000000001,999999999.999999999,0.123456789,,,\n"
    usage = build(tmp_path, inclusive(1, 7, 0, 3, model="M"), own=own)
    # 1 * 1e-15 + 7 * 0.123456789e-6 + 3 * 999.999999999999999
    cost = "3000.000000864197521"
    assert D(1) + 7 * 123456789 + 3 * D("999999999999999999") == D(cost) * 10**15
    [(low, high, *saving)] = figures(usage)
    assert low == high == D(cost)
    assert saving == [7 * (D("1e-15") - D("0.123456789e-6"))] * 2


def test_writes_that_nobody_reads_cost_more_than_no_caching(tmp_path: Path) -> None:
    # writes at 1.25 or 2 where fresh input costs 1
    usage = build(tmp_path, exclusive(0, 0, 1_000_000, 0, model="claude-haiku-4-5"))
    assert figures(usage) == [usd("1.25", "2", "-1", "-0.25")]


@pytest.mark.parametrize(
    ("requests", "uncached", "cost"),
    [
        # gemini-2.5-pro: 1.25 and output 10; above 200,000 tokens in one request 2.50 and 15
        ("2", 200_000, ("0.26", "0.26")),  # none is longer: 0.25 + 1000 * 10e-6
        ("1", 200_001, ("0.5150025", "0.5150025")),  # the one is longer: 0.5000025 + 0.015
        ("2", 200_001, ("0.26000125", "0.5150025")),  # either of them may be longer
        ("0", 300_000, ("0.385", "0.765")),
    ],
)
def test_a_tier_that_may_have_applied_makes_two_figures(
    tmp_path: Path, requests: str, uncached: int, cost: tuple[str, str]
) -> None:
    row = inclusive(uncached, 0, 0, 1000, model="gemini-2.5-pro", requests=requests)
    assert figures(build(tmp_path, row)) == [usd(*cost, "0", "0")]


def test_reads_and_writes_each_at_the_tier_that_makes_the_saving_least_or_most(
    tmp_path: Path,
) -> None:
    # claude-sonnet-4-5: input 3, read 0.3, write 3.75 or 6; long prompts 6, 0.6, 7.5 or 12
    usage = build(tmp_path, exclusive(0, 1_000_000, 1_000_000, 0, model="claude-sonnet-4-5"))
    # cost 0.3 + 3.75 to 0.6 + 12; saving 2.7 - (12 - 6) to 5.4 - (3.75 - 3)
    assert figures(usage) == [usd("4.05", "12.6", "-3.3", "4.65")]


def test_a_single_request_costs_what_the_package_itself_works_out(tmp_path: Path) -> None:
    """At both sides of the tiers, and with either kind of cache write."""
    models = {
        "claude-haiku-5-5": "anthropic",
        "claude-sonnet-4-5": "anthropic",
        "codestral-2508": "mistral",
        "gemini-2.5-flash": "google",
        "gemini-2.5-pro": "google",
        "gpt-4o": "openai",
        "gpt-6-sol": "openai",
        "eu.anthropic.claude-haiku-4-5-20251001-v1:0": "aws",
    }
    amounts = [
        *((100_000, 0, 0, 7), (1, 60_000, 39_999, 11), (50_000, 50_000, 1, 13), (0, 0, 0, 0)),
        *((0, 200_000, 0, 3), (1, 100_000, 100_000, 5), (272_000, 0, 0, 1), (272_000, 0, 1, 17)),
    ]
    rows = [
        inclusive(*amount, model=model, requests="1", api_key_id=f"key_{place}")
        for model in models
        for place, amount in enumerate(amounts)
    ]
    usage = build(tmp_path, *rows)
    found = usage.sql(f"select model, api_key_id, {FIGURES} from priced_usage", exact=True)
    assert len(found) == len(rows)
    for model, key, low, high, *_ in found.itertuples(index=False):
        uncached, reads, writes, output = amounts[int(key.removeprefix("key_"))]
        tokens_of_kind = {
            "input_tokens": uncached + reads + writes,
            "cache_read_tokens": reads,
            "cache_write_tokens": writes,
            "output_tokens": output,
        }
        expected = [
            calc_price(
                Usage(**tokens_of_kind, **more),
                model,
                provider_id=models[model],
                genai_request_timestamp=datetime(2026, 10, 15, 12, tzinfo=UTC),
            ).total_price
            for more in ({}, {"cache_write_1h_tokens": writes})
        ]
        assert [low, high] == expected, (model, tokens_of_kind)


def test_list_cost_and_saving_add_up_to_the_cost_without_caching(tmp_path: Path) -> None:
    """Of one tier: the low cost goes with the high saving, and the other way round."""
    usage = build(
        tmp_path,
        inclusive(123, 456_789, 98_765, 4_321, model="gpt-4o"),
        exclusive(123, 456_789, 98_765, 4_321, model="claude-haiku-4-5"),
    )
    for model, input_usd, output_usd in (("gpt-4o", "2.5", "10"), ("claude-haiku-4-5", "1", "5")):
        [(low, high, saving_low, saving_high)] = figures(usage, f"model = '{model}'")
        uncached = (555_677 * D(input_usd) + 4_321 * D(output_usd)) / 1_000_000
        assert low + saving_high == high + saving_low == uncached


def test_unknown_is_null_and_what_does_not_add_up_is_left_out(tmp_path: Path) -> None:
    usage = build(
        tmp_path,
        {**ROW, "model": "my-model"},
        {**ROW, **tokens(100, 10, 30, 20, 77), "model": "unclear"},
        {**ROW, "model": "no-tokens", "no_cache_tokens": ""},
    )
    found = usage.sql(f"select model, price_source, {FIGURES} from priced_usage")
    assert list(found["model"]) == ["my-model"]
    assert found.drop(columns="model").isna().all().all()


def test_a_period_has_a_price_where_one_held_on_all_of_its_days(tmp_path: Path) -> None:
    million = inclusive(1_000_000, 0, 0, 0, model="m")
    own = "m,2026-09-10,1,1,,,,\nm,2026-09-20,2,1,,,,\nm,2026-09-25,2,1,,,,\n"
    usage = build_days(
        tmp_path,
        {
            "2026-09-01..2026-09-09": (million,),
            "2026-09-10..2026-09-19": (million,),
            "2026-09-20..2026-09-30": (million,),
            "2026-10-01": (million,),
        },
        own=own,
    )
    none = (None, None, None, None)
    assert figures(usage) == [
        none,
        usd("1", "1", "0", "0"),
        usd("2", "2", "0", "0"),  # the line of the 25th states the same price
        usd("2", "2", "0", "0"),
    ]
    crossing = build_days(tmp_path / "more", {"2026-09-15..2026-09-24": (million,)}, own=own)
    assert figures(crossing) == [none]


def test_own_prices_hold_for_their_workspace_from_their_day(tmp_path: Path) -> None:
    million = inclusive(1_000_000, 0, 0, 0)
    usage = build_days(
        tmp_path,
        {"2026-10-14": (million,), "2026-10-15": (million,)},
        own="gpt-*,2026-10-15,2,1,,,,org_a\ngpt-5,,9,9,,,,org_b\n",
    )
    assert [low for low, *_ in figures(usage)] == [D("1.25"), D(2)]
    sources = usage.sql("select price_source from priced_usage order by window_start")
    assert list(sources["price_source"]) == ["list", "own"]


def test_each_book_stays_and_says_what_it_was_made_of(tmp_path: Path) -> None:
    usage = build(tmp_path, inclusive(1_000_000, 0, 0, 0))
    load_own(usage.path, "gpt-5,,2,1,,,,\n")
    load_own(usage.path, "gpt-5,,3,1,,,,\n")
    books = usage.sql("from price_books order by book")
    assert list(books["book"]) == [1, 2, 3]
    assert set(books["list_version"]) == {list_version()}
    assert books["sha256"].nunique() == 3
    assert figures(usage)[0][0] == 3
    rests_on = {"book": 3, "list_version": list_version(), "sha256": books["sha256"][2]}
    for answer in (usage.cache_savings(), usage.price_check(), usage.what_if(None, {"*": "o3"})):
        assert answer.attrs["price_book"] == rests_on
    second = usage.as_of(books["made_at"][1].to_pydatetime())
    assert list(second.sql("select list_cost_low_usd from priced_usage").iloc[:, 0]) == [2]
    before = usage.as_of("2026-11-02")  # there was no book yet: as in the first one
    assert list(before.sql("select list_cost_low_usd from priced_usage").iloc[:, 0]) == [1.25]


def test_another_list_applies_from_the_next_writer_on_and_says_what_it_changed(
    tmp_path: Path,
) -> None:
    usage = build(tmp_path, inclusive(1_000_000, 0, 0, 0))
    with duckdb.connect(usage.path) as connection:  # as an older version of the package made it
        connection.execute("update price_books set list_version = '0.0.1', list_sha256 = 'older'")
        connection.execute("update model_prices set input_usd_per_mtok = 2")
    # whoever reads sees what was worked out then
    assert [low for low, *_ in figures(usage)] == [2]
    assert usage.cache_savings().attrs["price_book"]["list_version"] == "0.0.1"
    assert usage.changed_prices().empty

    with Store(usage.path):
        pass
    assert [low for low, *_ in figures(usage)] == [D("1.25")]
    assert list(usage.price_books()["list_version"]) == [list_version(), "0.0.1"]
    [change] = usage.changed_prices(exact=True).to_dict("records")
    assert (change["model"], change["price"]) == ("gpt-5", "input")
    assert (change["usd_per_mtok_before"], change["usd_per_mtok_after"]) == (2, D("1.25"))
    with Store(usage.path):
        pass
    assert len(usage.price_books()) == 2
