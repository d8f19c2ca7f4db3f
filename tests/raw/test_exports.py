"""A CSV that says what it should comes out as it went in; any other is refused with a reason."""

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from langdock_usage.errors import ExportFormatError
from langdock_usage.raw.combine import combine
from langdock_usage.raw.exports import COLUMNS, count_rows, first_fault, parse_rows
from tests.support.data.databases import DatabaseBuilder, csv_of, days
from tests.support.queries import ask

OCTOBER_5 = days("2026-10-05")
TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1, max_size=300
)
COUNT = st.integers(0, 10**15 - 1)
COST = st.decimals(0, 10**9 - 1, places=24, allow_nan=False, allow_infinity=False)


def row(key: str, name: str, count: int, cost: str) -> dict[str, str]:
    return {
        "api_key_id": key,
        "api_key_name": name,
        "requests": str(count),
        "total_cost_usd": cost,
        "sum_prompt_tokens": str(count),
    }


@settings(max_examples=25, deadline=None)
@given(
    stated=st.dictionaries(TEXT, st.tuples(TEXT, COUNT, COST), min_size=1, max_size=4),
    columns=st.permutations(COLUMNS),
    crlf=st.booleans(),
    bom=st.booleans(),
)
def test_what_a_csv_says_is_what_the_database_says(
    stated: dict[str, tuple[str, int, Decimal]],
    columns: list[str],
    crlf: bool,
    bom: bool,
) -> None:
    """Hostile names, any order of columns, 24 fractional digits, 15-digit counts."""
    csv = csv_of(
        [row(key, name, count, f"{cost:f}") for key, (name, count, cost) in stated.items()],
        OCTOBER_5,
        columns=columns,
    )
    if crlf and not any("\n" in text for key, (name, *_) in stated.items() for text in (key, name)):
        csv = csv.replace(b"\n", b"\r\n")
    with TemporaryDirectory() as folder:
        database = Path(folder) / "test.duckdb"
        with DatabaseBuilder(database) as builder:
            builder.add(OCTOBER_5, csv=b"\xef\xbb\xbf" * bom + csv)
            stored = ask(
                builder.store,
                "select api_key_id, api_key_name, requests, total_cost_usd from usage",
            )
    assert {key: (name, count, cost) for key, name, count, cost in stored} == stated


@settings(max_examples=25, deadline=None)
@given(
    value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12)
)
@pytest.mark.parametrize("column", ["requests", "total_cost_usd", "cached_prompt_tokens"])
def test_python_explains_what_duckdb_refuses(column: str, value: str) -> None:
    """Both sides of the check agree: a value is taken in, or there is a reason that quotes it."""
    csv = csv_of([{}, {"api_key_id": "key_2", column: value}], OCTOBER_5)
    with TemporaryDirectory() as folder:
        database = Path(folder) / "test.duckdb"
        file = Path(folder) / "made.csv"
        file.write_bytes(csv)
        with DatabaseBuilder(database) as builder:
            try:
                builder.add(OCTOBER_5, csv=csv)
            except ExportFormatError as error:
                assert f"{column} is {value!r}" in str(error)
            else:
                assert first_fault(file, "made.csv") is None


def spelled(sign: str, whole: str, point: str, fraction: str, exponent: str) -> str:
    return sign + whole + point + (fraction if point else "") + exponent


DIGITS = st.text("0123456789", max_size=12)
AMOUNTS = st.builds(
    spelled,
    st.sampled_from(["", "", "", "+", "-"]),
    DIGITS | st.text("0", max_size=40),
    st.sampled_from(["", ".", "."]),
    st.builds(str.__add__, st.text("0", max_size=25), DIGITS),
    st.just("")
    | st.builds("{}{}{}".format, st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), DIGITS)
    | st.builds("e{}".format, st.integers(-40, 40)),
)
AWKWARD = [
    *("5", "5.", ".5", "0.5", "+0.5", "1e-7", "1E-7", "12.5e-3", "007", "999999999"),
    *("1.6E+0", "1.25E+1", "5e-7", "0.00000001E+3", "1E8", "1e9", "0e999", "1e-24", "1e-25"),
    *("10e-25", "12345678901234567890e-20", "0.000000000000000000000000000000000000001e30"),
    *("999999999.999999999999999999999999", "999999999.9999999999999999999999999"),
    *("123456789012345678901234567890123e-24", "1234567890123456789012345678901230e-25"),
    *("0e-1000", "0E9999", "1e-1000", "0." + "0" * 999 + "1e1000", "0e10000", " 12 ", "\t1.5e0"),
    *("1 2", "\u00a012", "\n12"),
    *("1." + "0" * 60, "0" * 60 + "1", "1e0000", "1e-007", "-0", "-1", "--1", ".", "e5", "", "1e"),
]


