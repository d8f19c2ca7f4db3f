"""Which line of the user's own prices is in force."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from langdock_usage.prices.book import PriceBook
from langdock_usage.prices.own import own_price
from langdock_usage.raw.reference.kinds.prices import OwnPrice, fits

D = Decimal


def line(
    model: str, input_usd: str, valid_from: str | None = None, org_id: str | None = None
) -> OwnPrice:
    return OwnPrice(
        model=model,
        valid_from=date.fromisoformat(valid_from) if valid_from else None,
        input_usd_per_mtok=D(input_usd),
        output_usd_per_mtok=D("1"),
        org_id=org_id,
    )


LINES = [
    line("*", "1"),
    line("gpt-*", "2"),
    line("gpt-5*", "3"),
    line("GPT-5", "4", "2026-03-01"),
    line("gpt-5", "5", "2026-06-01"),
    line("*", "6", "2026-09-01", "org_b"),
    line("gpt-5", "7", "2026-10-01", "org_b"),
]


def input_usd(org_id: str, model: str, day: str) -> int:
    price = own_price(LINES, org_id, model, date.fromisoformat(day))
    assert price
    return int(price.usual.input_usd_per_mtok)


def test_the_nearer_line_goes_first_and_a_line_that_has_not_begun_leaves_the_next() -> None:
    # a longer pattern before a shorter one
    assert input_usd("org_a", "mistral", "2026-01-01") == 1
    assert input_usd("org_a", "gpt-4o", "2026-01-01") == 2
    assert input_usd("org_a", "gpt-5-mini", "2026-01-01") == 3
    # a name before a pattern, once it has begun; and the one that began last
    assert input_usd("org_a", "gpt-5", "2026-02-28") == 3
    assert input_usd("org_a", "gpt-5", "2026-03-01") == 4
    assert input_usd("org_a", "Gpt-5", "2026-12-31") == 5
    # the workspace before general ones: its mere pattern before the general name
    assert input_usd("org_b", "gpt-5", "2026-08-31") == 5
    assert input_usd("org_b", "gpt-5", "2026-09-01") == 6
    assert input_usd("org_b", "gpt-5", "2026-10-01") == 7


def test_what_no_line_fits_has_no_own_price() -> None:
    assert own_price([line("gpt-5", "1", "2026-10-01")], "org", "gpt-5", date(2026, 9, 30)) is None
    assert own_price([line("gpt-5", "1", None, "org_b")], "org_a", "gpt-5", date.max) is None


def test_only_the_star_is_special() -> None:
    assert fits("gpt-*-eu", "GPT-5-EU")
    assert fits("*", "")
    assert fits("a[b]?.*", "A[B]?.c\nd")
    assert not fits("gpt.5", "gpt-5")
    assert not fits("gpt-5", "gpt-5-mini")
    assert not fits("g?t-5", "gpt-5")


def test_own_prices_go_before_the_list_and_periods_follow_both() -> None:
    # o3 on the list: $10 / $40, since 2025-06-10 $2 / $8
    book = PriceBook([line("o3", "1", "2025-07-01")])
    assert [
        (str(period.days.first), period.price.source, int(period.price.usual.input_usd_per_mtok))
        for period in book.periods("org", "openai/o3")
    ] == [("0001-01-01", "list", 10), ("2025-06-10", "list", 2)]
    assert [
        (str(period.days), period.price.source, int(period.price.usual.input_usd_per_mtok))
        for period in book.periods("org", "o3")
    ] == [
        ("2025-06-09 and earlier", "list", 10),
        ("2025-06-10 to 2025-06-30", "list", 2),
        ("2025-07-01 and later", "own", 1),
    ]
    assert book.periods("org", "my-model") == []


def test_an_unchanged_price_makes_one_period() -> None:
    book = PriceBook([line("m", "1"), line("m", "1", "2026-01-01"), line("m", "2", "2026-02-01")])
    assert [str(period.days) for period in book.periods("org", "m")] == [
        "2026-01-31 and earlier",
        "2026-02-01 and later",
    ]


names = st.sampled_from(["gpt-5", "gpt-*", "*", "g*5", "o3", "my-model"])
days = st.none() | st.dates(date(2025, 1, 1), date(2026, 12, 31))
lines = st.builds(
    OwnPrice,
    model=names,
    valid_from=days,
    input_usd_per_mtok=st.decimals(0, 9, places=2),
    output_usd_per_mtok=st.just(D("1")),
    org_id=st.sampled_from([None, "org"]),
)


@settings(deadline=None)
@given(st.lists(lines, max_size=6), names, st.dates(date(2024, 1, 1), date(2027, 12, 31)))
def test_periods_say_the_price_of_each_day(own: list[OwnPrice], model: str, day: date) -> None:
    book = PriceBook(own)
    told = [period.price for period in book.periods("org", model) if day in period.days]
    price = book.price("org", model, day)
    assert [one.cases for one in told] == ([price.cases] if price else [])
