"""Which files are exports: every form that is read, and every one that is refused."""

from decimal import Decimal

import pytest

from langdock_usage.errors import ExportFormatError
from langdock_usage.raw.exports import COLUMNS
from langdock_usage.store.writing.store import Store
from tests.support.data.databases import DatabaseBuilder, csv_of, days
from tests.support.queries import ask, everything

OCTOBER_5 = days("2026-10-05")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"requests": "-1"}, r"line 3: requests is '-1'"),
        ({"requests": "1.5"}, r"line 3: requests is '1.5'"),
        ({"requests": "0x10"}, r"line 3: requests is '0x10'"),
        ({"requests": "1_000"}, r"line 3: requests is '1_000'"),
        ({"requests": "many"}, r"line 3: requests is 'many'"),
        ({"requests": ""}, r"line 3: requests is ''"),
        ({"total_cost_usd": "NaN"}, r"line 3: total_cost_usd is 'NaN'"),
        ({"total_cost_usd": "-0.1"}, r"line 3: total_cost_usd is '-0.1'"),
        ({"total_cost_usd": "1,50"}, r"line 3: total_cost_usd is '1,50'"),
        ({"total_cost_usd": "0." + "1" * 25}, r"line 3: total_cost_usd is '0.1+'.*24 behind"),
        ({"total_cost_usd": "1.23456789e-17"}, r"line 3: total_cost_usd is '1.23456789e-17'"),
        ({"cached_prompt_tokens": "few"}, r"line 3: cached_prompt_tokens is 'few'"),
        ({"api_key_id": ""}, r"line 3: api_key_id is empty"),
        ({"org_id": "org_b"}, r"line 3: org_id is 'org_b', but 'org_a' in the first row"),
        ({"period_start": "2026-02-30"}, r"line 3: period_start is '2026-02-30', not a date"),
        ({"api_key_id": "key_1"}, r"line 3: states API key 'key_1' and model 'gpt-5' again"),
    ],
)
def test_wrong_value_refuses_the_whole_export(
    store: Store, builder: DatabaseBuilder, changed: dict[str, str], reason: str
) -> None:
    with pytest.raises(ExportFormatError, match=rf"^export.csv, {reason}"):
        builder.add(OCTOBER_5, {}, {"api_key_id": "key_2", **changed})
    assert everything(store) == [[], []]


@pytest.mark.parametrize(
    ("csv", "reason"),
    [
        (b"", "the file is empty"),
        (b"<html><body>Sorry</body></html>\n", "'period_start' is missing"),
        (csv_of([{}], OCTOBER_5)[:-30], "line 2: has"),
        (csv_of([{}], OCTOBER_5) + b'"unclosed', "not a CSV"),
        (csv_of([{}], OCTOBER_5).replace(b"Search", b"S\xff"), "not a CSV file in UTF-8"),
    ],
)
def test_file_that_is_no_export_is_refused(
    store: Store, builder: DatabaseBuilder, csv: bytes, reason: str
) -> None:
    with pytest.raises(ExportFormatError, match=reason):
        builder.add(OCTOBER_5, csv=csv)
    assert everything(store) == [[], []]


def test_line_numbers_are_lines_of_the_file(builder: DatabaseBuilder) -> None:
    """A name with a line break makes line and row number differ."""
    with pytest.raises(ExportFormatError, match="line 4: requests is 'x'"):
        builder.add(OCTOBER_5, {"api_key_name": "two\nlines"}, {"api_key_id": "k", "requests": "x"})


@pytest.mark.parametrize("missing", ["requests", "total_cost_usd", "org_id", "period_end"])
def test_missing_required_column_is_named(builder: DatabaseBuilder, missing: str) -> None:
    columns = [column for column in COLUMNS if column != missing]
    with pytest.raises(ExportFormatError, match=f"line 1: the column '{missing}' is missing"):
        builder.add(OCTOBER_5, {}, columns=columns)


