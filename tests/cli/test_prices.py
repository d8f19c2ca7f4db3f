"""The commands `prices template|load|list|explain`, one after the other."""

import json
from pathlib import Path

from langdock_usage.prices.version import list_version
from tests.support.command import assert_refused, call
from tests.support.data.databases import DatabaseBuilder, days

HEADER = (
    "model,valid_from,input_usd_per_mtok,output_usd_per_mtok,cache_read_usd_per_mtok,"
    "cache_write_usd_per_mtok,cache_write_1h_usd_per_mtok,org_id,note"
)


def test_prices_from_template_to_explanation(tmp_path: Path) -> None:
    database = tmp_path / "data" / "langdock.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(
            days("2026-10-01"),
            {"model": "claude-haiku-4-5-20251001", "total_cost_usd": "2.5"},
            {"model": "=ours", "total_cost_usd": "10"},
            {"model": "GPT-5", "total_cost_usd": "1"},
        )
    file = tmp_path / "data" / "prices.csv"

    written = call(tmp_path, "prices", "template")
    assert (written.returncode, written.stdout) == (0, "data/prices.csv\n")
    assert file.read_text(encoding="utf-8-sig").splitlines() == [
        HEADER,
        "'=ours,,,,,,,,",
        "claude-haiku-4-5-20251001,,1,5,0.1,1.25,2,,list price of anthropic/claude-haiku-4-5",
        "GPT-5,,1.25,10,0.125,,,,list price of openai/gpt-5",
    ]

    file.write_text(
        f"{HEADER},vat\n=ours,,1,2,,,,,,\ngpt-5,,,1.5e0,,,,,,\nGPT-5,1.10.2026,1,1,,,,,,\n"
        "gpt-5,,1,1,,,,,,\nGpt-5,,1,1,,,,,,\n,,1,1,,,,,,\n"
    )
    refused = call(tmp_path, "prices", "load")
    assert_refused(
        refused,
        1,
        r"line 1: there is no column 'vat'.*line 3: input_usd_per_mtok is empty; "
        r"line 3: output_usd_per_mtok: '1\.5e0' is no price.*line 4: valid_from: '1\.10\.2026'.*"
        r"line 6: says again what 'gpt-5' costs since ever; see line 5; "
        r"line 7: model is empty\. Nothing was changed\.$",
    )

    file.write_text(
        f"{HEADER}\n=ours,,0.5,2,,,,,\ngpt-*,2026-10-01,1.5,12.000000001,,,,,deal\ngtp-5,,1,1,,,,,\n"
    )
    loaded = call(tmp_path, "prices", "load")
    assert loaded.stdout == "3 lines on 3 models loaded from data/prices.csv.\n"
    assert loaded.stderr == (
        "Warning: data/prices.csv, line 4: no usage of the model 'gtp-5' is known; "
        "did you mean 'GPT-5'?\n"
    )

    listed = json.loads(call(tmp_path, "prices", "list", "--json").stdout)
    assert [(row["model"], row["source"], row["entry"]) for row in listed] == [
        ("=ours", "own", "=ours"),
        ("claude-haiku-4-5-20251001", "list", "anthropic/claude-haiku-4-5"),
        ("GPT-5", "own", "gpt-*"),
    ]
    assert listed[2] == {
        "org_id": "org_a",
        "model": "GPT-5",
        "input_usd_per_mtok": "1.5",
        "output_usd_per_mtok": "12.000000001",
        "cache_read_usd_per_mtok": None,
        "cache_write_usd_per_mtok": None,
        "cache_write_1h_usd_per_mtok": None,
        "source": "own",
        "entry": "gpt-*",
        "total_cost_usd": "1",
    }

    # from list to own prices: what applies since the day on which the line begins
    changed = json.loads(call(tmp_path, "prices", "list", "--changed", "--json").stdout)
    of_gpt = [row for row in changed if row.pop("model") == "GPT-5" and row.pop("org_id")]
    days_of_line = {"first_day": "2026-10-01", "last_day": "9999-12-31", "above_tokens": 0}
    assert of_gpt == [
        {**days_of_line, "price": price, "usd_per_mtok_before": old, "usd_per_mtok_after": new}
        for price, old, new in (
            ("cache_read", "0.125", None),
            ("input", "1.25", "1.5"),
            ("output", "10", "12.000000001"),
        )
    ]
    assert len(changed) == 5  # and both prices of =ours

    before = call(tmp_path, "prices", "explain", "gpt-5", "2026-09-30").stdout
    assert "  entry: openai/gpt-5\n" in before
    assert "  first_day: 0001-01-01\n  last_day: 2026-09-30\n" in before
    own = call(tmp_path, "prices", "explain", "gpt-5", "2026-10-01").stdout
    assert "  found_by: prices.csv, pattern of every workspace, since 2026-10-01\n" in own
    assert "  output_usd_per_mtok: 12.000000001\n" in own
    tiers = call(tmp_path, "prices", "explain", "gemini-2.5-pro", "2026-10-01").stdout
    assert "requests above 200000 input tokens:\n" in tiers
    unknown = call(tmp_path, "prices", "explain", "llama-77", "2026-10-01")
    assert (unknown.returncode, unknown.stdout.partition(":")[0]) == (0, "unknown")


def test_what_is_unknown_is_listed_first_and_own_prices_outlive_a_rebuild(tmp_path: Path) -> None:
    database = tmp_path / "data" / "langdock.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(
            days("2026-10-01"),
            {"model": "gpt-5", "total_cost_usd": "7"},
            {"model": "ours", "total_cost_usd": "0.25"},
            {"model": "theirs", "total_cost_usd": "0.5"},
        )
    listed = call(tmp_path, "prices", "list")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == [
        "model",
        "theirs",
        "ours",
        "gpt-5",
    ]
    book = f", with the list of genai-prices {list_version()}.\n"
    unknown = "3 models; prices unknown of 2, which cost 0.75 USD.\n"
    assert listed.stderr == f"{unknown}Price book 1{book}"

    # 60 + 10 tokens at 1.25, 30 read at 0.125, 20 of output at 10; and at 2.5, 1.25 and 10
    compared = call(tmp_path, "prices", "compare", "gpt-5", "gpt-4o", "--json")
    [row] = json.loads(compared.stdout)
    assert (row["list_low_usd"], row["to_low_usd"]) == ("0.00029125", "0.0004125")
    assert compared.stderr.startswith("0.00012125 to 0.00012125 USD; prices only: ")

    own = tmp_path / "own.csv"
    own.write_text("MODEL,output_usd_per_mtok,input_usd_per_mtok\n*,0,0\n")
    assert call(tmp_path, "prices", "load", "own.csv").returncode == 0
    database.unlink()
    assert call(tmp_path, "rebuild").returncode == 0
    again = call(tmp_path, "prices", "list")
    assert again.stderr == f"3 models, each with a price.\nPrice book 2{book}"
    assert {line.split()[-3] for line in again.stdout.splitlines()[1:]} == {"own"}
