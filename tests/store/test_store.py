"""What comes into the database, what is refused, and that a refusal changes nothing."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from langdock_usage.errors import ExportConflict, ExportFormatError
from langdock_usage.raw.exports import COLUMNS
from langdock_usage.store.writing.store import Store
from tests.support.databases import DatabaseBuilder, csv_of, days
from tests.support.queries import ask

OCTOBER_5 = days("2026-10-05")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "test.duckdb"


@pytest.fixture
def builder(database: Path) -> Iterator[DatabaseBuilder]:
    with DatabaseBuilder(database) as builder:
        yield builder


@pytest.fixture
def store(builder: DatabaseBuilder) -> Store:
    return builder.store


def everything(store: Store) -> list[list[tuple[Any, ...]]]:
    return [ask(store, "from exports order by all"), ask(store, "from export_rows order by all")]


def test_money_is_exact(store: Store, builder: DatabaseBuilder) -> None:
    """0.1 + 0.2 in binary floats is 0.30000000000000004, and 10,000,000 swallows a nanodollar."""
    costs = ["0.1", "0.2", "10000000", "0.000000001", "1e-7", "1.2345678901234567e-7"]
    rows = [{"api_key_id": f"key_{n}", "total_cost_usd": cost} for n, cost in enumerate(costs)]
    builder.add(OCTOBER_5, *rows)
    [(total,)] = ask(store, "select sum(total_cost_usd) from usage")
    # 10000000.3 + 0.000000001 + 0.0000001 + 0.00000012345678901234567, added by hand
    assert total == Decimal("10000000.30000022445678901234567")


def test_newer_export_of_a_day_replaces_it(store: Store, builder: DatabaseBuilder) -> None:
    """Rows that vanished vanish, rows that changed change, and the first export stays."""
    first = builder.add(OCTOBER_5, {"requests": "1"}, {"api_key_id": "key_2"})
    second = builder.add(OCTOBER_5, {"requests": "2"})
    assert ask(store, "select api_key_id, requests, export_id from usage") == [
        ("key_1", 2, second.export_id)
    ]
    assert ask(store, "select export_id, superseded_by from exports order by fetched_at") == [
        (first.export_id, second.export_id),
        (second.export_id, None),
    ]
    assert ask(store, "select count(*) from export_rows") == [(3,)]


def test_day_without_usage_is_a_stored_fact(store: Store, builder: DatabaseBuilder) -> None:
    builder.add(OCTOBER_5, {})
    builder.add(days("2026-10-06"), org_id="org_a")
    assert ask(store, "select record_count, sha256 is null from exports order by window_start") == [
        (1, False),
        (0, True),
    ]
    assert len(store.lookups.single_days("org_a")) == 2


def test_days_before_the_first_usage_belong_to_the_workspace_that_appears(
    store: Store, builder: DatabaseBuilder
) -> None:
    builder.add(OCTOBER_5)
    assert store.lookups.workspaces() == {}
    builder.add(days("2026-10-06"), {})
    assert ask(store, "select distinct org_id from exports") == [("org_a",)]


def test_shorter_exports_count_once_they_cover_the_longer_one(
    store: Store, builder: DatabaseBuilder
) -> None:
    window = days("2026-10-01", "2026-10-03")
    builder.add(window, {"requests": "30", "model": ""}, group_by=None)
    for day in ("2026-10-01", "2026-10-02"):
        builder.add(days(day), {"requests": "9"})
        assert ask(store, "select requests, model from usage") == [(30, None)]
    # the last day had no usage; then the days cover all of it
    builder.add(days("2026-10-03"), org_id="org_a")
    assert ask(store, "select requests, model from usage") == [(9, "gpt-5"), (9, "gpt-5")]


def test_nested_windows_count_once(store: Store, builder: DatabaseBuilder) -> None:
    """A quarter, its three months, and some days of one month: the months count."""
    builder.add(days("2026-07-01", "2026-09-30"), {"requests": "100"})
    builder.add(days("2026-08-05"), {"requests": "1"})
    assert ask(store, "select sum(requests) from usage") == [(100,)]
    for first, last in (("07-01", "07-31"), ("08-01", "08-31"), ("09-01", "09-30")):
        builder.add(days(f"2026-{first}", f"2026-{last}"), {"requests": "33"})
    assert ask(store, "select sum(requests) from usage") == [(99,)]


def test_grouped_export_counts_before_the_ungrouped_one(
    store: Store, builder: DatabaseBuilder
) -> None:
    builder.add(OCTOBER_5, {"requests": "7"})
    builder.add(OCTOBER_5, {"requests": "8"}, group_by=None)
    assert ask(store, "select requests from usage") == [(7,)]


def test_overlap_is_refused_with_both_named(store: Store, builder: DatabaseBuilder) -> None:
    builder.add(days("2026-10-01", "2026-10-10"), {})
    before = everything(store)
    with pytest.raises(ExportConflict, match=r"2026-10-08 to 2026-10-12.*2026-10-01_2026-10-10"):
        builder.add(days("2026-10-08", "2026-10-12"), {})
    assert everything(store) == before


def test_other_zone_is_refused(builder: DatabaseBuilder) -> None:
    builder.add(OCTOBER_5, {})
    with pytest.raises(ExportConflict, match=r"Europe/Berlin.*org_a is stored in UTC"):
        builder.add(days("2026-10-06"), {}, timezone="Europe/Berlin")


def test_export_of_another_workspace_is_refused_with_both_named(
    store: Store, builder: DatabaseBuilder
) -> None:
    with pytest.raises(ExportConflict, match=r"'org_b'.*'org_a'"):
        builder.add(OCTOBER_5, {"org_id": "org_b"}, org_id="org_a")
    assert everything(store) == [[], []]


def test_workspaces_do_not_touch_each_other(store: Store, builder: DatabaseBuilder) -> None:
    builder.add(OCTOBER_5, {"requests": "1"})
    builder.add(OCTOBER_5, {"org_id": "org_b", "requests": "2"}, timezone="Asia/Kolkata")
    assert ask(store, "select org_id, requests from usage order by org_id") == [
        ("org_a", 1),
        ("org_b", 2),
    ]
    assert store.lookups.workspaces() == {"org_a": "UTC", "org_b": "Asia/Kolkata"}


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


def test_workspace_without_byok_has_no_tokens(store: Store, builder: DatabaseBuilder) -> None:
    builder.add(OCTOBER_5, {}, columns=[c for c in COLUMNS if "tokens" not in c])
    assert ask(
        store, "select sum_prompt_tokens, input_tokens, token_accounting, requests from usage"
    ) == [(None, None, None, 10)]
    assert ask(store, "select input_tokens, cache_hit_ratio from cost_per_key") == [(None, None)]


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


def test_rows_that_differ_in_raw_model_alone_are_added_up(
    store: Store, builder: DatabaseBuilder
) -> None:
    """Two deployments of one model; of the second key's, one has no token data."""
    no_tokens = {name: "" for name in COLUMNS if "tokens" in name}
    stated = [
        {"raw_model": "eu/gpt-5", "requests": "1", "total_cost_usd": "0.1"},
        {"raw_model": "us/gpt-5", "requests": "2", "total_cost_usd": "2E-1"},
        {"raw_model": "", "requests": "4", "total_cost_usd": "0.4", "model": "other"},
        {"raw_model": "eu/gpt-5", "requests": "8", "api_key_id": "key_2"},
        {"raw_model": "us/gpt-5", "requests": "16", "api_key_id": "key_2", **no_tokens},
    ]
    csv = csv_of(stated, OCTOBER_5, columns=[*COLUMNS, "raw_model"])
    assert builder.add(OCTOBER_5, csv=csv).record_count == 3
    assert ask(
        store,
        "select api_key_id, model, requests, total_cost_usd, sum_prompt_tokens, input_tokens, "
        "token_accounting from usage order by all",
    ) == [
        ("key_1", "gpt-5", 1 + 2, Decimal("0.3"), 2 * 100, 2 * 100, "inclusive"),
        ("key_1", "other", 4, Decimal("0.4"), 100, 100, "inclusive"),
        ("key_2", "gpt-5", 8 + 16, Decimal("3"), None, None, None),
    ]
    before = everything(store)
    twice = csv_of([*stated, stated[0]], OCTOBER_5, columns=[*COLUMNS, "raw_model"])
    with pytest.raises(ExportFormatError, match="line 7: states API key 'key_1' and model 'gpt-5'"):
        builder.add(OCTOBER_5, csv=twice)
    assert everything(store) == before


