"""What to do about caching, and what it is worth: by hand."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.data.priced import build, exclusive

D = Decimal
DAY = "2026-10-15"
MILLION = 1_000_000
pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")


def haiku(name: str, uncached: int, reads: int, writes: int, cost: str) -> dict[str, str]:
    """Millions of tokens at 1, read at 0.1, written at 1.25 or for an hour at 2, output at 5."""
    counts = (uncached * MILLION, reads * MILLION, writes * MILLION, MILLION)
    row = exclusive(*counts, model="claude-haiku-4-5", total_cost_usd=cost)
    return {**row, "api_key_id": name, "requests": "10000"}


def test_the_three_changes_that_are_worth_most(tmp_path: Path) -> None:
    usage = build(
        tmp_path,
        # 10 + 200 * 1.25 + 5 = 265, as listed: writes add 200 * 0.25, or for an hour 200 * 1
        haiku("writes in vain", 10, 0, 200, "265"),
        # not as listed, so that the kind of writes is not known: 90 * 0.25 to 90 * 1
        haiku("less in vain", 10, 0, 90, "900"),
        # 40 + 60 * 0.1 + 5 = 51 by the list, with reads as fresh input 105
        haiku("read as fresh", 40, 60, 0, "105"),
        # similar keys read 60 %: 100 million more at 0.9, but that is not certain
        haiku("reads little", 115, 40, 0, "124"),
        haiku("reads less", 60, 30, 0, "68"),
    )
    found = usage.cache_actions(DAY, exact=True)
    columns = ["api_key_id", "action", "worth_low_usd", "worth_high_usd", "certainty"]
    # by their middles: 56.25, 54, 50; the next ones would be (60 % * 155 - 40) * 0.9 / 2 = 23.85
    assert found[columns].values.tolist() == [
        ["less in vain", "stop_writing", D("22.5"), 90, "likely"],
        ["read as fresh", "correct_price", 54, 54, "likely"],
        ["writes in vain", "stop_writing", 50, 50, "certain"],
    ]
    assert found["cache_write_tokens"].tolist()[0::2] == [90 * MILLION, 200 * MILLION]


def test_what_is_possible_counts_half_and_little_is_left_out(tmp_path: Path) -> None:
    usage = build(
        tmp_path,
        haiku("best", 40, 60, 0, "51"),
        haiku("reads little", 115, 40, 0, "124"),
        haiku("reads less", 60, 30, 0, "68"),
        haiku("loses little", 10, 0, 30, "52.5"),
    )
    found = usage.cache_actions(DAY)
    # reads less: (60 % * 90 - 30) * 0.9 = 21.6, in the middle 10.8; loses little: 30 * 0.25 = 7.5
    assert found["api_key_id"].tolist() == ["reads little"]
    assert found["worth_low_usd"].tolist() == [0]
    assert found["worth_high_usd"].tolist() == [pytest.approx((0.6 * 155 - 40) * 0.9)]
    assert found["certainty"].tolist() == ["possible"]
    assert found["best_cache_hit_ratio"].tolist() == [0.6]
