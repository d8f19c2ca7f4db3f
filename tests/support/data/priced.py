"""Databases with rows whose cost is worked out by hand."""

from collections.abc import Mapping
from pathlib import Path

import langdock_usage as lu
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.prices import PRICES
from tests.support.data.databases import DatabaseBuilder, days

HEADER = (
    "model,valid_from,input_usd_per_mtok,output_usd_per_mtok,cache_read_usd_per_mtok,"
    "cache_write_usd_per_mtok,cache_write_1h_usd_per_mtok,org_id\n"
)


def inclusive(uncached: int, reads: int, writes: int, output: int, **more: str) -> dict[str, str]:
    """A row whose prompt tokens are the sum of the three."""
    return tokens(uncached + reads + writes, output, reads, writes, uncached) | more


def exclusive(uncached: int, reads: int, writes: int, output: int, **more: str) -> dict[str, str]:
    """A row whose prompt tokens are those that are not cached."""
    return tokens(uncached, output, reads, writes, uncached) | more


def writes_in_no_cache(
    uncached: int, reads: int, writes: int, output: int, **more: str
) -> dict[str, str]:
    """A row whose uncached tokens include those that are written."""
    whole = uncached + writes
    return tokens(whole + reads, output, reads, writes, whole) | more


def tokens(prompt: int, completion: int, cached: int, creation: int, rest: int) -> dict[str, str]:
    """The token columns as they are exported."""
    return {
        "sum_prompt_tokens": str(prompt),
        "sum_completion_tokens": str(completion),
        "cached_prompt_tokens": str(cached),
        "cache_creation_tokens": str(creation),
        "no_cache_tokens": str(rest),
    }


def build(
    folder: Path, *rows: Mapping[str, str], day: str = "2026-10-15", own: str = ""
) -> lu.Usage:
    """A database with these rows of one day, and these lines of own prices."""
    return build_days(folder, {day: rows}, own)


def build_days(
    folder: Path, of_days: Mapping[str, tuple[Mapping[str, str], ...]], own: str = ""
) -> lu.Usage:
    """A database with rows by day, or by `first..last`; each row is of `key_1` and gpt-5."""
    database = folder / "usage.duckdb"
    with DatabaseBuilder(database) as builder:
        for day, rows in of_days.items():
            builder.keep(days(*day.split("..")), *rows)
    if own:
        load_own(database, own)
    return lu.open(database)


def load_own(database: Path, lines: str) -> None:
    """Own prices, in the columns of `HEADER`."""
    file = database.with_name("prices.csv")
    file.write_text(HEADER + lines, encoding="utf-8")
    load_file(PRICES, database, file)