@pytest.mark.parametrize(
    "name", ["model", "model_name", "name", "raw_model", "Model", " MODEL_NAME ", "Raw_Model\t"]
)
def test_model_column_is_found_under_any_plausible_name(
    store: Store, builder: DatabaseBuilder, name: str
) -> None:
    csv = csv_of([{}], OCTOBER_5).replace(b",model,", f",{name},".encode())
    assert builder.add(OCTOBER_5, csv=csv).unknown_columns == ()
    assert ask(store, "select model from usage") == [("gpt-5",)]


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        (("raw_model", "model"), "model"),
        (("Raw_Model", "NAME"), "NAME"),
        (("name", "model_name", "raw_model"), "model_name"),
        (("cached_prompt_tokens", "sum_cached_prompt_tokens", "model"), "model"),
    ],
)
def test_of_several_names_of_a_column_the_plainest_counts(
    store: Store, builder: DatabaseBuilder, columns: tuple[str, ...], chosen: str
) -> None:
    others = [name for name in COLUMNS if name not in ("model", "cached_prompt_tokens")]
    values = {name: f"the {name}" for name in columns if "tokens" not in name}
    tokens = {"cached_prompt_tokens": "30", "sum_cached_prompt_tokens": "31"}
    csv = csv_of([{**values, **tokens}], OCTOBER_5, columns=[*others, *columns])
    taken_in = builder.add(OCTOBER_5, csv=csv)
    known = (chosen, "cached_prompt_tokens", "raw_model")  # the last one tells rows apart
    left = [name for name in columns if name not in known and name.lower() not in known]
    assert taken_in.unknown_columns == tuple(left)
    cached = 30 if "cached_prompt_tokens" in columns else None
    assert ask(store, "select model, cached_prompt_tokens from usage") == [
        (f"the {chosen}", cached)
    ]


def test_blanks_around_numbers_say_nothing(store: Store, builder: DatabaseBuilder) -> None:
    stated = {"requests": " 12 ", "total_cost_usd": "\t0.5", "sum_prompt_tokens": "100 "}
    builder.add(OCTOBER_5, {**stated, "sum_completion_tokens": "  "})
    assert ask(
        store,
        "select requests, total_cost_usd, sum_prompt_tokens, sum_completion_tokens from usage",
    ) == [(12, Decimal("0.5"), 100, None)]


@pytest.mark.parametrize("ends", [(b"\r\n", b"\n"), (b"\n", b"\r\n"), (b"\r", b"\n")])
def test_a_file_with_line_ends_of_two_kinds_is_refused_in_words(
    builder: DatabaseBuilder, ends: tuple[bytes, bytes]
) -> None:
    header, *lines = csv_of([{}, {"api_key_id": "key_2"}], OCTOBER_5).splitlines()
    csv = header + ends[0] + b"".join(line + ends[1] for line in lines)
    with pytest.raises(ExportFormatError, match=r"export\.csv: its lines end in more than one way"):
        builder.add(OCTOBER_5, csv=csv)


def test_one_name_twice_is_refused(builder: DatabaseBuilder) -> None:
    csv = csv_of([{}], OCTOBER_5).replace(b",no_cache_tokens", b",Model ", 1)
    with pytest.raises(ExportFormatError, match="'model' and 'Model' could both be model"):
        builder.add(OCTOBER_5, csv=csv)


def test_grouped_export_without_model_is_refused(builder: DatabaseBuilder) -> None:
    with pytest.raises(ExportFormatError, match="no model column"):
        builder.add(OCTOBER_5, {}, columns=[c for c in COLUMNS if c != "model"])


def test_order_of_columns_bom_crlf_and_extra_columns_do_not_matter(
    store: Store, builder: DatabaseBuilder
) -> None:
    columns = [*reversed(COLUMNS), "region", ""]
    row = {"region": "eu", "api_key_name": 'Büro "Süd", Etage 2'}
    csv = csv_of([row], OCTOBER_5, columns=columns).replace(b"\n", b"\r\n")
    taken_in = builder.add(OCTOBER_5, csv=b"\xef\xbb\xbf" + csv)
    assert taken_in.unknown_columns == ("region", "")
    assert ask(store, "select api_key_name, total_cost_usd, requests from usage") == [
        ('Büro "Süd", Etage 2', Decimal("1.5"), 10)
    ]


def test_hostile_column_names_are_only_names(store: Store, builder: DatabaseBuilder) -> None:
    columns = [*COLUMNS, "x'); drop table exports; --", 'y"; select 1']
    builder.add(OCTOBER_5, {}, columns=columns)
    assert ask(store, "select requests from usage") == [(10,)]
