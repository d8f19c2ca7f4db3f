"""What caching is worth, whether the bill is plausible, what else would cost: by hand."""

from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage.errors import InvalidRequest, TokensMissing
from langdock_usage.metrics.questions.prices.caching import Group
from tests.support.data.databases import ROW
from tests.support.data.priced import build, build_days, exclusive, inclusive, tokens

D = Decimal
DAY = "2026-10-15"
MILLION = 1_000_000
pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")


def one(frame: pd.DataFrame) -> dict[str, Any]:
    [row] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return {str(name): value for name, value in row.items()}


# claude-haiku-4-5: input 1, output 5, read 0.1, write 1.25, one-hour write 2
HAIKU = exclusive(MILLION, 8 * MILLION, 2 * MILLION, MILLION, model="claude-haiku-4-5")
# 1 + 8 * 0.1 + 2 * 1.25 + 5 = 9.3, or with 2 * 2 for the writes 10.8; reads save 8 * 0.9 = 7.2,
# writes add 2 * 0.25 = 0.5 or 2 * 1 = 2
HAIKU_LOW, HAIKU_HIGH = D("9.3"), D("10.8")


@pytest.mark.parametrize(
    ("cost", "inferred", "share"),
    [
        ("9.3", "6.7", 0),
        ("10.8", "5.2", 1),
        ("9.675", "6.325", 0.25),
        ("9.26", "6.7", 0),  # half a percent below the least is 9.2535
        ("9.25", None, None),  # prices are not those of the list
        ("10.86", None, None),
    ],
)
def test_the_kind_of_writes_follows_from_the_cost(
    tmp_path: Path, cost: str, inferred: str | None, share: float | None
) -> None:
    usage = build(tmp_path, {**HAIKU, "total_cost_usd": cost})
    found = one(usage.cache_savings(DAY, exact=True))
    assert (found["saving_low_usd"], found["saving_high_usd"]) == (D("5.2"), D("6.7"))
    assert found["saving_inferred_usd"] == (D(inferred) if inferred else None)
    assert found["one_hour_share"] == pytest.approx(share)
    assert found["reads_per_write"] == 4
    # 0.25 / 0.9 and 1 / 0.9
    assert found["break_even_low"] == pytest.approx(0.25 / 0.9)
    assert found["break_even_high"] == pytest.approx(1 / 0.9)


def test_where_tiers_are_open_nothing_is_inferred(tmp_path: Path) -> None:
    row = exclusive(MILLION, MILLION, MILLION, 0, model="claude-sonnet-4-5", total_cost_usd="8")
    found = one(build(tmp_path, row).cache_savings(DAY))
    assert found["saving_low_usd"] < found["saving_high_usd"]
    assert found["saving_inferred_usd"] is None
    # input 3, read 0.3, write 3.75 or 6; for long prompts twice as much each: 0.75 / 2.7, 3 / 2.7
    assert found["break_even_low"] == pytest.approx(0.75 / 2.7)
    assert found["break_even_high"] == pytest.approx(3 / 2.7)


