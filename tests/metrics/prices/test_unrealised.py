"""What caching would save more if every key did as well as similar ones: by hand."""

from decimal import Decimal
from pathlib import Path

import pytest

from langdock_usage.errors import TokensMissing
from tests.support.data.databases import ROW
from tests.support.data.priced import build, build_days, exclusive, inclusive

D = Decimal
DAY = "2026-10-15"
pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")

# input 1, read 0.1: a million tokens read instead save 0.9
HAIKU = "claude-haiku-4-5"


def key(name: str, input_tokens: int, reads: int, **more: str) -> dict[str, str]:
    """A thousand requests of a key that costs enough to count."""
    row = exclusive(input_tokens - reads, reads, 0, 1000, model=HAIKU, total_cost_usd="50")
    return {**row, "api_key_id": name, "requests": "1000", **more}


def test_others_could_read_as_much_as_the_best_of_similar_keys(tmp_path: Path) -> None:
    usage = build(
        tmp_path,
        key("best", 10_000_000, 8_000_000),
        key("fifth", 10_000_000, 2_000_000),
        key("longer", 16_000_000, 8_000_000),
        key("half as long", 5_000_000, 0),
        key("too far from the best", 4_990_000, 0),
        key("too short", 1_023_999, 0),
        key("longer than short", 2_000_000, 1_000_000),
        key("too cheap to count", 10_000_000, 9_000_000, total_cost_usd="49.99"),
        key("embeddings", 10_000_000, 0, model="text-embedding-3-small"),
        key("unknown price", 10_000_000, 0, model="ours"),
    )
    found = usage.unrealised_savings(DAY, exact=True).set_index("api_key_id")
    # 80 % of 10, 16 and 5 million, less what they read already, at 0.9 a million
    assert dict(found["more_read_tokens"]) == {
        "fifth": 6_000_000,
        "longer": 4_800_000,
        "half as long": 4_000_000,
    }
    assert list(found["unrealised_usd"]) == [D("5.4"), D("4.32"), D("3.6")]
    assert set(found["saved_by_read_usd_per_mtok"]) == {D("0.9")}
    assert list(found["best_cache_hit_ratio"]) == [0.8] * 3
    assert list(found["cache_hit_ratio"]) == [0.2, 0.5, 0]
    assert list(found["input_tokens_per_request"]) == [10_000, 16_000, 5_000]
    # longer: without those of 5,000 and less; half as long: without the one of 16,000
    assert list(found["compared_keys"]) == [4, 3, 4]


def test_the_best_quarter_is_taken_together_and_has_nothing_to_gain(tmp_path: Path) -> None:
    reads = {"one": 8_000_000, "two": 6_000_000, "three": 0, "four": 1_000_000, "five": 0}
    usage = build(
        tmp_path,
        *(
            inclusive(10_000_000 - read, read, 0, 0, api_key_id=name, requests="1000")
            | {"total_cost_usd": "50"}
            for name, read in reads.items()
        ),
    )
    found = usage.unrealised_savings(DAY, exact=True).set_index("api_key_id")
    # two of five: (8 + 6) / (10 + 10); gpt-5: 1.25 - 0.125 = 1.125
    assert dict(found["unrealised_usd"]) == {
        "five": 7 * D("1.125"),
        "three": 7 * D("1.125"),
        "four": 6 * D("1.125"),
    }
    assert list(found["best_cache_hit_ratio"]) == [0.7] * 3


def test_what_is_wasted_is_not_counted_as_unrealised_too(tmp_path: Path) -> None:
    """Writes cost 0.25 to 1 more than input: 8 million add 2 to 8, and 2 million read save 1.8."""
    wasting = exclusive(0, 2_000_000, 8_000_000, 1000, model=HAIKU, total_cost_usd="50")
    # 1 million written adds 0.25 to 1, and 2 million read save 1.8
    writing = exclusive(7_000_000, 2_000_000, 1_000_000, 1000, model=HAIKU, total_cost_usd="50")
    usage = build(
        tmp_path,
        key("best", 10_000_000, 8_000_000),
        {**wasting, "api_key_id": "wasting", "requests": "1000"},
        {**writing, "api_key_id": "writing", "requests": "1000"},
    )
    savings = usage.cache_savings(DAY).set_index("api_key_id")
    assert savings.loc["wasting", "saving_high_usd"] == pytest.approx(-0.2)
    assert savings.loc["writing", "saving_low_usd"] == pytest.approx(0.8)
    found = usage.unrealised_savings(DAY, exact=True)
    assert list(found["api_key_id"]) == ["writing"]
    assert list(found["unrealised_usd"]) == [D("5.4")]  # 80 % of 10 million less 2, at 0.9


def test_the_tier_is_that_of_a_request_of_mean_length(tmp_path: Path) -> None:
    # claude-sonnet-4-5: input 3, read 0.3; above 200,000 tokens a request 6 and 0.6
    usage = build(
        tmp_path,
        key("best", 100_000_000, 80_000_000, model="claude-sonnet-4-5"),
        key("other", 100_000_000, 0, model="claude-sonnet-4-5"),
    )
    assert list(usage.unrealised_savings(DAY, exact=True)["unrealised_usd"]) == [80 * D("2.7")]


def test_keys_count_by_what_they_cost_a_month(tmp_path: Path) -> None:
    keys = key("best", 10_000_000, 8_000_000), key("other", 10_000_000, 0)
    usage = build_days(tmp_path, {"2026-09-15": keys[:1], DAY: keys})
    assert list(usage.unrealised_savings(DAY)["unrealised_usd"]) == [7.2]
    # 100 and 50 in two months
    assert usage.unrealised_savings(("2026-09", "2026-10")).empty


def test_without_token_columns_it_is_said_what_is_missing(tmp_path: Path) -> None:
    usage = build(tmp_path, {**ROW, "sum_prompt_tokens": ""})
    with pytest.warns(TokensMissing, match="BYOK workspaces alone"):
        assert usage.unrealised_savings(DAY).empty