def test_token_columns_that_are_empty_in_some_rows_are_unknown_there(
    store: Store, builder: DatabaseBuilder
) -> None:
    """A hybrid workspace: what another provider's key used has no token data, which is not 0."""
    empty = dict.fromkeys([name for name in COLUMNS if "tokens" in name], "")
    csv = csv_of([{}, {"api_key_id": "key_2", **empty}], OCTOBER_5)
    quoted = csv_of([{"api_key_id": "key_3", **empty}], OCTOBER_5).splitlines(keepends=True)[1]
    quoted = quoted.replace(b",,,,,", b',"","","","",""')
    builder.add(OCTOBER_5, csv=csv + quoted)
    assert ask(
        store,
        "select api_key_id, sum_prompt_tokens, cached_prompt_tokens, no_cache_tokens, "
        "input_tokens, token_accounting from usage order by all",
    ) == [
        ("key_1", 100, 30, 60, 100, "inclusive"),
        ("key_2", None, None, None, None, None),
        ("key_3", None, None, None, None, None),
    ]
    assert ask(store, "select sum(total_cost_usd), sum(input_tokens) from usage") == [
        (Decimal("4.5"), 100)
    ]


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


def test_database_is_a_plain_duckdb_file(database: Path, builder: DatabaseBuilder) -> None:
    with builder:
        builder.add(OCTOBER_5, {})
    with duckdb.connect() as other:
        other.execute(f"attach '{database}' as archive (read_only)")
        assert other.execute("select requests from archive.usage").fetchall() == [(10,)]
