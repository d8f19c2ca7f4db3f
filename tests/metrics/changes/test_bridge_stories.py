"""What happened in the sandbox's October, as its cast has it, is what the bridge says."""

from datetime import UTC, datetime

import pytest

import langdock_usage as lu
from langdock_usage.analysis.bridge import EFFECTS
from langdock_usage.sandbox.workspace.workspace import SANDBOX_ORG_ID, Workspace, key_id
from tests.support.data.databases import add_usage, days
from tests.support.data.sandbox_days import rows_of


@pytest.fixture(scope="module")
def usage(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> lu.Usage:
    """September and October 2026."""
    rows = rows_of(workspace, days("2026-09-01", "2026-10-31"))
    database = tmp_path_factory.mktemp("stories") / "usage.duckdb"
    received = datetime(2026, 11, 10, tzinfo=UTC)
    return lu.open(add_usage(database, rows, org_id=SANDBOX_ORG_ID, received=received))


def test_three_stories_and_nothing_wrong_beside(usage: lu.Usage) -> None:
    found = usage.bridge("2026-09", "2026-10").set_index("api_key_id")
    slugs = ("nightly", "legal", "support")
    nightly, legal, support = (found.loc[key_id(SANDBOX_ORG_ID, slug)] for slug in slugs)
    # 24 and 15 times the usual requests on two of 31 days: more than twice those of the month
    assert nightly["volume_usd"] > nightly["cost_before_usd"]
    assert nightly["volume_usd"] == pytest.approx(nightly["change_usd"], rel=0.1)
    # input reads at a tenth of the price, writes at 1.25 times: half of the cost
    assert legal["caching_usd"] == pytest.approx(legal["change_usd"], rel=0.1)
    assert legal["caching_usd"] < -0.4 * legal["cost_before_usd"]
    # two thirds of the requests of October went to a model that costs less
    assert support["mix_usd"] < -200
    # what moved each of them most, and what no other key did in the least
    for effect, story in zip(("volume", "caching", "mix"), (nightly, legal, support), strict=True):
        assert story[list(EFFECTS)].abs().idxmax() == f"{effect}_usd"
        others = found[f"{effect}_usd"].drop(story.name).abs()
        assert others.max() < 0.2 * abs(story[f"{effect}_usd"])
    # Nobody edited a price. Writes to the cache have two prices on the list, which is taken
    # half-way, so that more of them at the lower one look like a discount: a tenth of the caching.
    assert found["list_price_usd"].abs().max() < 1
    assert -0.1 * abs(legal["caching_usd"]) < legal["price_usd"] < 0
    assert found["price_usd"].drop(legal.name).abs().max() < 2
    for effect in ("rate_usd", "new_usd", "gone_usd"):
        assert not found[effect].any()


def test_a_migration_is_mix_and_not_a_new_model(usage: lu.Usage) -> None:
    found = usage.bridge("2026-09", "2026-10", "model").set_index("model")
    assert found["mix_usd"]["claude-sonnet-4-5"] < -800
    assert found["mix_usd"]["claude-sonnet-5-5"] > 500
    assert found["mix_usd"].drop(["claude-sonnet-4-5", "claude-sonnet-5-5"]).abs().max() < 5
