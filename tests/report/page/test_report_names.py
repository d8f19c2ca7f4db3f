"""Names that are alike, are our own words, or cannot be seen, are told apart in the report."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.keys import KEYS
from tests.support.data.databases import UsageRow, add_usage, edited
from tests.support.pages.quick import quick_report
from tests.support.pages.report_html import assert_sound, summary_of, tables_of, visible_text

DAY = date(2026, 10, 5)
ROW = UsageRow(DAY, "key-1", "Search", "gpt-5", 10, Decimal("1.25"), (1000, 200, 400, 0, 600))


def report(folder: Path, rows: list[UsageRow]) -> str:
    database = add_usage(folder / "usage.duckdb", rows)
    return quick_report(database, "2026-10", folder / "report.html").read_text()


def chart_rows(html: str, chart: str) -> list[dict[str, Any]]:
    """What the chart of a section draws."""
    section = html[html.index(f'id="{chart}"') :]
    spec = json.loads(
        re.findall(r'<script type="application/json" class="chart">(.*?)</scr', section)[0]
    )
    page = re.findall(r'id="report-page">(.*?)</script>', html)[0]
    rows: list[dict[str, Any]] = json.loads(page)["datasets"][next(iter(spec["datasets"]))]
    return rows


def test_keys_of_one_name_and_names_that_begin_alike_are_told_apart(tmp_path: Path) -> None:
    rows = [
        replace(ROW, api_key_id="a", api_key_name="prod"),
        replace(ROW, api_key_id="b", api_key_name="prod", total_cost_usd=Decimal(5)),
    ]
    long = ["x" * 100 + f" {n}" for n in range(2)]
    rows += [replace(ROW, api_key_id=name[-1], api_key_name=name) for name in long]
    html = report(tmp_path, rows)
    assert_sound(html, 3 * ROW.total_cost_usd + 5)
    for table in ("keys", "keys-and-models", "cache", "cache-keys"):
        names = {row[0] for row in tables_of(html)[table].rows}
        assert names == {"prod (a)", "prod (b)", *long}, table
    assert "The costliest API key, prod (b)," in visible_text(html)
    grid = chart_rows(html, "keys_and_models")
    assert len({row["api_key_name"] for row in grid}) == 4


def test_names_that_are_our_own_words_stand_in_quotes(tmp_path: Path) -> None:
    names = ["All others", "n/a", "Total", *(f"key {n}" for n in range(20))]
    models: list[str | None] = ["All others", "n/a", None, *(f"model {n}" for n in range(20))]
    rows = [
        replace(
            ROW,
            api_key_id=f"id-{n}",
            api_key_name=name,
            model=model,
            total_cost_usd=Decimal(100 - n),
        )
        for n, (name, model) in enumerate(zip(names, models, strict=True))
    ]
    html = report(tmp_path, rows)
    assert_sound(html, sum((row.total_cost_usd for row in rows), Decimal(0)))
    keys = chart_rows(html, "keys")
    shown = [row["api_key_name"] for row in keys]
    assert shown[:3] == ["\u201cAll others\u201d", "\u201cn/a\u201d", "\u201cTotal\u201d"]
    assert shown[-1] == "All others"
    assert keys[-1]["total_cost_usd"] == sum(100 - n for n in range(15, 23))
    models_shown = [row["model"] for row in chart_rows(html, "models")]
    assert models_shown[:3] == ["\u201cAll others\u201d", "\u201cn/a\u201d", "n/a"]
    assert len(set(models_shown)) == len(models_shown) == 16
    grid = chart_rows(html, "keys_and_models")
    assert len({(row["api_key_name"], row["model"]) for row in grid}) == len(grid)
    assert [key["name"] for key in summary_of(html)["keys"]][:3] == ["All others", "n/a", "Total"]


def test_names_that_cannot_be_seen_are_said_to_be_blank(tmp_path: Path) -> None:
    blank = enumerate([" ", "\u200b", "\u3164", "\u202e", ""])
    rows = [replace(ROW, api_key_id=f"{n}", api_key_name=name) for n, name in blank]
    rows.append(replace(ROW, total_cost_usd=Decimal(2)))
    database = add_usage(tmp_path / "usage.duckdb", rows)
    with edited(database) as connection:  # a CSV cannot tell an empty name from none
        connection.execute("update export_rows set api_key_name = '' where api_key_name is null")
    html = quick_report(database, "2026-10", tmp_path / "report.html").read_text()
    # five of one name are told apart by their ids
    expected = ["Search", *(f"(blank name) ({n})" for n in range(5))]
    assert [row[0] for row in tables_of(html)["keys"].rows] == expected
    assert [row["api_key_name"] for row in chart_rows(html, "keys")] == expected


def test_hundreds_of_teams_have_bars_for_the_first_and_one_for_the_others(tmp_path: Path) -> None:
    rows = [replace(ROW, api_key_id=f"key-{n}", total_cost_usd=Decimal(n + 1)) for n in range(301)]
    database = add_usage(tmp_path / "usage.duckdb", rows)
    keys = tmp_path / "keys.csv"
    keys.write_text("api_key_id,team\n" + "".join(f"key-{n},team-{n}\n" for n in range(301)))
    load_file(KEYS, database, keys)
    html = quick_report(database, "2026-10", tmp_path / "report.html").read_text()
    total = Decimal(sum(range(302)))
    assert_sound(html, total)
    bars = chart_rows(html, "teams")
    assert [bar["team"] for bar in bars][:2] == ["team-300", "team-299"]
    assert bars[-1]["team"] == "All others"
    assert sum(bar["total_cost_usd"] for bar in bars) == total
    assert sum(tables_of(html)["teams"].column("Cost (USD)")) == total
    assert "unassigned" not in visible_text(html[html.index("<body>") :])


def test_german_quotes_are_german_and_one_blank_name_needs_no_id(tmp_path: Path) -> None:
    rows = [replace(ROW, api_key_name="Summe"), replace(ROW, api_key_id="key-2", api_key_name=" ")]
    database = add_usage(tmp_path / "usage.duckdb", rows)
    html = quick_report(database, "2026-10", tmp_path / "report.html", "de").read_text()
    names = [row[0] for row in tables_of(html)["keys"].rows]
    assert names == ["\u201eSumme\u201c", "(Name ohne sichtbare Zeichen)"]
