"""Who is in the synthetic workspace: its models, its keys, and what happens to them.

Days are counted from the first day of the current month (day 0), so that the last complete month
always holds the same story: a model migration from day -21 to day -12, a key renamed on day -17
and a runaway nightly job on days -13 and -12. Earlier: a key revoked (-160), a key created (-130),
a team that turns prompt caching on (-40).
"""

from dataclasses import dataclass
from enum import Enum

# (from this day on, per mille): the last step that has begun holds; before the first it is 0.
Steps = tuple[tuple[int, int], ...]

EVER = -100_000


def always(permille: int) -> Steps:
    return ((EVER, permille),)


class Accounting(Enum):
    """How a vendor's token columns add up. The service does not say, so all three occur."""

    INCLUSIVE = "sum_prompt = no_cache + cached + creation"
    WRITES_IN_NO_CACHE = "sum_prompt = no_cache + cached, and no_cache contains creation"
    EXCLUSIVE = "sum_prompt = no_cache, cached and creation besides"


@dataclass(frozen=True)
class Vendor:
    provider: str
    accounting: Accounting


OPENAI = Vendor("openai", Accounting.INCLUSIVE)
MISTRAL = Vendor("mistral", Accounting.INCLUSIVE)
GOOGLE = Vendor("google", Accounting.WRITES_IN_NO_CACHE)
ANTHROPIC = Vendor("anthropic", Accounting.EXCLUSIVE)

MODELS: dict[str, Vendor] = {
    "claude-haiku-4-5": ANTHROPIC,
    "claude-sonnet-4-5": ANTHROPIC,
    "claude-sonnet-5-5": ANTHROPIC,
    "codestral-2508": MISTRAL,
    "gemini-2.5-flash": GOOGLE,
    "gemini-2.5-pro": GOOGLE,
    "gpt-5-mini": OPENAI,
    "gpt-6-sol": OPENAI,
    "mistral-medium-2508": MISTRAL,
    "text-embedding-3-small": OPENAI,
}


@dataclass(frozen=True)
class Rhythm:
    """Weight of each local hour of a working day and of a day at the weekend (Europe/Berlin)."""

    workday: tuple[int, ...]
    weekend: tuple[int, ...]


# fmt: off
OFFICE = Rhythm(
    (0, 0, 0, 0, 0, 1, 4, 16, 40, 50, 48, 42, 26, 40, 48, 44, 34, 20, 8, 4, 3, 2, 1, 0),
    (0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1, 2, 1, 0, 0),
)
CUSTOMERS = Rhythm(
    (3, 2, 1, 1, 1, 3, 9, 20, 34, 42, 44, 42, 38, 38, 40, 40, 40, 42, 44, 42, 34, 24, 14, 7),
    (4, 3, 2, 1, 1, 2, 4, 8, 14, 22, 28, 28, 26, 24, 24, 24, 24, 24, 24, 22, 20, 16, 10, 6),
)
NIGHT = Rhythm(
    (10, 60, 80, 80, 40, 10) + (0,) * 18,
    (10, 60, 80, 80, 40, 10) + (0,) * 18,
)
# fmt: on


@dataclass(frozen=True)
class Stream:
    """How one key uses one model. Tokens are means per request.

    `weekly_requests` is what a week has at the start of the current month while `level` is 1000;
    `cached` and `creation` are the shares of the input read from and written to the cache.
    """

    model: str
    rhythm: Rhythm
    weekly_requests: int
    input_tokens: int
    output_tokens: int
    level: Steps = ((EVER, 1000),)
    cached: Steps = ()
    creation: Steps = ()


@dataclass(frozen=True)
class Key:
    """An API key: `renamed` is the day on which it got another name (at RENAME_HOUR UTC)."""

    slug: str
    name: str
    streams: tuple[Stream, ...]
    renamed: tuple[int, str] | None = None


RENAME_HOUR = 9
CACHING_ON = -40
MIGRATION = (-21, -17, -12)
SPIKE = (-13, -12)

_MIGRATES_FROM: Steps = (
    (EVER, 1000),
    (MIGRATION[0], 850),
    (MIGRATION[1], 400),
    (MIGRATION[2], 0),
)
_MIGRATES_TO: Steps = tuple((day, 1000 - level) for day, level in _MIGRATES_FROM)