def test_savings_by_any_group_add_up_and_leave_out_what_is_not_known(tmp_path: Path) -> None:
    rows = (
        {**HAIKU, "total_cost_usd": "9.3"},
        {**HAIKU, "total_cost_usd": "9.3", "api_key_id": "key_2"},
        inclusive(MILLION, MILLION, 0, 0, model="gpt-5", total_cost_usd="1.375"),
        inclusive(MILLION, MILLION, 0, 0, model="ours", total_cost_usd="100"),
        {**ROW, **tokens(100, 10, 30, 20, 77), "model": "gpt-5", "api_key_id": "key_2"},
    )
    usage = build_days(tmp_path, {"2026-09-30": rows[:2], "2026-10-01": rows})
    period = ("2026-09-01", "2026-10-31")
    # gpt-5 saves 1.25 - 0.125 = 1.125
    low, high, priced = 4 * D("5.2") + D("1.125"), 4 * D("6.7") + D("1.125"), D("38.575")
    for by in (*get_args(Group), None):
        found = usage.cache_savings(period, by, exact=True)
        sums = {name: found[name].dropna().sum() for name in found if "_usd" in str(name)}
        assert sums["saving_low_usd"] == low, by
        assert sums["saving_high_usd"] == high
        assert sums["priced_cost_usd"] == priced
        assert sums["total_cost_usd"] == priced + 100 + D("1.5")
        assert found["unclear_row_count"].sum() == 1
    by_model = usage.cache_savings(period, "model", exact=True).set_index("model")
    assert list(by_model.index) == ["ours", "claude-haiku-4-5", "gpt-5"]  # the costliest first
    assert by_model.loc["ours", "saving_low_usd"] is None
    assert by_model.loc["ours", "priced_cost_usd"] == 0
    months = usage.cache_savings(period, "month")
    assert [str(month.date()) for month in months["month"]] == ["2026-09-01", "2026-10-01"]


@pytest.mark.parametrize(
    ("cost", "finding"),
    [
        ("0", "unpriced"),
        ("9.2", "below_list"),
        ("9.26", "as_listed"),
        ("10", "as_listed"),
        ("10.85", "as_listed"),
        ("11", "above_list"),
        # with reads at 1: 1 + 8 + 2.5 + 5 = 16.5 to 18
        ("16.4", "above_list"),
        ("16.42", "cache_billed_as_input"),
        ("17", "cache_billed_as_input"),
        ("18.1", "above_list"),
    ],
)
def test_what_was_reported_is_judged_by_the_list(tmp_path: Path, cost: str, finding: str) -> None:
    found = one(build(tmp_path, {**HAIKU, "total_cost_usd": cost}).price_check(DAY, exact=True))
    assert (found["list_low_usd"], found["list_high_usd"]) == (HAIKU_LOW, HAIKU_HIGH)
    assert found["finding"] == finding
    assert found["reported_usd"] == D(cost)
    assert found["price_ratio_low"] == pytest.approx(float(D(cost) / HAIKU_HIGH))
    assert found["price_ratio_high"] == pytest.approx(float(D(cost) / HAIKU_LOW))


def test_without_reads_nothing_is_billed_as_input(tmp_path: Path) -> None:
    row = inclusive(MILLION, 0, 0, 0, model="gpt-5", total_cost_usd="1.25")
    assert one(build(tmp_path, row).price_check(DAY))["finding"] == "as_listed"


def test_the_most_money_in_question_comes_first_and_all_cost_is_somewhere(tmp_path: Path) -> None:
    usage = build(
        tmp_path,
        inclusive(MILLION, 0, 0, 0, model="gpt-5", total_cost_usd="1.251"),  # as listed
        inclusive(MILLION, 0, 0, 0, model="gpt-4o", total_cost_usd="3.5"),  # 1 above
        inclusive(MILLION, 0, 0, 0, model="mistral-medium-2508", total_cost_usd="0"),  # 0.4 below
        inclusive(MILLION, 0, 0, 0, model="ours", total_cost_usd="2"),
        {**ROW, **tokens(100, 10, 30, 20, 77), "model": "gpt-4o", "api_key_id": "key_2"},
        {**ROW, "model": "no-tokens", "no_cache_tokens": "", "total_cost_usd": "7"},
    )
    found = usage.price_check(DAY, exact=True)
    assert list(zip(found["model"], found["finding"], strict=True)) == [
        ("ours", "unknown"),
        ("gpt-4o", "above_list"),
        ("mistral-medium-2508", "unpriced"),
        ("gpt-5", "as_listed"),
    ]
    assert list(found["unknown_usd"]) == [2, 0, 0, 0]
    whole = one(usage.price_check(DAY, None, exact=True))
    told = [whole[name] for name in ("reported_usd", "unknown_usd", "without_tokens_usd")]
    assert told == [D("4.751"), 2, D("8.5")]
    assert len(usage.price_check(DAY, "key_and_model")) == 4
    assert len(usage.price_check(DAY, "model_and_month")) == 4


