"""Why the bill changed: single causes, and amounts that are worked out by hand."""

from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import langdock_usage as lu
from langdock_usage.analysis.bridge import EFFECTS, PARTS_OF_PRICE
from langdock_usage.errors import InvalidRequest
from tests.support.data.priced import build_days, exclusive, inclusive

D = Decimal
BEFORE, AFTER = "2026-10-05", "2026-10-12"  # two Mondays
pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")

# USD per million tokens: input, output, read, write
PLAIN = (2, 10, "0.2", "2.5")
TWICE = (4, 20, "0.4", "5")
# of the public list; writes for an hour cost 2, but these keys pay 1.25 for all of theirs
HAIKU = (1, 5, "0.1", "1.25")
# requests of more than 200,000 tokens cost twice that, and output 15
OWN = """plain,,2,10,0.2,2.5,,
small,,1,5,,,,
edited,,2,10,0.2,2.5,,
edited,2026-10-12,4,20,0.4,5,,
"""


def row(
    key: str,
    requests: int,
    tokens: tuple[int, int, int, int] | None,
    prices: tuple[Any, ...] = PLAIN,
    model: str = "plain",
    times: str = "1",
) -> dict[str, str]:
    """Thousands of tokens (uncached, read, written, output) and what they cost; or a flat 5 USD."""
    named = {"api_key_id": key, "api_key_name": key, "model": model, "requests": f"{requests}"}
    if tokens is None:
        none = dict.fromkeys(inclusive(0, 0, 0, 0), "")
        return {**none, **named, "total_cost_usd": times}
    uncached, reads, writes, output = tokens
    fresh, answer, read, write = map(D, prices)
    usd = uncached * fresh + reads * read + writes * write + output * answer
    add_up = exclusive if model.startswith("claude") else inclusive
    counts = (1000 * count for count in tokens)
    return {**add_up(*counts), **named, "total_cost_usd": f"{usd * D(times) / 1000:f}"}


# A key is called after the only effect that is not 0; behind a blank stands what is special.
BASE = (600, 300, 100, 50)
CAUSES = {
    "volume_usd": ([row("", 100, BASE)], [row("", 170, (1020, 510, 170, 85))]),
    "mix_usd": (
        [row("", 30, BASE), row("", 70, (70, 0, 0, 7), (1, 5, 1, 1), "small")],
        [row("", 60, (1200, 600, 200, 100)), row("", 40, (40, 0, 0, 4), (1, 5, 1, 1), "small")],
    ),
    "mix_usd model": (
        [row("", 100, BASE)],
        [row("", 50, (300, 150, 50, 25)), row("", 50, (70, 0, 0, 7), (1, 5, 1, 1), "small")],
    ),
    "mix_usd unknown": (
        [row("", 100, BASE)],
        [row("", 50, (300, 150, 50, 25)), row("", 50, None, model="unknown")],
    ),
    "prompt_size_usd": ([row("", 100, BASE)], [row("", 100, (720, 360, 120, 50))]),
    "caching_usd": ([row("", 100, BASE)], [row("", 100, (200, 600, 200, 50))]),
    "caching_usd new": ([row("", 100, (1000, 0, 0, 50))], [row("", 100, BASE)]),
    "answer_size_usd": ([row("", 100, BASE)], [row("", 100, (600, 300, 100, 77))]),
    "answer_size_usd new": ([row("", 100, (600, 300, 100, 0))], [row("", 100, BASE)]),
    "list_price_usd": (
        [row("", 100, BASE, model="edited")],
        [row("", 100, BASE, TWICE, "edited")],
    ),
    "discount_usd": ([row("", 100, BASE)], [row("", 100, BASE, times="0.9")]),
    "discount_usd list": (
        [row("", 100, BASE, HAIKU, "claude-haiku-4-5")],
        [row("", 100, BASE, HAIKU, "claude-haiku-4-5", times="1.3")],
    ),
    "discount_usd digits": ([row("", 100, BASE)], [row("", 100, BASE, times="0.900000000000001")]),
    "discount_usd free": ([row("", 100, BASE, times="0")], [row("", 100, BASE)]),
    "rate_usd": (
        [row("", 100, None, model="unknown")],
        [row("", 100, None, model="unknown", times="0.7")],
    ),
    "rate_usd tokens": (  # known, but without a price
        [row("", 100, BASE, model="unknown")],
        [row("", 100, BASE, model="unknown", times="1.1")],
    ),
    "rate_usd request": (
        [row("", 100, BASE), row("", 0, None, model="unknown")],
        [row("", 100, BASE)],
    ),
    "rate_usd never": ([row("", 0, None)], [row("", 0, None, times="3")]),
    "new_usd": ([], [row("", 3, BASE), row("", 4, None, model="unknown")]),
    "new_usd request": ([row("", 0, None)], [row("", 3, BASE)]),
    "gone_usd": ([row("", 3, BASE)], []),
}


