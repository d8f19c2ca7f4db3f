"""What a spreadsheet would run as a formula: one rule, wherever a CSV is written."""

import csv
import io
import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

import langdock_usage as lu
from langdock_usage.escaping import csv_line, escape_formula, unescape_formula
from langdock_usage.ingest.templates import template
from langdock_usage.raw.reference.kinds.keys import KEYS
from tests.support.data.databases import DatabaseBuilder, UsageRow, add_usage, days
from tests.support.pages.quick import quick_report
from tests.support.pages.reports import Opened, saved

RUN = (
    "=1+1", "+49 30", "-1+1", "@SUM(A1)", "|calc", "%x", "\tTab", "\nline",
    " =1+1", "  |calc", "\u00a0=1", "\u200b=1", "\ufeff=1", "\u202e@x", "\u3000%x", "\x01=1",
    "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "\uff5cx", "\uff05x", "=a;\"b\"\n=c",
    "'=1", "''=1", "' =1",
)  # fmt: skip
PLAIN = (
    "Search",
    "a=1",
    "1+1",
    " x",
    "'x",
    "' x",
    "''",
    "*x",
    "/x",
    "x\t=1",
    "x\n=1",
    "x;=1",
    "5 %",
)
TEXTS = RUN + PLAIN

# apostrophes, signs, what is skipped before them, and what needs quotes
sign = st.sampled_from("'=+-@|%\t\r\n \u00a0\u200b\ufeff\uff1da,;\"") | st.characters(
    exclude_categories=["Cs"]
)


@given(st.text(sign, max_size=8))
def test_every_text_can_be_had_back(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text


@given(st.lists(st.text(sign, max_size=8), min_size=2, max_size=4), st.sampled_from(",;\t"))
def test_every_line_can_be_read_back(cells: list[str], delimiter: str) -> None:
    text = io.StringIO(csv_line(cells, delimiter) + "\n", newline="")
    assert list(csv.reader(text, delimiter=delimiter, strict=True)) == [cells]


def test_the_rule() -> None:
    assert [text for text in TEXTS if escape_formula(text) != text] == list(RUN)
    assert all(escape_formula(text) == f"'{text}" for text in RUN)


def test_no_white_space_or_control_character_hides_a_sign() -> None:
    for number in range(0x10000):
        sign = chr(number)
        if unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Zl", "Zp"):
            assert escape_formula(f"{sign}=1") == f"'{sign}=1", hex(number)


def test_a_text_that_another_spreadsheet_splits_is_quoted() -> None:
    assert csv_line(["a;=1", "a\r=1", "a\t=1", "a=1"]) == '"a;=1","a\r=1","a\t=1",a=1'


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each text is the name of a key of 5 October; one key cost 31 in September, 15.5 after."""
    rows = [
        UsageRow(date(2026, 10, 5), f"key-{n}", text, "gpt-5", 1, Decimal(100 - n))
        for n, text in enumerate(TEXTS)
    ]
    for n in range(30 + 31):
        day = date(2026, 9, 1) + timedelta(n)
        cost = {date(2026, 9, 5): "31", date(2026, 10, 5): "15.5"}.get(day, "0")
        rows.append(UsageRow(day, "steady", "Steady", "gpt-5", 1, Decimal(cost)))
    return add_usage(tmp_path_factory.mktemp("harmless") / "usage.duckdb", rows)


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_export_and_keys_template_apply_it(database: Path) -> None:
    usage = lu.open(database)
    path = usage.export("cost_per_key", database.with_name("out.csv"), "2026-10")
    for text in (path.read_bytes().decode("utf-8-sig"), template(KEYS, usage)):
        lines = csv.DictReader(io.StringIO(text, newline=""))
        names = {line["api_key_id"]: line["api_key_name"] for line in lines}
        assert names.pop("steady") == "Steady"
        assert names == {
            f"key-{n}": f"'{text}" if text in RUN else text for n, text in enumerate(TEXTS)
        }


def test_save_as_csv_applies_it(browser: Browser, database: Path) -> None:
    html = quick_report(database, "2026-10", database.with_name("report.html"))
    opened = Opened(browser, html)
    lines = list(csv.DictReader(io.StringIO(saved(opened, "keys"), newline="")))
    assert opened.complaints == []
    opened.context.close()
    names = {line["API key"] for line in lines}
    # a name that turns the direction of writing is isolated, and has the key's id
    shown = {
        text: f"\u2068{text}\u2069 (key-{n})" if "\u202e" in text else text
        for n, text in enumerate(TEXTS)
    }
    assert names == {"Steady", *(f"'{shown[t]}" if t in RUN else shown[t] for t in TEXTS)}
    # (15.5 - 31) / 31: a number, not a text that begins with a sign
    [change] = [line["Change"] for line in lines if line["API key"] == "Steady"]
    assert change == "-0.5"


def test_negative_amount_is_no_text(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        for cost in ("1.5", "1"):
            builder.add(days("2026-10-05"), {"total_cost_usd": cost})
    path = lu.open(database).export("restatements", tmp_path / "out.csv")
    [line] = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    assert line["difference_usd"] == "-0.5"