def test_the_same_tokens_at_the_prices_of_another_model(tmp_path: Path) -> None:
    usage = build(
        tmp_path,
        {**HAIKU, "total_cost_usd": "9.3"},
        {**HAIKU, "total_cost_usd": "20", "api_key_id": "key_2", "model": "claude-opus-4-5"},
    )
    # opus: input 5, output 25, read 0.5, write 6.25 or 10: five times as much, in each case
    found = one(usage.what_if(DAY, {"Claude-Opus-*": "claude-haiku-4-5"}, exact=True))
    assert (found["api_key_id"], found["model"], found["to_model"]) == (
        "key_2",
        "claude-opus-4-5",
        "claude-haiku-4-5",
    )
    assert (found["list_low_usd"], found["list_high_usd"]) == (D("46.5"), D("54"))
    assert (found["to_low_usd"], found["to_high_usd"]) == (HAIKU_LOW, HAIKU_HIGH)
    # the kind of write is the same on both sides: 9.3 - 46.5 and 10.8 - 54, not 9.3 - 54
    assert (found["change_low_usd"], found["change_high_usd"]) == (D("-43.2"), D("-37.2"))
    # without caching: 11 million fresh at 1, output 5
    dropped = one(
        usage.what_if(DAY, {"claude-opus-4-5": "claude-haiku-4-5"}, caching="dropped", exact=True)
    )
    assert (dropped["to_low_usd"], dropped["to_high_usd"]) == (16, 16)
    assert (dropped["change_low_usd"], dropped["change_high_usd"]) == (D(-38), D("-30.5"))


def test_without_replacements_the_costliest_model_gives_way_to_its_next_cheaper_sibling(
    tmp_path: Path,
) -> None:
    million = (MILLION, 0, 0, 0)
    usage = build(
        tmp_path,
        inclusive(*million, model="ours", total_cost_usd="90"),  # of no vendor
        inclusive(*million, model="gpt-4o", total_cost_usd="80"),  # the only one of its kind
        inclusive(*million, model="text-embedding-3-small", total_cost_usd="75"),
        exclusive(*million, model="claude-opus-4-5", total_cost_usd="70"),
        exclusive(*million, model="claude-opus-4-1", total_cost_usd="60"),
        exclusive(*million, model="claude-haiku-4-5", total_cost_usd="50"),
        exclusive(*million, model="claude-sonnet-4-6", total_cost_usd="40"),
    )
    # input of opus 4.5 costs 5, of opus 4.1 15, of sonnet 3, of haiku 1
    found = one(usage.what_if(DAY, exact=True))
    assert (found["model"], found["to_model"]) == ("claude-opus-4-5", "claude-sonnet-4-6")
    assert found["change_high_usd"] == -2
    assert usage.what_if(DAY, model="gpt-4o").empty


def test_tiers_of_both_models_are_those_of_the_same_request(tmp_path: Path) -> None:
    # gemini-2.5-pro: 1.25, above 200,000 tokens 2.5; gpt-6-sol: 2, above 272,000 tokens 4
    usage = build(tmp_path, inclusive(MILLION, 0, 0, 0, model="gemini-2.5-pro"))
    found = one(usage.what_if(DAY, {"gemini-2.5-pro": "gpt-6-sol"}, exact=True))
    assert (found["list_low_usd"], found["list_high_usd"]) == (D("1.25"), D("2.5"))
    assert (found["to_low_usd"], found["to_high_usd"]) == (2, 4)
    # requests up to 200,000: 2 - 1.25; up to 272,000: 2 - 2.5; longer ones: 4 - 2.5
    assert (found["change_low_usd"], found["change_high_usd"]) == (D("-0.5"), D("1.5"))


