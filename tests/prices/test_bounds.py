"""The least and the most that tokens can cost, by hand."""

from dataclasses import astuple
from datetime import date
from decimal import Decimal

from langdock_usage.prices.book import PriceBook
from langdock_usage.prices.bounds import MOST_TOKENS, Bounds, bounds

D = Decimal


def found(model: str) -> list[Bounds]:
    price = PriceBook().price("org", model, date(2026, 10, 15))
    assert price
    return list(bounds(price))


def usd_per_mtok(one: Bounds) -> list[str]:
    """Input, output, read, write, input - read, write - input: least and most of each."""
    return [f"{amount * 1_000_000:f}".rstrip("0").rstrip(".") for amount in astuple(one)[3:-1]]


def test_two_kinds_of_writes_make_two_figures() -> None:
    # claude-haiku-4-5: input 1, output 5, read 0.1, write 1.25, one-hour write 2
    [one] = found("claude-haiku-4-5")
    assert (one.from_tokens, one.to_tokens, one.one_request) == (0, MOST_TOKENS, None)
    assert usd_per_mtok(one) == (
        ["1", "1", "5", "5", "0.1", "0.1", "1.25", "2", "0.9", "0.9", "0.25", "1"]
    )
    assert one.write_kind_only


def test_reads_and_writes_without_a_price_cost_what_fresh_input_costs() -> None:
    # gpt-4o: input 2.5, output 10, read 1.25, writes without a price
    [one] = found("gpt-4o")
    assert usd_per_mtok(one)[4:] == ["1.25", "1.25", "2.5", "2.5", "1.25", "1.25", "0", "0"]
    # text-embedding-3-small: input 0.02 and nothing else
    [one] = found("text-embedding-3-small")
    assert usd_per_mtok(one)[2:] == ["0", "0", "0.02", "0.02", "0.02", "0.02", "0", "0", "0", "0"]


def test_a_tier_that_single_requests_may_reach_makes_two_figures() -> None:
    # gemini-2.5-pro: 1.25 / 10 / read 0.125, above 200,000 tokens 2.5 / 15 / read 0.25
    short, mixed, single = found("gemini-2.5-pro")
    low, high = ["1.25", "10", "0.125", "1.25", "1.125"], ["2.5", "15", "0.25", "2.5", "2.25"]
    assert (short.from_tokens, short.to_tokens, short.one_request) == (0, 200_000, None)
    assert usd_per_mtok(short)[:10:2] == usd_per_mtok(short)[1:10:2] == low
    for one, is_single in ((mixed, False), (single, True)):
        assert (one.from_tokens, one.to_tokens) == (200_001, MOST_TOKENS)
        assert one.one_request is is_single
        assert usd_per_mtok(one)[1:10:2] == high
    assert usd_per_mtok(mixed)[:10:2] == low
    assert usd_per_mtok(single)[:10:2] == high
    assert not mixed.write_kind_only
