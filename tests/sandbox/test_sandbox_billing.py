"""Bills that are not what the list says are found by the price check, each by its own finding."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage.sandbox.workspace.billing import BILLING
from langdock_usage.sandbox.workspace.workspace import Workspace
from tests.support.data.databases import DatabaseBuilder, days

TODAY = date(2026, 11, 23)
OCTOBER = ("2026-10-01", "2026-10-31")
pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
JUDGED = ["api_key_name", "model", "finding"]


def october(folder: Path, *billing: str) -> lu.Usage:
    """Four days of October 2026 in UTC: two in each half of the month."""
    workspace = Workspace.synthetic(today=TODAY, billing=billing)
    database = folder / "usage.duckdb"
    with DatabaseBuilder(database) as builder:
        for number in (6, 7, 20, 21):
            start = datetime(2026, 10, number, tzinfo=UTC)
            rows = workspace.usage(start, start + timedelta(days=1), by_model=True)
            texts = [{name: str(getattr(row, name)) for name in row.__slots__} for row in rows]
            builder.keep(days(str(start.date())), *texts)
    return lu.open(database)


def findings(usage: lu.Usage, period: tuple[str, str] = OCTOBER) -> set[tuple[str, str, str]]:
    """What is not as listed: key, model and finding."""
    checked = usage.price_check(period, "key_and_model")
    odd: pd.DataFrame = checked[checked["finding"] != "as_listed"][JUDGED]
    return set(odd.itertuples(index=False, name=None))


@pytest.fixture(scope="module")
def as_listed(tmp_path_factory: pytest.TempPathFactory) -> lu.Usage:
    return october(tmp_path_factory.mktemp("listed"))


@pytest.fixture(scope="module")
def otherwise(tmp_path_factory: pytest.TempPathFactory) -> lu.Usage:
    return october(tmp_path_factory.mktemp("otherwise"), *BILLING)


def test_what_is_billed_by_the_list_is_the_list_to_the_last_digit(as_listed: lu.Usage) -> None:
    assert findings(as_listed) == set()
    checked = as_listed.price_check(OCTOBER, "model", exact=True).set_index("model")
    # the sandbox bills five-minute writes, and no request as a long one: the least
    assert dict(checked["reported_usd"]) == dict(checked["list_low_usd"])
    assert len(checked) == 10
    savings = as_listed.cache_savings(OCTOBER, "model").set_index("model")
    assert savings.loc["claude-haiku-4-5", "one_hour_share"] == 0


def test_saving_and_list_cost_are_the_list_cost_without_caching(as_listed: lu.Usage) -> None:
    """Asked in another way: the same model, all input fresh."""
    models = list(as_listed.cost_per_model(OCTOBER)["model"])
    dropped = as_listed.what_if(
        OCTOBER, dict(zip(models, models, strict=True)), caching="dropped", exact=True
    )
    savings = as_listed.cache_savings(OCTOBER, "key_and_model", exact=True)
    both = dropped.merge(savings, on=["org_id", "api_key_id", "model"])
    assert len(both) == len(dropped) == len(savings) > 10
    assert list(both["saving_low_usd"]) == list(both["change_low_usd"])
    assert list(both["saving_high_usd"]) == list(both["change_high_usd"])
    # of one tier and without a price for an hour, there is one cost without caching, and one with
    certain = both[both["list_low_usd"] == both["list_high_usd"]]
    assert len(certain) > 5
    without = certain["list_low_usd"] + certain["saving_low_usd"]
    assert list(without) == list(certain["to_low_usd"])
    # parts add up to the total
    whole = as_listed.cache_savings(OCTOBER, None, exact=True)
    for name in ("saving_low_usd", "saving_high_usd", "total_cost_usd", "priced_cost_usd"):
        assert sum(savings[name]) == whole[name].iloc[0]


def test_each_bill_has_its_finding(otherwise: lu.Usage) -> None:
    assert findings(otherwise) == {
        ("Entwicklung (IDE)", "codestral-2508", "unpriced"),
        ("Website-Chatbot", "claude-haiku-4-5", "cache_billed_as_input"),
        ("Vertrieb, DACH", "gpt-5-mini", "above_list"),
        ("HR Onboarding-Bot", "gpt-5-mini", "above_list"),
        ("Finance, Rechnungseingang", "mistral-medium-2508", "below_list"),
        ("Übersetzungen (EN/FR/中文)", "mistral-medium-2508", "below_list"),
    }
    before = ("2026-10-01", "2026-10-15")
    assert not any(model == "gpt-5-mini" for _, model, _ in findings(otherwise, before))
    checked = otherwise.price_check(("2026-10-17", None), "model").set_index("model")
    assert checked.loc["gpt-5-mini", "price_ratio_low"] == pytest.approx(1.25)
    assert checked.loc["mistral-medium-2508", "price_ratio_low"] == pytest.approx(0.9)


def test_one_hour_writes_are_inferred_and_reported_as_such(otherwise: lu.Usage) -> None:
    savings = otherwise.cache_savings(OCTOBER, "key").set_index("api_key_name")
    intranet = savings.loc["Intranet-Wissensdatenbank"]
    assert intranet["one_hour_share"] == pytest.approx(1)
    assert intranet["saving_inferred_usd"] == pytest.approx(intranet["saving_low_usd"])
    assert intranet["saving_high_usd"] < 0  # it reads nothing of what it writes


def test_tokens_are_the_same_whatever_is_billed(as_listed: lu.Usage, otherwise: lu.Usage) -> None:
    columns = ["api_key_id", "model", "requests", "input_tokens", "cached_prompt_tokens"]
    one, other = (
        usage.cost_per_key_and_model(OCTOBER)[columns].sort_values(columns[:2])
        for usage in (as_listed, otherwise)
    )
    assert one.reset_index(drop=True).equals(other.reset_index(drop=True))


def test_the_day_of_a_price_edit_is_found(as_listed: lu.Usage, otherwise: lu.Usage) -> None:
    assert as_listed.price_jumps(OCTOBER).empty
    # made on 17 October, 15 days before November; the first day known after it is the 20th
    [jump] = otherwise.price_jumps(OCTOBER).to_dict("records")
    assert (jump["model"], str(jump["first_day"].date())) == ("gpt-5-mini", "2026-10-20")
    assert jump["key_count"] == 2
    assert jump["price_ratio_before"] == pytest.approx(1)
    assert jump["price_ratio_after"] == pytest.approx(1.25)
