"""Which of the exports that came in count, and that a refusal changes nothing."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from langdock_usage.errors import ExportConflict, ExportFormatError
from langdock_usage.raw.exports import COLUMNS
from langdock_usage.store.writing.store import Store
from tests.support.data.databases import DatabaseBuilder, csv_of, days
from tests.support.queries import ask, everything

OCTOBER_5 = days("2026-10-05")


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


def test_workspace_without_byok_has_no_tokens(store: Store, builder: DatabaseBuilder) -> None:
    builder.add(OCTOBER_5, {}, columns=[c for c in COLUMNS if "tokens" not in c])
    assert ask(
        store, "select sum_prompt_tokens, input_tokens, token_accounting, requests from usage"
    ) == [(None, None, None, 10)]
    assert ask(store, "select input_tokens, cache_hit_ratio from cost_per_key") == [(None, None)]


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


def test_database_is_a_plain_duckdb_file(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(OCTOBER_5, {})
    with duckdb.connect() as other:
        other.execute(f"attach '{database}' as archive (read_only)")
        assert other.execute("select requests from archive.usage").fetchall() == [(10,)]