def amount_that_fits(text: str) -> Fraction | None:
    """The value, where interface.md takes it as an amount; None for anything else."""
    text = text.strip(" \t")
    if not re.fullmatch(r"\+?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,4})?", text, re.ASCII):
        return None
    mantissa, _, exponent = text.lower().partition("e")
    value = Fraction(f"0{mantissa.lstrip('+')}") * Fraction(10) ** int(exponent or 0)
    return value if value < 10**9 and (value * 10**24).denominator == 1 else None


@settings(max_examples=8, deadline=None)
@example(AWKWARD)
@given(st.lists(AMOUNTS, min_size=1, max_size=30))
def test_an_amount_is_any_decimal_number_that_fits(texts: list[str]) -> None:
    """In Python, in DuckDB, and by fractions: the same texts are amounts, of the same value."""
    expected = {text: value for text in texts if (value := amount_that_fits(text)) is not None}
    rows = {text: {"api_key_id": f"key {text}", "total_cost_usd": text} for text in texts}
    with (
        TemporaryDirectory() as folder,
        DatabaseBuilder(Path(folder) / "test.duckdb") as builder,
    ):
        for text in rows.keys() - expected.keys():
            with pytest.raises(ExportFormatError) as refused:
                builder.add(OCTOBER_5, rows[text])
            assert f"total_cost_usd is {text!r}, not an amount" in str(refused.value)
        if expected:
            csv = csv_of([rows[text] for text in expected], OCTOBER_5)
            builder.add(OCTOBER_5, csv=csv)
            assert len(parse_rows(csv, "made.csv")[1]) == len(expected)
        stored = ask(builder.store, "select substr(api_key_id, 5), total_cost_usd from usage")
    assert {text: Fraction(cost) for text, cost in stored} == expected


def test_header_of_several_lines_is_refused_in_one() -> None:
    with pytest.raises(ExportFormatError, match="is missing") as refused:
        parse_rows(b'"period_start\nperiod_end\n",org_id\n', "october.csv")
    assert len(str(refused.value).splitlines()) == 1


def test_rows_are_counted_as_csv_not_as_lines() -> None:
    assert count_rows(csv_of([{"api_key_name": "two\nlines"}, {}], OCTOBER_5)) == 2
    assert count_rows(b"a,b\n") == 0
    assert count_rows(b"") == 0


def test_parts_are_added_up_exactly() -> None:
    """0.1 + 0.2 = 0.3, 10 + 5 requests; a key of one part alone stays as it is."""
    first = csv_of(
        [{"total_cost_usd": "0.1", "api_key_name": "Old"}, {"api_key_id": "key_2"}],
        days("2026-10-01", "2026-10-15"),
    )
    second = csv_of(
        [{"total_cost_usd": "0.2", "requests": "5", "api_key_name": "New"}],
        days("2026-10-16", "2026-10-31"),
    )
    combined = combine([first, second])
    assert combined
    _, rows = parse_rows(combined, "combined")
    assert [
        (r["api_key_id"], r["api_key_name"], r["requests"], r["total_cost_usd"], r["period_start"])
        for r in rows
    ] == [
        ("key_1", "New", "15", "0.3", "2026-10-01"),
        ("key_2", "Search", "10", "1.5", "2026-10-01"),
    ]
    assert {r["period_end"] for r in rows} == {"2026-10-31"}
    assert combine([]) is None
    assert combine([first]) == first


def test_parts_with_other_columns_are_refused() -> None:
    without = csv_of([{}], OCTOBER_5, columns=[c for c in COLUMNS if "tokens" not in c])
    with pytest.raises(ExportFormatError, match="different columns"):
        combine([csv_of([{}], OCTOBER_5), without])


def test_parts_of_a_hybrid_workspace_keep_what_they_say() -> None:
    """Tokens that one part lacks are unknown in the sum; raw models and other columns stay."""
    columns = ["Region", *COLUMNS, "raw_model"]
    empty = dict.fromkeys([name for name in COLUMNS if "tokens" in name], "")
    first = csv_of(
        [{"raw_model": "eu/gpt-5"}, {"raw_model": "us/gpt-5"}, {"api_key_id": "key_2", **empty}],
        days("2026-10-01", "2026-10-15"),
        columns=columns,
    )
    second = csv_of(
        [{"raw_model": "eu/gpt-5", **empty}, {"api_key_id": "key_2", **empty}],
        days("2026-10-16", "2026-10-31"),
        columns=columns,
    )
    combined = combine([first, second])
    assert combined
    header, rows = parse_rows(combined, "combined")
    assert header.unknown == ("Region",)
    assert [
        (row["api_key_id"], row["raw_model"], row["requests"], row["sum_prompt_tokens"])
        for row in rows
    ] == [
        ("key_1", "eu/gpt-5", "20", ""),
        ("key_1", "us/gpt-5", "10", "100"),
        ("key_2", "", "20", ""),
    ]
    with pytest.raises(ExportFormatError, match="part 2 of the export, line 3: states API key"):
        combine([first, csv_of([{}, {}], OCTOBER_5)])