@pytest.fixture(scope="module")
def single_causes(tmp_path_factory: pytest.TempPathFactory) -> lu.Usage:
    of_days = {
        day: tuple({**one, "api_key_id": key} for key, pair in CAUSES.items() for one in pair[n])
        for n, day in enumerate((BEFORE, AFTER))
    }
    return build_days(tmp_path_factory.mktemp("causes"), of_days, OWN)


def test_a_single_cause_moves_its_effect_alone(single_causes: lu.Usage) -> None:
    found = single_causes.bridge(BEFORE, AFTER, exact=True)
    assert set(found["api_key_id"]) == set(CAUSES)
    for row in found.to_dict("records"):
        effects = {name: row[name] for name in (*EFFECTS, *PARTS_OF_PRICE) if row[name]}
        of_price = effects.pop("price_usd", 0)
        assert effects == {row["api_key_id"].split()[0]: row["change_usd"]}, row["api_key_id"]
        assert of_price == row["list_price_usd"] + row["discount_usd"]


def test_where_the_list_has_two_figures_it_is_taken_half_way(tmp_path: Path) -> None:
    """More writes to a cache, all at the lower of two prices: the list half-way between rises more
    than the cost, so that a part of the change stands in the price."""
    fresh, cached = (1000, 0, 0, 50), BASE
    days_of = {
        BEFORE: (row("key_1", 100, fresh, HAIKU, "claude-haiku-4-5"),),
        AFTER: (row("key_1", 100, cached, HAIKU, "claude-haiku-4-5"),),
    }
    [found] = (
        build_days(tmp_path, days_of, OWN).bridge(BEFORE, AFTER, exact=True).to_dict("records")
    )
    assert found["change_usd"] == found["caching_usd"] + found["price_usd"]
    assert found["price_usd"] == found["discount_usd"] < 0


def test_a_filter_on_models_shows_their_part_of_the_whole(single_causes: lu.Usage) -> None:
    by_model = single_causes.bridge(BEFORE, AFTER, "model", exact=True).set_index("model")
    [small] = single_causes.bridge(BEFORE, AFTER, None, model="small", exact=True).to_dict(
        "records"
    )
    assert dict(by_model.loc["small"].drop("org_id")) == small
    assert small["new_usd"] == 0 != small["mix_usd"]


def test_columns_and_order(single_causes: lu.Usage) -> None:
    found = single_causes.bridge(BEFORE, AFTER, "key_and_model")
    group = ["org_id", "api_key_id", "api_key_name", "model"]
    amounts = ["cost_before_usd", *EFFECTS, "cost_after_usd", "change_usd"]
    assert list(found) == [*group, *amounts, "list_price_usd", "discount_usd"]
    assert found["change_usd"].abs().is_monotonic_decreasing
    assert {str(found[name].dtype) for name in amounts} == {"float64"}
    nothing = single_causes.bridge(BEFORE, AFTER, None, key="gone_usd", model="unknown")
    assert len(nothing) == 1
    assert not nothing.to_numpy().any()
    with pytest.raises(InvalidRequest, match="by='owner'"):
        single_causes.bridge(BEFORE, AFTER, "owner")  # type: ignore[arg-type]