KEYS: tuple[Key, ...] = (
    Key(
        "support",
        "Kundenservice Köln",
        (
            Stream(
                "claude-sonnet-4-5", CUSTOMERS, 30_000, 6_000, 450,
                level=_MIGRATES_FROM, cached=always(700), creation=always(50),
            ),
            Stream(
                "claude-sonnet-5-5", CUSTOMERS, 30_000, 6_000, 450,
                level=_MIGRATES_TO, cached=always(700), creation=always(50),
            ),
        ),
    ),
    Key(
        "legal",
        "Rechtsabteilung: Vertragsprüfung",
        (
            Stream(
                "claude-sonnet-4-5", OFFICE, 2_400, 60_000, 1_200,
                cached=((CACHING_ON, 780),), creation=((CACHING_ON, 80),),
            ),
        ),
    ),
    # Writes almost all of its input to the cache, and nobody ever reads it there.
    Key(
        "intranet",
        "Intranet-Wissensdatenbank",
        (Stream("claude-haiku-4-5", OFFICE, 12_000, 12_000, 500, creation=always(900)),),
    ),
    Key(
        "chatbot",
        "Website-Chatbot",
        (
            Stream(
                "claude-haiku-4-5", CUSTOMERS, 60_000, 2_500, 250,
                cached=always(600), creation=always(60),
            ),
        ),
    ),
    Key(
        "search",
        "Suche (Embeddings)",
        (Stream("text-embedding-3-small", CUSTOMERS, 400_000, 350, 0),),
    ),
    Key(
        "fjord",
        'Projekt "Fjord"',
        (
            Stream(
                "gpt-6-sol", OFFICE, 10_000, 8_000, 900,
                cached=always(300), creation=always(50),
            ),
            Stream("text-embedding-3-small", OFFICE, 20_000, 600, 0),
        ),
    ),
    Key(
        "sales",
        "Vertrieb, DACH",
        (
            Stream("gpt-5-mini", OFFICE, 20_000, 3_000, 400, cached=always(200)),
            Stream(
                "gpt-6-sol", OFFICE, 3_000, 5_000, 700,
                cached=always(150), creation=always(40),
            ),
        ),
    ),
    Key(
        "nightly",
        "Data Platform / Nachtlauf",
        (
            Stream(
                "gemini-2.5-flash", NIGHT, 60_000, 4_000, 600,
                level=((EVER, 1000), (SPIKE[0], 24_000), (SPIKE[1], 15_000), (SPIKE[1] + 1, 1000)),
                cached=always(350), creation=always(40),
            ),
        ),
    ),
    Key(
        "finance",
        "Test 2",
        (
            Stream("mistral-medium-2508", OFFICE, 15_000, 5_000, 300, cached=always(120)),
            Stream("gemini-2.5-flash", OFFICE, 6_000, 2_000, 300),
        ),
        renamed=(-17, "Finance, Rechnungseingang"),
    ),
    Key(
        "ide",
        "Entwicklung (IDE)",
        (
            Stream(
                "claude-sonnet-4-5", OFFICE, 24_000, 45_000, 500,
                cached=always(860), creation=always(50),
            ),
            Stream("codestral-2508", OFFICE, 40_000, 1_800, 60, cached=always(250)),
        ),
    ),
    Key(
        "translate",
        "Übersetzungen (EN/FR/中文)",
        (Stream("mistral-medium-2508", OFFICE, 9_000, 1_500, 1_500),),
    ),
    Key(
        "onboarding",
        "HR Onboarding-Bot",
        (
            Stream(
                "gpt-5-mini", OFFICE, 5_000, 4_000, 500,
                level=((-130, 300), (-110, 1000)), cached=always(400),
            ),
        ),
    ),
    Key(
        "pilot",
        "Pilot 2025",
        (
            Stream("gpt-5-mini", OFFICE, 9_000, 2_500, 600, level=((EVER, 1000), (-160, 0))),
            Stream("gemini-2.5-pro", OFFICE, 800, 9_000, 900, level=((EVER, 1000), (-160, 0))),
        ),
    ),
    Key(
        "research",
        "R&D <Prototyp>",
        (
            Stream(
                "gemini-2.5-pro", OFFICE, 4_000, 20_000, 2_000,
                cached=always(300), creation=always(100),
            ),
        ),
    ),
)  # fmt: skip
