"""List prices against what the vendors' own pages say, and on which days they hold.

Read on 2026-11-26. The second day is the one on which those who keep genai-prices last compared
their entry with the page of the vendor (`prices_checked`, in its sources of 2026-08-21):
- Anthropic: https://platform.claude.com/docs/en/about-claude/pricing, table "Model pricing";
  2026-07-29
- OpenAI: https://developers.openai.com/api/docs/pricing; 2025-07-04 (gpt-4o,
  text-embedding-3-small), 2025-11-13 (gpt-5-mini). The page itself could not be read; quoted by
  chatgptpricing-akr.pages.dev (gpt-4o, text-embedding-3-small) and nicolalazzari.ai (gpt-5-mini)
- Google: https://ai.google.dev/gemini-api/docs/pricing; 2025-10-31. Quoted by deploybase.ai
- Mistral: https://mistral.ai/pricing#api-pricing; no day. Quoted by margindash.com and tokenmix.ai
- Amazon Bedrock: the entries of genai-prices itself (10 % more in a region than globally)
"""

from datetime import date
from decimal import Decimal

import pytest

from langdock_usage.prices.price import Price, TokenPrices
from langdock_usage.prices.public import find_entry, list_price
from langdock_usage.prices.version import list_sha256, list_version

DAY = date(2026, 10, 15)
D = Decimal


def price_of(model: str, day: date = DAY) -> Price:
    entry = find_entry(model)
    assert entry, model
    price = list_price(entry, day)
    assert price, model
    return price


@pytest.mark.parametrize(
    ("model", "prices"),
    [
        # input, output, cache read, cache write, one-hour write
        ("claude-haiku-4-5", ("1", "5", "0.10", "1.25", "2")),
        ("claude-opus-4-5", ("5", "25", "0.50", "6.25", "10")),
        ("claude-opus-4-1", ("15", "75", "1.50", "18.75", "30")),
        ("gpt-4o", ("2.50", "10", "1.25", None, None)),
        ("gpt-5-mini", ("0.25", "2", "0.025", None, None)),
        ("text-embedding-3-small", ("0.02", "0", None, None, None)),
        ("gemini-2.5-flash", ("0.30", "2.50", "0.03", None, None)),
        ("mistral-medium-2508", ("0.40", "2", "0.04", None, None)),
        ("pixtral-large-2411", ("2", "6", None, None, None)),
        (
            "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            ("3.30", "16.50", "0.33", "4.125", "6.60"),
        ),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", ("3", "15", "0.30", "3.75", "6")),
    ],
)
def test_prices_are_those_of_the_vendors_pages(model: str, prices: tuple[str | None, ...]) -> None:
    [case] = price_of(model).cases
    assert case.prices == TokenPrices(*[p and D(p) for p in prices])  # type: ignore[arg-type]


def test_prices_of_long_prompts_stand_beside_the_usual_ones() -> None:
    price = price_of("gemini-2.5-pro")
    assert [(case.above_tokens, case.prices) for case in price.cases] == [
        (0, TokenPrices(D("1.25"), D("10"), D("0.125"))),
        (200_000, TokenPrices(D("2.50"), D("15"), D("0.25"))),
    ]
    assert price.usual == price.cases[0].prices


def test_a_price_changes_on_its_day() -> None:
    # https://openai.com/api/pricing: o3 fell from $10 / $40 to $2 / $8 on 2025-06-10
    assert price_of("o3", date(2025, 6, 9)).usual.output_usd_per_mtok == 40
    assert price_of("o3", date(2025, 6, 10)).usual.output_usd_per_mtok == 8
    # long prompts cost Claude Sonnet 4.6 more until 2026-03-13
    assert len(price_of("claude-sonnet-4-6", date(2026, 3, 12)).cases) == 2
    assert len(price_of("claude-sonnet-4-6", date(2026, 3, 13)).cases) == 1


def test_where_the_hour_decides_all_prices_of_the_day_are_told() -> None:
    inputs = {case.prices.input_usd_per_mtok for case in price_of("deepseek-flash").cases}
    assert inputs == {D("0.15"), D("0.30")}


def test_what_is_not_billed_by_tokens_has_no_price() -> None:
    entry = find_entry("whisper-1")
    assert entry
    assert list_price(entry, DAY) is None


def test_the_list_says_which_one_it_is() -> None:
    assert list_version().count(".") == 2
    assert len(list_sha256()) == 64
