"""Files that people hand in, some of their bytes changed: read exactly, or refused in one line.

What was read is compared with another reading of the same bytes, by `csv`, `int` and `Decimal`.
"""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langdock_usage.errors import LangdockUsageError
from langdock_usage.ingest.load import load
from langdock_usage.raw.archive import Archive
from langdock_usage.raw.csv_file import read_csv_file
from langdock_usage.raw.reference.kinds import STATED
from langdock_usage.raw.reference.reading import read_lines
from langdock_usage.raw.reference.reference_file import ReferenceFile
from langdock_usage.store.writing.store import Store
from tests.endurance import IS_LONG
from tests.support.data.databases import DatabaseBuilder, csv_of, days
from tests.support.queries import ask

AS_MANY = 60 if IS_LONG else 1
KNOWN = days("2026-10-01", "2026-10-31")
DAY = days("2026-11-01")
EXPORT = csv_of(
    [
        {"api_key_name": 'Search, "new"', "requests": "7", "total_cost_usd": "1.5E-3"},
        {"api_key_id": "key_2", "api_key_name": "=1+1\nSales", "total_cost_usd": ".5"},
        {"api_key_id": "key_2", "model": "claude-sonnet-4-5", "total_cost_usd": "123456789.01"},
        {"api_key_id": "key_3", "api_key_name": "Übersetzung 翻译", "sum_prompt_tokens": ""},
    ],
    DAY,
)
FILES = {
    "keys": "api_key_id,team,cost_center,owner,valid_from,successor_of\n"
    'key_1,Search,4711,Ana,,\nkey_1,"Sales, EU",4712,Ben,2026-10-05,\nkey_2,,,,,key_1\n',
    "workspaces": "org_id,name,timezone\norg_a,Müller & Söhne,UTC\norg_b,'=1+1,\n",
    "prices": "model,valid_from,input_usd_per_mtok,output_usd_per_mtok,cache_read_usd_per_mtok\n"
    "gpt-5,,1.25,10,0.125\ngpt-5,2026-03-12,1.40,11,0.14\nclaude-*,,2.7,13.5,\n",
    "budgets": "scope,name,amount_usd,valid_from,note\n"
    "workspace,,12000,,\nteam,Search,2500.50,2026-10,two more\nkey,key_1,0,,\n",
    "expected": "first_day,last_day,api_key_id,model,note\n"
    "2026-10-19,2026-10-21,key_1,,Archive\n2026-12-24,2027-01-01,,,Holidays\n",
    "rates": "day,currency,usd_per_unit\n2026-10-30,EUR,1.1402\n2026-10-31,GBP,1.3\n",
    "invoices": "period_start,period_end,amount,currency,tax,surcharge_percent,number\n"
    "2026-10-01,2026-10-31,10745.31,EUR,2041.61,5,2026-1107\n2026-10-01,2026-10-05,-3,USD,,,C1\n",
}
SIGNS = [
    *(b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\n\n", b" ", b"\x00", b"\xff"),
    *(b"\xef\xbb\xbf", b"'", b"=", b"-", b"+", b".", b"_", b"e5", b"1e400", b"NaN", b"Infinity"),
    *(b"0", b"9" * 12, b"9" * 40, b"0001-01-01", b"9999-12-31", "٣".encode(), "½".encode()),
    *("\u2028".encode(), "\x85".encode(), "\ufeff".encode(), b"\xed\xa0\x80", b"x" * 140_000),
]


@st.composite
def mutated(draw: st.DrawFn, whole: bytes) -> bytes:
    """Some bytes put in, left out, or said again; perhaps with other line ends or separators."""
    content = whole
    old, new = draw(st.sampled_from([(b"", b""), (b"\n", b"\r\n"), (b",", b";"), (b",", b"\t")]))
    content = content.replace(old, new) if old else content
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(content)))
        end = min(len(content), at + draw(st.sampled_from([0, 0, 1, 1, 2, 10, 80])))
        between = draw(
            st.sampled_from(SIGNS) | st.binary(max_size=3) | st.just(content[at:end] * 2)
        )
        content = content[:at] + between + content[end:]
    return content


