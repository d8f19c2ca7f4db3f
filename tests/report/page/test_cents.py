"""What people add up adds up: shown cents of each table make its total, and the waterfall's."""

import json
import random
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pytest

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.raw.reference.kinds.rates import RATES
from langdock_usage.report.language import Language
from tests.support.data.databases import UsageRow, add_usage, days
from tests.support.pages.quick import quick_report
from tests.support.pages.report_html import ReadTable, tables_of

MODELS = ("gpt-5", "claude-sonnet-4-5", "gemini-2.5-flash")


def usage(seed: int, largest_usd: Decimal) -> Iterator[UsageRow]:
    """Two months of nine keys, costs of twelve digits up to the largest one."""
    chance = random.Random(seed)
    for day in days("2026-09-01", "2026-10-31").days():
        for key in chance.sample(range(9), 4):
            cached, fresh = chance.randrange(10**6), chance.randrange(10**6)
            tokens = cached + fresh, chance.randrange(10**5), cached, 0, fresh
            cost = largest_usd * chance.randrange(10**12) / 10**12
            model = chance.choice(MODELS)
            requests = chance.randrange(1, 500)
            yield UsageRow(day, f"key_{key}", f"Key {key}", model, requests, cost, tokens)


def loaded(database: Path) -> Path:
    """With teams, and the rates of a currency."""
    keys = database.with_name("keys.csv")
    teams = "".join(f"key_{n},Team {n // 2}\n" for n in range(8))
    keys.write_text(f"api_key_id,team\n{teams}")
    load_file(KEYS, database, keys)
    rates = database.with_name("rates.csv")
    october = days("2026-10-01", "2026-10-31").days()
    lines = "".join(f"{day},XTS,{1 + day.day / 70:.4f}\n" for day in october)
    rates.write_text(f"day,currency,usd_per_unit\n{lines}")
    load_file(RATES, database, rates)
    return database


def number(text: str, language: Language) -> Decimal | None:
    """What a reader takes a cell for; None where it has no number."""
    if text.strip().startswith("\u2013") or "<" in text:  # nothing, or too little to be shown
        return Decimal(0)
    plain = text.replace("\u2212", "-").replace("." if language.code == "de" else ",", "")
    plain = plain.replace(language.decimal_separator, ".")
    digits = re.fullmatch(r"[+\xb1]?(-?)[$\s]*([\d.]+)[\s$%]*", plain.strip())
    return Decimal(digits[1] + digits[2]) if digits else None


def rounded_like(text: str, exact: Decimal, language: Language) -> Decimal:
    """The exact amount with as many digits as the text has."""
    fraction = re.search(re.escape(language.decimal_separator) + r"(\d+)", text)
    digits = len(fraction[1]) if fraction else 0
    scale = Decimal(100 if "%" in text else 1)
    if exact >= 10**7 and digits == 1:
        scale /= 10**6  # in millions
    return (exact * scale).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)


def check_columns(table: ReadTable, language: Language) -> int:
    """How many columns of the table add up, as shown; fails where one should and does not."""
    found = 0
    for place, (head, value) in enumerate(zip(table.heads, table.total, strict=True)):
        cells = [row[place] for row in table.rows if row[place]]
        shown = [number(row[place], language) for row in table.shown]
        if shown[-1] is None or not cells or not re.fullmatch(r"-?[\d.]+(E-?\d+)?", value):
            continue
        exact = sum(map(Decimal, cells), Decimal(0))
        if abs(exact - Decimal(value)) > Decimal("1e-9"):
            continue  # a ratio, or of some days alone
        found += 1
        assert sum((one for one in shown[:-1] if one), Decimal(0)) == shown[-1], (table.name, head)
        if table.name != "moved-keys":
            text = table.shown[-1][place]
            assert rounded_like(text, exact, language) == shown[-1], (table.name, head)
    return found


def drawn(page: str, column: str) -> list[dict[str, Any]]:
    """The rows of the one chart whose data has this column."""
    found = re.search(r'<script type="application/json" id="report-page">(.*?)</script>', page)
    assert found
    datasets: Any = json.loads(found[1])["datasets"].values()
    [rows] = [list(rows) for rows in datasets if rows and column in rows[0]]
    return rows


@pytest.mark.parametrize(
    ("seed", "largest_usd", "code"),
    [(1, "30", "en"), (2, "0.004", "de")],
)
def test_shown_cells_add_up(seed: int, largest_usd: str, code: str, tmp_path: Path) -> None:
    language = Language(code)
    database = loaded(add_usage(tmp_path / "usage.duckdb", usage(seed, Decimal(largest_usd))))
    html = quick_report(database, "2026-10", tmp_path / "r.html", code, currency="XTS")
    page = html.read_text(encoding="utf-8")

    tables = tables_of(page)
    columns = {
        name: check_columns(table, language) for name, table in tables.items() if table.total
    }

    with_sums = {name for name, count in columns.items() if count}
    expected = "moved moved-keys outlook days keys teams models keys-and-models figures-by-month"
    assert with_sums >= {*expected.split(), "keys-in-currency", "cache-savings", "accounting"}
    assert sum(columns.values()) > 40
    by_cause, by_key = tables["moved"], tables["moved-keys"]
    shown = {row[0]: number(row[1], language) for row in by_cause.shown[:-1]}
    assert shown == dict(
        zip(by_key.heads[3:], (number(t, language) for t in by_key.shown[-1][3:]), strict=True)
    )
    steps = {
        row["effect"]: number(row["amount"][2:], language) for row in drawn(page, "moved_1")[1:-1]
    }
    assert steps == {name: amount for name, amount in shown.items() if amount}
    bars = {row["team"]: row["total_cost_usd_label"] for row in drawn(page, "team")}
    assert bars == {row[0]: row[1] for row in tables["teams"].shown[:-1]}
