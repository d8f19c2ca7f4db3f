"""Why the bill changed, by group: whatever happened, the parts of a group add up to the whole."""

import random
from decimal import Decimal, localcontext
from itertools import combinations

import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage.analysis.bridge import EFFECTS, PARTS_OF_PRICE
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.keys import KEYS
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.data.priced import exclusive, inclusive

AMOUNTS = ["cost_before_usd", *EFFECTS, "cost_after_usd", "change_usd", *PARTS_OF_PRICE]
PERIODS = ["2026-10-05", "2026-10-06..2026-10-08", "2026-10-09..2026-10-12"]
OWNERS = """api_key_id,team,cost_center,valid_from
key 0,Search,4711,
key 1,Search,4711,
key 1,Legal,0815,2026-10-09
key 2,Legal,4711,
"""
pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")


def random_row(draw: random.Random, key: int, model: str) -> dict[str, str]:
    """Any usage: also without tokens, requests or cost, and with tokens that do not add up."""
    tokens = [draw.choice([0, draw.randrange(10**7)]) for _ in range(4)]
    row = (exclusive if model.startswith("claude") else inclusive)(*tokens)
    if draw.random() < 0.2:
        row = dict.fromkeys(row, "")
    if draw.random() < 0.1:
        row["sum_prompt_tokens"] = "7"
    return {
        **row,
        "api_key_id": f"key {key}",
        "api_key_name": f"name {key}",
        "model": model,
        "requests": f"{draw.choice([0, draw.randrange(1, 1000)])}",
        "total_cost_usd": f"{Decimal(draw.choice([0, draw.randrange(10**14)])).scaleb(-12):f}",
    }


@pytest.fixture(scope="module")
def usage(tmp_path_factory: pytest.TempPathFactory) -> lu.Usage:
    """Two workspaces, of which one is not known day by day; keys come, go and change hands."""
    draw = random.Random(12)
    database = tmp_path_factory.mktemp("groups") / "usage.duckdb"
    models = ("gpt-5", "claude-haiku-4-5", "gemini-2.5-pro", "unknown", "")
    with DatabaseBuilder(database) as builder:
        for org_id, windows in {
            "org_a": [days(f"2026-10-{day:02}") for day in range(5, 13)],
            "org_b": [days("2026-10-05"), days("2026-10-06", "2026-10-08"), days("2026-10-09")],
        }.items():
            for window in windows:
                rows = [
                    random_row(draw, key, model) | {"org_id": org_id}
                    for key in range(6)
                    for model in models
                    if draw.random() < 0.6
                ]
                builder.keep(window, *rows, org_id=org_id)
    keys = database.with_name("keys.csv")
    keys.write_text(OWNERS, encoding="utf-8")
    load_file(KEYS, database, keys)
    return lu.open(database)


def total(frame: pd.DataFrame) -> dict[str, Decimal]:
    with localcontext(prec=76):
        return {name: sum(frame[name], Decimal(0)) for name in AMOUNTS}


@pytest.mark.parametrize(("before", "after"), [*combinations(PERIODS, 2)])
def test_groups_add_up(usage: lu.Usage, before: str, after: str) -> None:
    whole = total(usage.bridge(before, after, None, exact=True))
    by_key = usage.bridge(before, after, exact=True)
    with localcontext(prec=76):
        for row in by_key.to_dict("records"):
            assert sum(row[name] for name in EFFECTS) == row["change_usd"]
            assert row["cost_after_usd"] - row["cost_before_usd"] == row["change_usd"]
    assert total(by_key) == whole
    assert total(usage.bridge(before, after, "model", exact=True)) == whole
    by_team = total(usage.bridge(before, after, "team", exact=True))
    costs = ("cost_before_usd", "cost_after_usd", "change_usd")
    assert {name: by_team[name] for name in costs} == {name: whole[name] for name in costs}

    compared = usage.compare(before, after, exact=True).set_index(["org_id", "api_key_id"])
    found = by_key.set_index(["org_id", "api_key_id"]).loc[compared.index]
    for name in ("api_key_name", *costs):
        assert list(found[name]) == list(compared[name])


def test_exchanging_the_periods_turns_every_sign(usage: lu.Usage) -> None:
    before, after = PERIODS[:2]
    there = total(usage.bridge(before, after, None, exact=True))
    back = total(usage.bridge(after, before, None, exact=True))
    back["new_usd"], back["gone_usd"] = back["gone_usd"], back["new_usd"]
    for name in (*EFFECTS, *PARTS_OF_PRICE, "change_usd"):
        assert back[name] == -there[name]
    assert there["calendar_usd"] != 0 != there["gone_usd"]


def test_a_key_that_changed_hands_is_gone_from_one_team_and_new_at_the_other(
    usage: lu.Usage,
) -> None:
    before, after = PERIODS[1:]
    [key] = usage.bridge(before, after, key="key 1", org="org_a", exact=True).to_dict("records")
    teams = usage.bridge(before, after, "team", key="key 1", org="org_a", exact=True)
    gone, new = (teams.set_index("team").loc[name] for name in ("Search", "Legal"))
    assert gone["gone_usd"] == gone["change_usd"] == -key["cost_before_usd"] < 0
    assert new["new_usd"] == new["change_usd"] == key["cost_after_usd"] > 0
    assert key["new_usd"] == key["gone_usd"] == 0