@st.composite
def packed(draw: st.DrawFn, whole: bytes) -> bytes:
    """The same, perhaps as gzip in one part or two, which may be damaged or followed by more."""
    content = draw(mutated(whole))
    kind = draw(st.sampled_from(["plain", "plain", "whole", "parts", "damaged", "longer"]))
    at = draw(st.integers(0, len(content)))
    if kind == "plain":
        return content
    if kind == "parts":
        return gzip.compress(content[:at], mtime=0) + gzip.compress(content[at:], mtime=0)
    zipped = gzip.compress(content, mtime=0)
    at = at % len(zipped)
    if kind == "damaged":
        return zipped[:at] + draw(st.binary(max_size=2)) + zipped[at + 1 :]
    more = draw(st.sampled_from([b"\x00", b"\x00" * 600, b"x"])) if kind == "longer" else b""
    return zipped + more


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database with usage that lines can be about."""
    with DatabaseBuilder(tmp_path_factory.mktemp("mutated") / "test.duckdb") as builder:
        builder.add(KNOWN, {}, {"api_key_id": "key_2", "model": "claude-sonnet-4-5"})
        yield builder.store


def many(examples: int) -> Callable[[Any], Any]:
    """So many examples; 5,000 of all kinds in the long form."""
    return settings(
        max_examples=examples * AS_MANY,
        derandomize=not IS_LONG,
        database=None,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )


def assert_one_line(error: Exception) -> None:
    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 10_000


def read_again(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names, *others = ([*row] for row in rows)
    names = [name.strip().lower() for name in names]
    return [dict(zip(names, row, strict=True)) for row in others if any(map(str.strip, row))]


@many(30)
@given(content=packed(EXPORT))
def test_exports(content: bytes, store: Store) -> None:
    archive, file = Archive(store.path), store.path.with_name("export.csv")
    file.write_bytes(content)
    [loaded] = load(store, [file])
    if loaded.error:
        assert_one_line(loaded.error)
        return
    assert loaded.added
    export_id = loaded.added.export_id
    query = "api_key_id, api_key_name, requests, total_cost_usd, sum_completion_tokens"
    found = ask(store, f"select {query} from export_rows where export_id = '{export_id}'")
    [raw] = [raw for raw in archive if raw.export_id == export_id]
    archive.discard(raw)
    store.remove_export(export_id, archive)
    plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    assert Counter(found) == Counter(
        (
            row["api_key_id"],
            row["api_key_name"] or None,
            int(row["requests"]),
            Decimal(row["total_cost_usd"]),
            int(row["sum_completion_tokens"]) if row.get("sum_completion_tokens") else None,
        )
        for row in read_again(plain)
    )


@pytest.mark.parametrize("kind", STATED, ids=lambda kind: kind.name)
def test_reference_files(kind: ReferenceFile[Any], store: Store) -> None:
    assert set(FILES) == {kind.name for kind in STATED}
    file = store.path.with_name(f"{kind.name}.csv")

    @many(8)
    @given(content=mutated(FILES[kind.name].encode()))
    def mutate(content: bytes) -> None:
        file.write_bytes(content)
        try:
            csv_file = read_csv_file(file)
            lines = read_lines(kind, csv_file)
        except LangdockUsageError as error:
            assert_one_line(error)
            return
        if [*kind.refuse(store.lookups, lines)]:
            return
        assert all(kind.warn(store.lookups, lines))
        moment = datetime.now(UTC)
        rows = [asdict(line) for line in lines.values()]
        store.add_reference_file(kind.name, kind.table, rows, moment)
        stated = read_again(content, csv_file.delimiter)
        assert len(lines) == len(stated)
        for column, sql_type in kind.sql_columns:
            query = f"select {column} from {kind.table} where loaded_at = '{moment}'"
            found = [value for (value,) in ask(store, query) if value is not None]
            cells = [row.get(column, "").strip().removeprefix("'") for row in stated]
            cells = [*filter(None, cells)]
            assert len(found) == len(cells)
            if sql_type.startswith("decimal"):
                assert Counter(found) == Counter(map(Decimal, cells))
            elif sql_type == "date":  # or a month
                for value, cell in zip(sorted(map(str, found)), sorted(cells), strict=True):
                    assert value.startswith(cell)

    mutate()
