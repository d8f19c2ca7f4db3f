"""Which entry of the list a name of an export means, by which rules; and which names mean none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langdock_usage.prices.names import PREFIXES, RULES, described_rules, spellings
from langdock_usage.prices.public import find_entry

SONNET = "anthropic/claude-sonnet-4-5"
BEDROCK = "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.mark.parametrize(
    ("model", "entry", "rules"),
    [
        ("claude-sonnet-4-5", SONNET, []),
        (" Claude-Sonnet-4-5 ", SONNET, []),
        ("claude-sonnet-4-5-20250929", SONNET, ["date"]),
        ("anthropic/claude-sonnet-4-5-20250929", SONNET, ["prefix anthropic/", "date"]),
        ("Claude Sonnet 4.5", SONNET, ["spaces"]),
        ("claude_sonnet_4_5_eu", SONNET, ["spaces", "deployment"]),
        ("claude-4.5-sonnet", SONNET, ["version before family"]),
        ("openai/gpt-5-2025-08-07", "openai/gpt-5", ["prefix openai/"]),
        ("azure/gpt-5-2025-08-07-eu", "openai/gpt-5", ["prefix azure/", "deployment"]),
        ("gpt-6-sol-2026-09-01", "openai/gpt-6-sol", ["date"]),
        ("gemini-2-5-pro", "google/gemini-2.5-pro", ["4-5 as 4.5"]),
        ("gemini-3-pro-preview-11-2025", "google/gemini-3-pro-preview", ["date of the preview"]),
        # a version with a date in its name has its own entry, and its own price
        ("gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13", []),
        # clouds have prices of their own
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", BEDROCK, ["aws", "version of Bedrock"]),
        (
            "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            BEDROCK,
            ["prefix bedrock/", "aws", "version of Bedrock"],
        ),
        (
            "us.anthropic.claude-3-5-sonnet-20240620-v1:0",
            "aws/regional.anthropic.claude-3-5-sonnet-20240620-v1:0",
            ["aws", "version of Bedrock", "region of Bedrock", "vendor of Bedrock"],
        ),
        ("claude-sonnet-4-5@20250929", "google/claude-sonnet-4-5", ["google", "date"]),
    ],
)
def test_names_are_found_by_rules_that_are_told(model: str, entry: str, rules: list[str]) -> None:
    found = find_entry(model)
    assert found
    assert found.name == entry
    assert len(found.rules) == len(rules)
    for told, part in zip(found.rules, rules, strict=True):
        assert part in told


@pytest.mark.parametrize(
    "model",
    [
        "",
        "gpt-5-turbo",
        "gpt-55",
        # begins like Claude Opus 4.1, which costs three times as much as its successors
        "claude-opus-4-10",
        "my-model",
        "foo/gpt-5",
        "foo.gpt-5",
        "openai/",
        "openai/claude-sonnet-4-5",
        # Bedrock has it in regions only, at other prices
        "global.anthropic.claude-3-haiku-20240307-v1:0",
        "mistral-large-9999",
        "llama-3.3-70b",
        "/",
    ],
)
def test_what_matches_nothing_is_unknown(model: str) -> None:
    assert find_entry(model) is None


def test_all_rules_can_be_listed() -> None:
    told = "\n".join(described_rules())
    for name in (*(rule.name for rule in RULES), *PREFIXES, *PREFIXES.values()):
        assert name in told


@settings(deadline=None)
@given(st.sampled_from(sorted(PREFIXES)), st.text(max_size=20))
def test_no_name_breaks_the_search(prefix: str, text: str) -> None:
    """A name of an export is any text; found again, a name means the same entry."""
    for model in (text, f"{prefix}/{text}"):
        assert find_entry(model) == find_entry(model.upper().lower())


@settings(deadline=None)
@given(st.text(alphabet="aclude-4.5@:v1_ 20250929/", max_size=25))
def test_spellings_begin_with_the_name_itself_and_name_rules_of_ours(model: str) -> None:
    found = list(spellings(model))
    assert found[0] == (model, ())
    known = {rule.name for rule in RULES}
    assert all(set(rules) <= known for _, rules in found)
