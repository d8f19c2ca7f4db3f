"""Which keys are meant by a name, what answers are grouped by, and what a unit costs."""

from pathlib import Path

import pytest

import langdock_usage as lu
from langdock_usage.errors import InvalidRequest
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.keys import KEYS
from tests.support.data.databases import DatabaseBuilder, days


def test_a_name_of_two_keys_is_not_guessed(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        names = {"key_1": "Search", "key_2": "Search", "key_3": "SEARCH", "search": "x*", "k": "xy"}
        rows = [{"api_key_id": key, "api_key_name": name} for key, name in names.items()]
        builder.add(days("2026-10-05"), *rows)
    asked = lu.open(database)
    for name, having in (("Search", "key_1, key_2"), ("seArch", "key_1, key_2, key_3, search")):
        with pytest.raises(InvalidRequest, match=f"API keys are or were called '{name}'.*{having}"):
            asked.cost_per_key(key=name)
    # the very id, the very name, then a pattern
    for name, meant in (("search", ["search"]), ("SEARCH", ["key_3"]), ("x*", ["search"])):
        assert list(asked.cost_per_key(key=name)["api_key_id"]) == meant
    assert len(asked.cost_per_key(key="Sear*")) == 4


def two_months(database: Path) -> lu.Usage:
    """September as one sum and two days of October; the last row has no token data."""
    builder = DatabaseBuilder(database)
    tokens = {"sum_prompt_tokens": "150", "no_cache_tokens": "150", "sum_completion_tokens": "50"}
    uncached = {"cached_prompt_tokens": "0", "cache_creation_tokens": "0"}
    with builder:
        builder.add(days("2026-09-01", "2026-09-30"), {"requests": "4", "total_cost_usd": "1"})
        builder.add(
            days("2026-10-01"),
            {**tokens, **uncached, "requests": "3", "total_cost_usd": "0.6"},
            {"api_key_id": "key_2", "requests": "5", "total_cost_usd": "2", "no_cache_tokens": ""},
        )
        builder.add(
            days("2026-10-02"),
            {**tokens, **uncached, "requests": "0", "total_cost_usd": "0.2"},
        )
    keys = database.with_name("keys.csv")
    keys.write_text("api_key_id,team,owner\nkey_1,Product,Ana\n", encoding="utf-8")
    load_file(KEYS, database, keys)
    return lu.open(database)


# October, key_1: 0.8 USD for 3 requests and (150 + 50) + (150 + 50) tokens; key_2: 2 USD for 5
# requests, tokens unknown
PER_REQUEST = {"key_1": 0.8 / 3, "key_2": 2 / 5}
PER_MILLION = 0.8 / 400 * 1_000_000


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_every_frame_of_cost_says_what_a_request_and_a_million_tokens_cost(database: Path) -> None:
    usage = two_months(database)
    for frame in (
        usage.cost_per_key("2026-10"),
        usage.cost_per_key_and_model("2026-10"),
        usage.monthly_cost("2026-10", by="key"),
        usage.cache_efficiency("2026-10", by="key"),
        usage.keys("2026-10"),
        usage.sql("from cost_per_key where month = '2026-10-01'"),
        usage.sql("from cost_per_key_and_model where month = '2026-10-01'"),
    ):
        by_key = frame.set_index("api_key_id")
        assert by_key["cost_per_request_usd"].to_dict() == pytest.approx(PER_REQUEST)
        per_million = by_key["cost_per_million_tokens_usd"].dropna().to_dict()
        assert per_million == pytest.approx({"key_1": PER_MILLION})
    # over both keys, the cost of tokens is that of the rows whose tokens are known
    for frame in (
        usage.cost_per_model("2026-10"),
        usage.sql("from cost_per_model where month = '2026-10-01'"),
    ):
        [row] = frame.to_dict("records")
        assert row["cost_per_request_usd"] == pytest.approx(2.8 / 8)
        assert row["cost_per_million_tokens_usd"] == pytest.approx(PER_MILLION)
    for frame in (
        usage.cost_per_team("2026-10"),
        usage.sql("from cost_per_team where month = '2026-10-01'"),
        usage.cost_per_cost_center("2026-10", team="Product"),
        usage.cache_efficiency("2026-10", by="owner"),
    ):
        assert frame["cost_per_million_tokens_usd"].max() == pytest.approx(PER_MILLION)
    assert list(usage.unowned_keys()["cost_per_request_usd"]) == [0.4]
    # 2 October: 0.2 USD for no request and 200 tokens
    for frame in (usage.daily_cost("2026-10-02"), usage.key_story("key_1", "2026-10-02")):
        assert frame["cost_per_request_usd"].isna().all()
        assert list(frame["cost_per_million_tokens_usd"]) == pytest.approx([1000])
    [row] = usage.compare("2026-09", "2026-10", by=None).to_dict("records")
    # September: 1 USD, 4 requests, 100 input and 20 output tokens
    assert row["cost_per_request_before_usd"] == 0.25
    assert row["cost_per_million_tokens_before_usd"] == pytest.approx(1 / 120 * 1_000_000)
    assert row["cost_per_million_tokens_after_usd"] == pytest.approx(PER_MILLION)


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_without_a_group_there_is_one_row(database: Path) -> None:
    usage = two_months(database)
    monthly = usage.monthly_cost(by=None)
    assert list(monthly.columns[:4]) == ["month", "org_id", "requests", "total_cost_usd"]
    assert list(monthly["total_cost_usd"]) == [1, 2.8]
    [total] = usage.cache_efficiency(by=None).to_dict("records")
    assert (total["requests"], total["total_cost_usd"]) == (12, 3.8)
    [change] = usage.compare("2026-09", "2026-10", by=None).to_dict("records")
    assert change["change_usd"] == pytest.approx(1.8)
    assert not {"grouped_by", "api_key_name", "api_key_id"} & {*monthly, *total, *change}
    with pytest.raises(InvalidRequest, match="by='None': did you mean"):
        usage.monthly_cost(by="None")  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_costs_go_to_the_owner(database: Path) -> None:
    usage = two_months(database)
    monthly = usage.monthly_cost("2026-10", by="owner").set_index("owner")
    assert dict(monthly["total_cost_usd"]) == {"unassigned": 2, "Ana": 0.8}
    changed = usage.compare("2026-09", "2026-10", by="owner").set_index("owner")
    assert dict(changed["change_usd"]) == pytest.approx({"unassigned": 2, "Ana": -0.2})
    assert set(usage.cache_efficiency(by="owner")["owner"]) == {"unassigned", "Ana"}
    drawn = lu.charts.cost_over_months(usage.monthly_cost(by="owner"))
    assert set(drawn.data["owner"]) == {"unassigned", "Ana"}


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_a_month_says_how_many_of_its_days_are_known(database: Path) -> None:
    """September is one sum of 30 days; of October, two days came in."""
    usage = two_months(database)
    for by in ("key", None):
        monthly = usage.monthly_cost(by=by)
        said = {
            (f"{row['month']:%Y-%m}", row["days_known"], row["days_in_month"])
            for row in monthly.to_dict("records")
        }
        assert said == {("2026-09", 30, 30), ("2026-10", 2, 31)}
    # what lies outside of the days asked for is not in the costs either
    [row] = usage.monthly_cost(("2026-10-02", None), by=None).to_dict("records")
    assert (row["total_cost_usd"], row["days_known"], row["days_in_month"]) == (0.2, 1, 31)
