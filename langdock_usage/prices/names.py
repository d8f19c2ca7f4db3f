"""How the names of models in exports are found in a price list: every rule, in order."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# What stands before a slash, and whose list prices (an id of genai-prices) are meant by it.
PREFIXES: Mapping[str, str] = {
    "amazon": "aws",
    "anthropic": "anthropic",
    "aws": "aws",
    "azure": "azure",
    "azure_ai": "azure",
    "bedrock": "aws",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "gemini": "google",
    "google": "google",
    "groq": "groq",
    "meta": "meta",
    "mistral": "mistral",
    "mistralai": "mistral",
    "moonshotai": "moonshotai",
    "openai": "openai",
    "perplexity": "perplexity",
    "vertex": "google",
    "vertex_ai": "google",
    "x-ai": "x-ai",
    "xai": "x-ai",
}

# Spellings that only one cloud uses: `eu.anthropic.claude-…` is Bedrock's, `claude-…@…` Vertex's.
_REGIONS = r"(us|us-gov|eu|apac|au|ca|in|jp)\."
_BEDROCK_VENDORS = (
    r"(amazon|anthropic|cohere|deepseek|google|meta|mistral|moonshotai|nvidia|openai|qwen|writer"
    r"|zai)\."
)
CLOUDS: Mapping[str, str] = {
    rf"({_REGIONS}|global\.)?{_BEDROCK_VENDORS}.+": "aws",
    r"claude-[^/]+@.+": "google",
}

# Whose models a name without a prefix may mean; the first that states it.
VENDORS = (
    "anthropic",
    "openai",
    "google",
    "mistral",
    "deepseek",
    "x-ai",
    "cohere",
    "meta",
    "moonshotai",
    "minimax",
    "zai",
    "perplexity",
    "voyageai",
)


@dataclass(frozen=True)
class Rule:
    """A way to write a name otherwise, so that the list may state it."""

    name: str
    pattern: str
    replacement: str

    def apply(self, model: str) -> str:
        return re.sub(self.pattern, self.replacement, model)


RULES = (
    Rule("spaces and underscores are hyphens", r"[\s_]+", "-"),
    Rule("without the version of Bedrock (-v1:0)", r"-v\d+(:\d+)?$", ""),
    Rule(
        "without the deployment (-eu, -global, -datazone)",
        r"-(eu|us|uk|global|regional|data-?zone|(global-|data-?zone-)?standard|deployment|prod)$",
        "",
    ),
    Rule("without the date", r"[-@](20\d{2}-[01]\d-[0-3]\d|20\d{2}[01]\d[0-3]\d)$", ""),
    Rule("without the date of the preview", r"(?<=-preview)-[01]\d-(20\d{2}|[0-3]\d)$", ""),
    Rule("without the region of Bedrock", rf"^{_REGIONS}(?={_BEDROCK_VENDORS})", ""),
    Rule("without the vendor of Bedrock", rf"^{_BEDROCK_VENDORS}", ""),
    Rule("without @default or -latest", r"(@default|-latest)$", ""),
    Rule(
        "version before family", r"^claude-(\d+(?:[.-]\d+)?)-(opus|sonnet|haiku)\b", r"claude-\2-\1"
    ),
    Rule("4-5 as 4.5", r"(?<![\d.])(\d)-(\d)(?![\d.])", r"\1.\2"),
    Rule("4.5 as 4-5", r"(?<![\d.])(\d)\.(\d)(?![\d.])", r"\1-\2"),
)


def described_rules() -> list[str]:
    """Each rule in a line, in the order in which they are tried."""
    return [
        "A name is looked up as it is, in any case of letters, then rewritten by one of these "
        "rules, by two, and so on, in this order:",
        *(f"  {rule.name}: {rule.pattern}" for rule in RULES),
        "Spellings that only one cloud uses have the prices of that cloud:",
        *(f"  {cloud}: {pattern}" for pattern, cloud in CLOUDS.items()),
        "A prefix says whose prices are meant:",
        *(f"  {prefix}/: {vendor}" for prefix, vendor in PREFIXES.items()),
        f"Without a prefix, the first that states the name: {', '.join(VENDORS)}.",
    ]


def vendors_of(model: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The name without its prefix, whose list it may stand in, and the rules that say so."""
    name = model.strip().casefold()
    prefix, slash, rest = name.partition("/")
    if slash and prefix not in PREFIXES:
        return name, (), ()
    vendors = (PREFIXES[prefix],) if slash else VENDORS
    rules = (f"without the prefix {prefix}/",) if slash else ()
    for pattern, cloud in CLOUDS.items():
        if re.fullmatch(pattern, rest or name):
            return rest or name, (cloud,), (*rules, f"the spelling of {cloud}")
    return rest or name, vendors, rules


def spellings(model: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name as it is, then otherwise written: by one rule, by two …, each with its rules."""
    found: list[tuple[str, tuple[str, ...], int]] = [(model, (), 0)]
    while found:
        yield from ((spelling, rules) for spelling, rules, _ in found)
        found = [
            (rewritten, (*rules, rule.name), place)
            for spelling, rules, next_rule in found
            for place, rule in enumerate(RULES[next_rule:], next_rule + 1)
            if (rewritten := rule.apply(spelling)) != spelling
        ]
