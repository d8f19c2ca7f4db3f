"""Small databases that several tests ask: what is in them can be added up by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.windows import Period, utc_dates
from tests.support.data.databases import DatabaseBuilder, UsageRow, days

SEARCH = {"api_key_id": "key_1", "api_key_name": "Search", "model": "gpt-5"}
HELPDESK = {
    "api_key_id": "key_2",
    "api_key_name": "Helpdesk",
    "model": "claude-opus-5",
    # exclusive: 60 + 10 + 30 = 100 input tokens
    "sum_prompt_tokens": "60",
    "no_cache_tokens": "60",
    "cached_prompt_tokens": "10",
    "cache_creation_tokens": "30",
}


def build_tiny(database: Path) -> Path:
    """September and October 2026 of one workspace; used on 30 September to 2 October alone.

    The examples in the docstrings are about it.
    """
    builder = DatabaseBuilder(database)
    builder.moment = datetime(2026, 11, 4, 12, tzinfo=UTC)  # when no day is provisional any more
    with builder:
        builder.keep(days("2026-09-01", "2026-09-29"), org_id="org_a")
        builder.keep(days("2026-09-30"), {**SEARCH, "requests": "10", "total_cost_usd": "2"})
        builder.keep(
            days("2026-10-01"),
            {**SEARCH, "requests": "15", "total_cost_usd": "1.25"},
            {**HELPDESK, "api_key_name": "Test", "requests": "8", "total_cost_usd": "4.5"},
        )
        builder.keep(
            days("2026-10-02"),
            {**SEARCH, "requests": "15", "total_cost_usd": "2"},
            {**SEARCH, "model": "mistral-large", "requests": "5", "total_cost_usd": "0.5"},
            {**HELPDESK, "requests": "12", "total_cost_usd": "2"},
        )
        for day in days("2026-10-03", "2026-10-31").days():
            builder.keep(Period(day, day), org_id="org_a")
    keys = database.with_name("keys.csv")
    keys.write_text("api_key_id,team,cost_center\nkey_1,Product,4711\n", encoding="utf-8")
    load_file(KEYS, database, keys)
    return database


@pytest.fixture(scope="session")
def tiny_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the examples. Read only, please."""
    return build_tiny(tmp_path_factory.mktemp("tiny") / "tiny.duckdb")


NASTY_NAMES = (
    "</script><script>document.title='owned'</script>",
    "Quote \" and ' and & <b>bold</b>",
    "Right\u202eto left\u2066 mark",
    "Rocket 🚀 Zürich, \"GmbH\"; 'x'",
    "L" * 300,
    '=HYPERLINK("http://evil.example")',
)

SHOWN_NAMES = [
    # signs that turn the direction of writing let a name read like another: its id stands beside it
    f"\u2068{name}\u2069 (key-{n})" if "\u202e" in name else name
    for n, name in enumerate(NASTY_NAMES)
]
"""As the report shows the names of `two_months`."""


def two_months() -> list[UsageRow]:
    """September and October 2026: six keys with nasty names, three models, exact odd amounts."""
    rows = []
    for n in range(61):
        day = date(2026, 9, 1) + timedelta(days=n)
        for k, name in enumerate(NASTY_NAMES):
            for m, model in enumerate(("gpt-5", "claude-sonnet-4-5", None)):
                if (n + k + m) % 3 == 0:
                    continue
                prompt = 1000 * (n + 1) * (k + 1)
                cached = prompt // (m + 2)
                rows.append(
                    UsageRow(
                        day,
                        f"key-{k}",
                        name,
                        model,
                        requests=10 + n * k + m,
                        total_cost_usd=Decimal(f"{(n + 1) * (k + 1)}.{m}00000{k}7"),
                        tokens=(prompt, 500, cached, 0, prompt - cached),
                    )
                )
    return rows


LARGE = """
copy (
    select
        'org-1' as org_id,
        $first as period_start,
        $last as period_end,
        'key-' || lpad(key::varchar, 4, '0') as api_key_id,
        left(
            'Team ' || key || ' <script>alert("x")</script> ' || repeat('long ', key % 9)
                || $ending,
            300
        ) as api_key_name,
        'vendor/model-' || model as model,
        10 + key % 7 as requests,
        ((1 + key) * (1 + model) * (1 + $day))::decimal(15, 0) * 0.00001 as total_cost_usd,
        1000 * (1 + key % 5) as sum_prompt_tokens,
        100 as sum_completion_tokens,
        1000 * (key % 5) as cached_prompt_tokens,
        0 as cache_creation_tokens,
        1000 as no_cache_tokens
    from range($keys) as keys(key), range($models) as models(model)
) to '{file}' (header)
"""


def large_workspace(
    database: Path, *, keys: int = 500, models: int = 40, days: int = 31, ending: str = ""
) -> Path:
    """Every key uses every model on every day from 1 October 2026 on; names end with `ending`.

    Key k costs with model m on day d: (k + 1) (m + 1) (d + 1) / 100000 USD, all counted from 0.
    """
    builder = DatabaseBuilder(database)
    builder.moment = datetime(2026, 11, 10, 8, tzinfo=UTC)
    with TemporaryDirectory() as folder, duckdb.connect() as writer, builder:
        file = Path(folder) / "day.csv"
        for number in range(days):
            day = date(2026, 10, 1) + timedelta(days=number)
            stated = utc_dates(Period(day, day), "Europe/Berlin")
            counts = {"keys": keys, "models": models, "day": number}
            dates = {"first": stated.first, "last": stated.last}
            writer.execute(LARGE.format(file=file), {**counts, **dates, "ending": ending})
            builder.keep(Period(day, day), csv=file.read_bytes(), timezone="Europe/Berlin")
    return database
