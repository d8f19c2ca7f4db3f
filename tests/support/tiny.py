"""A real database, small enough to be added up by hand: the examples in the docstrings ask it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.keys import KEYS
from langdock_usage.store.store import Store
from langdock_usage.windows import Period
from tests.support.made import Maker, days

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
OCTOBER_3_TO_31 = days("2026-10-03", "2026-10-31")


def build_tiny(database: Path) -> Path:
    """September and October 2026 of one workspace; used on 30 September to 2 October alone."""
    maker = Maker(database)
    maker.moment = datetime(2026, 11, 4, 12, tzinfo=UTC)  # when no day is provisional any more
    with Store(database) as store:
        maker.take_in(store, days("2026-09-01", "2026-09-29"), org_id="org_a")
        maker.take_in(
            store, days("2026-09-30"), {**SEARCH, "requests": "10", "total_cost_usd": "2"}
        )
        maker.take_in(
            store,
            days("2026-10-01"),
            {**SEARCH, "requests": "15", "total_cost_usd": "1.25"},
            {**HELPDESK, "api_key_name": "Test", "requests": "8", "total_cost_usd": "4.5"},
        )
        maker.take_in(
            store,
            days("2026-10-02"),
            {**SEARCH, "requests": "15", "total_cost_usd": "2"},
            {**SEARCH, "model": "mistral-large", "requests": "5", "total_cost_usd": "0.5"},
            {**HELPDESK, "requests": "12", "total_cost_usd": "2"},
        )
        for day in OCTOBER_3_TO_31.days():
            maker.take_in(store, Period(day, day), org_id="org_a")
    keys = database.with_name("keys.csv")
    keys.write_text("api_key_id,team,cost_center\nkey_1,Product,4711\n", encoding="utf-8")
    load_file(KEYS, database, keys)
    return database


@pytest.fixture(scope="session")
def tiny_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the examples. Read only, please."""
    return build_tiny(tmp_path_factory.mktemp("tiny") / "tiny.duckdb")
