"""Events of days, told once at the level that explains them, with their causes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import langdock_usage as lu
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.expected import EXPECTED
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.windows import Period
from tests.support.data.databases import UsageRow, add_usage, days

D = Decimal
SPAN = days("2026-08-03", "2026-11-08")  # a Monday to a Sunday, 14 weeks
RECEIVED = datetime(2026, 11, 20, tzinfo=UTC)
pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")

# What a key costs on a working day; at the weekend a tenth of it.
KEYS_USD = {"key_a": 100, "key_b": 40, "key_c": 40, "key_d": 40, "key_e": 40, "key_f": 60}
OWNERS = """api_key_id,team,valid_from
key_a,One,
key_b,Two,
key_c,Two,
key_d,Two,
key_e,Two,
key_f,One,
key_f,Two,2026-10-08
"""


def is_within(day: date, first: str, last: str) -> bool:
    return first <= f"{day}" <= last


def rows(unknown: Period | None = None) -> Iterator[UsageRow]:
    """A quiet workspace, but for what is planted; each request costs 0.10 USD."""
    for day in SPAN.days():
        if unknown and day in unknown:
            continue
        for key, usd in KEYS_USD.items():
            cost = usd // (10 if day.weekday() > 4 else 1)
            models = {"gpt-5": cost // 2, "gpt-5-mini": cost - cost // 2}
            if key == "key_a" and is_within(day, "2026-10-06", "2026-10-07"):
                models["gpt-5"] += 400  # of one model of one key
            if key == "key_b" and is_within(day, "2026-09-21", "2026-11-08"):
                models["gpt-5"] = models["gpt-5-mini"] = 0  # a new level
            if "b" < key[-1] < "f" and is_within(day, "2026-10-22", "2026-10-22"):
                models = {model: usd * 3 for model, usd in models.items()}  # of a whole team
            if key == "key_e" and is_within(day, "2026-10-13", "2026-10-13"):
                models["gpt-5"] += 90  # too little to tell
            for model, usd_of_model in models.items():
                if usd_of_model:
                    requests = usd_of_model * 10
                    yield UsageRow(day, key, key, model, requests, D(usd_of_model))


def build(folder: Path, unknown: Period | None = None) -> lu.Usage:
    database = add_usage(folder / "usage.duckdb", rows(unknown), received=RECEIVED)
    owners = folder / "keys.csv"
    owners.write_text(OWNERS)
    load_file(KEYS, database, owners)
    return lu.open(database)


@pytest.fixture(scope="module")
def usage(tmp_path_factory: pytest.TempPathFactory) -> lu.Usage:
    return build(tmp_path_factory.mktemp("anomalies"))


def test_one_model_of_one_key(usage: lu.Usage) -> None:
    [event] = usage.anomalies("2026-10", key="key_a", exact=True).to_dict("records")
    assert (event["first_day"].date(), event["last_day"].date()) == (
        date(2026, 10, 6),
        date(2026, 10, 7),
    )
    assert (event["api_key_id"], event["model"], event["kind"]) == ("key_a", "gpt-5", "spike")
    # two days of 100 USD, and 400 more on each
    assert event["cost_usd"] == D(1000)
    assert event["expected_usd"] == pytest.approx(D(200), abs=D(2))
    assert event["excess_usd"] == event["cost_usd"] - event["expected_usd"]
    assert event["cause"] == "volume"


def test_each_is_told_once_and_nothing_beside(usage: lu.Usage) -> None:
    found = usage.anomalies("2026-10").astype(object)
    # key_f changed hands on 8 October, and is no event of either team
    assert found[["team", "api_key_id", "kind"]].where(found.notna(), None).values.tolist() == [
        ["One", "key_a", "spike"],
        ["Two", None, "spike"],
    ]
    team = found.loc[1]
    # c, d and e cost three times their 40 USD, and f its 60
    assert team["cost_usd"] == 3 * 120 + 60
    assert team["expected_usd"] == pytest.approx(3 * 40 + 60, rel=0.01)


def test_a_new_level_is_told_in_the_month_in_which_it_begins(usage: lu.Usage) -> None:
    [event] = usage.anomalies("2026-09").to_dict("records")
    assert (event["api_key_id"], event["kind"]) == ("key_b", "level_shift")
    assert f"{event['first_day']:%m-%d} {event['last_day']:%m-%d}" == "09-21 09-30"
    # 8 working days of 40 USD and one weekend of 4 a day
    assert event["excess_usd"] == pytest.approx(-(8 * 40 + 2 * 4), rel=0.01)
    assert event["cause"] == "gone"
    assert "key_b" not in set(usage.anomalies("2026-10")["api_key_id"])
    [whole] = usage.anomalies(("2026-09-01", None), key="key_b").to_dict("records")
    assert whole["last_day"].date() == SPAN.last


def test_the_same_in_part_of_the_month(usage: lu.Usage) -> None:
    [event] = usage.anomalies("2026-10-07").to_dict("records")
    assert (event["first_day"], event["cost_usd"]) == (event["last_day"], 500)


@pytest.mark.parametrize(
    ("line", "is_silenced"),
    [
        ("2026-10-06,2026-10-07,key_a,gpt-5,Archive", True),
        ("2026-10-01,2026-10-31,key_a,GPT-5,Archive", True),
        ("2026-10-06,2026-10-07,,,Archive", True),
        ("2026-10-06,2026-10-06,key_a,gpt-5,Archive", False),  # its second day was not planned
        ("2026-10-06,2026-10-07,key_b,,Archive", False),
        ("2026-10-06,2026-10-07,key_a,gpt-5-mini,Archive", False),
    ],
)
def test_what_was_planned_is_silenced(usage: lu.Usage, line: str, is_silenced: bool) -> None:
    file = usage.path.with_name("expected.csv")
    file.write_text(f"first_day,last_day,api_key_id,model,note\n{line}\n")
    load_file(EXPECTED, usage.path, file)
    found = usage.anomalies("2026-10", key="key_a")
    assert len(found) == (0 if is_silenced else 1)
    [event] = usage.anomalies("2026-10", key="key_a", include_expected=True).to_dict("records")
    assert event["is_expected"] is is_silenced
    if is_silenced:
        assert event["expected_note"] == "Archive"


def test_unknown_days_and_late_usage_are_no_drop(tmp_path: Path) -> None:
    usage = build(tmp_path, unknown=days("2026-09-23", "2026-10-31"))
    assert usage.anomalies("2026-09").empty  # two days of a key that is gone are too little
    last = SPAN.last + timedelta(days=1)
    late = [UsageRow(last, key, key, "gpt-5", 1, D(1)) for key in KEYS_USD]
    add_usage(usage.path, late, received=datetime(2026, 11, 10, 5, tzinfo=UTC))
    assert usage.anomalies("2026-11").empty
    add_usage(usage.path, late, received=datetime(2026, 11, 20, tzinfo=UTC))
    [event] = usage.anomalies("2026-11").to_dict("records")
    assert (event["first_day"].date(), event["kind"]) == (last, "drop")