def test_more_days_of_the_same_are_the_calendar(tmp_path: Path) -> None:
    """Ten requests on a working day and four on a Saturday, at 0.5 USD each."""
    of_days = {
        f"2026-10-{day:02}": (row("a", requests, None, times=f"{D(requests) / 2}"),)
        for day, requests in {1: 10, 2: 10, 3: 4, 5: 10, 6: 10, 7: 10, 8: 10, 9: 14, 10: 4}.items()
    }
    usage = build_days(
        tmp_path, {**of_days, "2026-10-04": (), "2026-10-12..2026-10-13": (row("a", 6, None),)}
    )

    def moved(before: tuple[str, str], after: tuple[str, str]) -> dict[str, Decimal]:
        [found] = usage.bridge(before, after, None, exact=True).to_dict("records")
        return {str(name): found[name] for name in EFFECTS if found[name]}

    # Thursday and Saturday, against Monday to Thursday: two requests' days more, at 0.5 USD
    assert moved(("2026-10-03", "2026-10-04"), ("2026-10-03", "2026-10-05")) == {"calendar_usd": 5}
    # Thu, Fri, Sat, Sun against Mon to Fri: of the Monday, Tuesday and Wednesday 30 requests more,
    # without Saturday 4 less; on Friday 4 more of the same day
    assert moved(("2026-10-01", "2026-10-04"), ("2026-10-05", "2026-10-09")) == {
        "volume_usd": 2,
        "calendar_usd": 13,
    }
    # 2 Thursdays (10, 10), 2 Fridays (10, 14) and 2 Saturdays against one of each: the mean of
    # Fridays is 12 and 10, so that one less is 11, and 2 less on the mean of 1.5 Fridays is 3
    assert moved(("2026-10-01", "2026-10-10"), ("2026-10-01", "2026-10-04")) == {
        "volume_usd": D("-1.5"),
        "calendar_usd": D("-27.5"),
    }
    # a period that is not known day by day has no calendar: 6 requests for 1 USD, after 10 for 5
    assert "calendar_usd" not in moved(("2026-10-05", "2026-10-05"), ("2026-10-12", "2026-10-13"))


def test_two_factors_are_bennets(tmp_path: Path) -> None:
    usage = build_days(
        tmp_path,
        {BEFORE: (row("a", 10, None, times="20"),), AFTER: (row("a", 16, None, times="48"),)},
    )
    [found] = usage.bridge(BEFORE, AFTER, None, exact=True).to_dict("records")
    # from 10 requests at 2 USD to 16 at 3 USD: 6 x 2.5, and 1 x 13
    assert (found["volume_usd"], found["rate_usd"], found["change_usd"]) == (15, 13, 28)


# Before and after: requests of the key, share of the model, input tokens per request, shares of the
# three kinds of input, output tokens per request, prices. All six move.
MOVING: list[tuple[Any, Any]] = [
    (200, 320),
    (D("0.5"), D("0.75")),
    (5000, 4000),
    (("0.6", "0.3", "0.1"), ("0.2", "0.7", "0.1")),
    (400, 500),
    (PLAIN, TWICE),
]
PLAYERS = ("volume", "mix", "prompt_size", "caching", "answer_size", "price")


def cost(moved: set[int]) -> Fraction:
    """The cost where these six, by their place, have moved, and the others have not."""
    pairs = enumerate(MOVING)
    volume, share, inputs, of_kind, outputs, prices = (p[place in moved] for place, p in pairs)
    fresh, answer, read, write = (Fraction(price) / 10**6 for price in prices)
    uncached, reads, writes = map(Fraction, of_kind)
    per_input = uncached * fresh + reads * read + writes * write
    requests = Fraction(volume) * Fraction(share)
    return requests * (Fraction(inputs) * per_input + Fraction(outputs) * answer)


def test_all_at_once_is_the_mean_over_all_orders(tmp_path: Path) -> None:
    """Against the definition, in fractions: 720 orders in which six causes can move."""
    orders = list(permutations(range(6)))
    expected = dict.fromkeys(PLAYERS, Fraction(0))
    for order in orders:
        for done, place in enumerate(order):
            added = cost({*order[: done + 1]}) - cost({*order[:done]})
            expected[PLAYERS[place]] += added / len(orders)
    # 200 x 0.5 = 100 requests of 5,000 and 400 tokens; 320 x 0.75 = 240 of 4,000 and 500
    first = row("a", 100, (300, 150, 50, 40), PLAIN, "edited")
    second = row("a", 240, (192, 672, 96, 120), TWICE, "edited")
    others = (row("a", 100, None, model="other"), row("a", 80, None, model="other"))
    usage = build_days(tmp_path, {BEFORE: (first, others[0]), AFTER: (second, others[1])}, OWN)
    frame = usage.bridge(BEFORE, AFTER, "key_and_model", exact=True)
    [found] = frame[frame["model"] == "edited"].to_dict("records")
    assert found["change_usd"] == cost({*range(6)}) - cost(set())
    for name, effect in expected.items():
        assert float(found[f"{name}_usd"]) == pytest.approx(float(effect), abs=2e-12), name
    assert found["list_price_usd"] == found["price_usd"]
