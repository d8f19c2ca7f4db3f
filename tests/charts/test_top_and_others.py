"""The first rows and all others as one: what can be added is added exactly, and nothing else."""

from decimal import Decimal

import pandas as pd

from langdock_usage.charts.drawing.top_and_others import add_up, top_and_others

FRAME = pd.DataFrame(
    {
        "api_key_id": ["a", "b", "c"],
        "api_key_name": ["Search", "Wiki", "Chat"],
        "requests_before": pd.Series([10, 0, 5], dtype="Int64"),
        "requests_after": pd.Series([20, 4, None], dtype="Int64"),
        "cost_before_usd": [Decimal("2"), Decimal("0"), Decimal("1.5")],
        # more digits than Python's usual 28
        "cost_after_usd": [Decimal("123456789.000000000000000000000001"), Decimal("1"), Decimal(0)],
        "change_usd": [Decimal("123456787"), Decimal("1"), Decimal("-1.5")],
        "change_ratio": [61728393.5, None, -1.0],
        "cost_per_request_after_usd": [6172839.45, 0.25, None],
        "cost_per_seat_usd": [1.0, 2.0, 3.0],
        "cached_prompt_tokens_after": pd.Series([30, 10, None], dtype="Int64"),
        "input_tokens_after": pd.Series([100, 60, None], dtype="Int64"),
        "cache_hit_ratio_after": [0.3, 1 / 6, None],
        "is_new": [False, True, False],
        "first_used_day": pd.to_datetime(["2026-09-01"] * 3),
    }
)


def test_sums_are_exact_and_ratios_are_ratios_of_sums() -> None:
    sums = add_up(FRAME)
    assert sums["cost_after_usd"] == Decimal("123456790.000000000000000000000001")
    assert sums["requests_after"] == 24
    assert sums["cost_per_request_after_usd"] == 123456790 / 24
    assert sums["cache_hit_ratio_after"] == 40 / 160
    # 123456787 + 1 - 1.5, of 3.5
    assert sums["change_ratio"] == 123456786.5 / 3.5
    assert not {"cost_per_seat_usd", "is_new", "first_used_day", "api_key_name"} & sums.keys()


def test_all_others_are_one_row_of_the_same_types() -> None:
    found = top_and_others(FRAME, 1, "All others")
    first, others = found.to_dict("records")
    assert first["api_key_name"] == "Search"
    assert others["api_key_name"] == "All others"
    assert pd.isna(others["api_key_id"]) and pd.isna(others["cost_per_seat_usd"])
    assert others["cost_after_usd"] == Decimal(1)
    assert others["requests_after"] == 4
    assert others["cache_hit_ratio_after"] == 10 / 60
    assert found["requests_after"].dtype == "Int64"
    assert found["first_used_day"].dtype == FRAME["first_used_day"].dtype


def test_few_rows_stay_as_they_are() -> None:
    assert top_and_others(FRAME, 3, "All others") is FRAME


def test_what_nobody_knows_has_no_sum() -> None:
    unknown = FRAME.assign(input_tokens_after=pd.Series([None] * 3, dtype="Int64"))
    assert add_up(unknown)["input_tokens_after"] is None
    assert add_up(unknown)["cache_hit_ratio_after"] is None