def test_each_day_has_its_own_price_on_both_sides(tmp_path: Path) -> None:
    million = (inclusive(MILLION, 0, 0, 0, model="ours"),)
    usage = build_days(
        tmp_path,
        {"2025-06-09": million, "2025-06-10": million, "2025-06-11": million},
        own="ours,,3,1,,,,\nours,2025-06-11,4,1,,,,\n",
    )
    # o3 fell from 10 to 2 on 10 June: 10 - 3, 2 - 3, 2 - 4
    found = one(usage.what_if(("2025-06-09", "2025-06-11"), {"ours": "o3"}, exact=True))
    assert (found["list_low_usd"], found["to_low_usd"]) == (10, 14)
    assert (found["change_low_usd"], found["change_high_usd"]) == (4, 4)
    # a period in which one of the two changed has no price: of part of it nothing is compared
    longer = build_days(
        tmp_path / "more", {"2025-06-09..2025-06-10": million}, own="ours,,3,1,,,,\n"
    )
    found = one(longer.what_if(None, {"ours": "o3"}, exact=True))
    assert (found["list_low_usd"], found["to_low_usd"], found["change_low_usd"]) == (3, None, None)


def test_replacements_do_not_chain_and_unknown_prices_stay_unknown(tmp_path: Path) -> None:
    usage = build_days(
        tmp_path,
        {
            DAY: (
                inclusive(MILLION, 0, 0, 0, model="gpt-4o"),
                inclusive(MILLION, 0, 0, 0, model="gpt-5"),
                inclusive(MILLION, 0, 0, 0, model="ours"),
            )
        },
        own="theirs,,3,1,,,,\n",
    )
    moves = {"gpt-4o": "gpt-5", "gpt-5": "nobodys", "ours": "theirs"}
    found = usage.what_if(DAY, moves, exact=True).set_index("model")
    assert dict(found["to_low_usd"]) == {"gpt-4o": D("1.25"), "gpt-5": None, "ours": D(3)}
    assert dict(found["change_low_usd"]) == {"gpt-4o": D("-1.25"), "gpt-5": None, "ours": None}
    assert dict(found["list_low_usd"]) == {"gpt-4o": D("2.5"), "gpt-5": D("1.25"), "ours": None}
    with pytest.raises(InvalidRequest, match="There is no model 'gtp-5'; did you mean 'gpt-5'"):
        usage.what_if(DAY, {"gtp-5": "gpt-4o"})
    with pytest.raises(InvalidRequest, match="'gpt-5' cannot be replaced by both 'a' and 'b'"):
        usage.what_if(DAY, {"gpt-5": "a", "*": "b"})


def test_a_price_edit_within_a_day_is_one_change(tmp_path: Path) -> None:
    listed = {"2026-10-01": "1.25", "2026-10-02": "1.2525", "2026-10-03": "1.4"}  # 0.2 % off, 12 %
    raised = {"2026-10-04": "1.5", "2026-10-06": "1.5"}
    usage = build_days(
        tmp_path,
        {
            day: (inclusive(MILLION, 0, 0, 0, total_cost_usd=cost),)
            for day, cost in {**listed, **raised}.items()
        },
    )
    found = one(usage.price_jumps(("2026-10-01", "2026-10-06")))
    assert (found["model"], str(found["first_day"].date())) == ("gpt-5", "2026-10-03")
    assert found["price_ratio_before"] == pytest.approx(1.001)
    assert found["price_ratio_after"] == pytest.approx(1.2)


def test_without_token_columns_it_is_said_what_is_missing(tmp_path: Path) -> None:
    usage: lu.Usage = build(tmp_path, {**ROW, "sum_prompt_tokens": ""})
    with pytest.warns(TokensMissing, match="BYOK workspaces alone"):
        assert one(usage.cache_savings(DAY))["saving_low_usd"] is None
    with pytest.warns(TokensMissing):
        assert usage.price_check(DAY).empty
