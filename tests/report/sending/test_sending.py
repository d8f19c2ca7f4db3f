"""What is sent: another currency, invoices, what changed since the version before, a message."""

import email
import email.policy
import json
import re
from dataclasses import replace
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

import langdock_usage as lu
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.invoices import INVOICES
from langdock_usage.raw.reference.kinds.rates import RATES
from langdock_usage.report.language import Language
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.since import Moved, Now, since
from langdock_usage.report.previous_report import summary_in, summary_of_report
from langdock_usage.report.wording.checks import changed, invoices_that_differ
from tests.support.command import call
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.pages.quick import quick_report
from tests.support.pages.report_html import tables_of, visible_text

RATE_LINES = "2026-10-01,XTS,2\n2026-10-02,XTS,3\n2026-10-03,XTS,3\n"


def make(database: Path, *costs: str) -> Path:
    """October begins with days of these costs, of which key_2 has a tenth."""
    with DatabaseBuilder(database) as builder:
        for number, cost in enumerate(costs, start=1):
            small = {"api_key_id": "key_2", "api_key_name": "Small", "model": "m-2"}
            small |= {"total_cost_usd": str(Decimal(cost) / 10)}
            builder.keep(days(f"2026-10-{number:02}"), {"total_cost_usd": cost}, small)
    return database


@pytest.fixture
def database(tmp_path: Path) -> Path:
    database = make(tmp_path / "usage.duckdb", "100", "10", "0.001")
    rates = tmp_path / "rates.csv"
    rates.write_text(f"day,currency,usd_per_unit\n{RATE_LINES}", encoding="utf-8")
    load_file(RATES, database, rates)
    return database


def test_amounts_in_another_currency_add_up_as_they_are_shown(
    database: Path, tmp_path: Path
) -> None:
    html = quick_report(database, "2026-10", tmp_path / "r.html", currency="XTS")
    page = html.read_text(encoding="utf-8")
    summary = summary_in(page)

    found = summary["currencies"]["XTS"]
    # key_1: 100 / 2 + 10 / 3 + 0.001 / 3 = 53.333666…6, key_2 a tenth of it: 58.6670333…3 in all,
    # of which the last digit can be that of one key only
    assert found["total_cost"] == "58.667033333333"
    assert found["keys"] == {"key_1": "53.333666666667", "key_2": "5.333366666666"}
    assert found["models"] == {"gpt-5": "53.333666666667", "m-2": "5.333366666666"}
    [keys] = [
        table for table in tables_of(page).values() if table.name.startswith("keys-in-currency")
    ]
    place = keys.heads.index("Cost (XTS)")
    # 53.33 would add up to a cent less
    assert [row[place] for row in keys.shown] == ["53.34", "5.33", "58.67"]
    assert keys.total_of("Cost (XTS)") == Decimal(found["total_cost"])
    assert re.search(r"XTS\s?58\.67", page)  # beside the total


def test_the_difference_of_an_invoice_is_said(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "invoices.csv"
    head = "period_start,period_end,amount,currency,surcharge_percent,number"
    # exported 110.001 + 11.0001 USD; 10 % of it is 12.10011
    file.write_text(f"{head}\n2026-10-01,2026-10-03,140.00,USD,10,R-7\n", encoding="utf-8")
    load_file(INVOICES, database, file)

    page = quick_report(database, "2026-10", tmp_path / "r.html").read_text(encoding="utf-8")

    [invoice] = summary_in(page)["invoices"]
    assert invoice == {
        "number": "R-7",
        "currency": "USD",
        "invoiced": "140",
        "exported": "121.0011",
        "difference": "18.9989",
        "rate": "0",
        "surcharge": "12.10011",
        "late_usage": "0",
        "unexplained": "6.89879",
    }
    # of 18.9989 in cents 19.00, which 12.10 and 6.90 add up to
    said = "R-7: $140.00 invoiced, $121.00 by the exports, a difference of +$19.00: "
    plain = visible_text(page)
    assert f"{said}surcharge +$12.10, unexplained +$6.90." in plain
    assert plain.index("Invoice differs.") < plain.index(said) < plain.index("Total cost")
    details = plain[plain.index("Where the numbers come from") :]
    assert (
        f"Invoice R-7 for Oct 1, 2026 \u2013 Oct 3, 2026: {said.removeprefix('R-7: ')}" in details
    )
    assert 'href="#about-invoices"' in page
    assert 'id="about-invoices"' in page
    assert summary_in(page)["verdict"]["differing_invoices"] == ["R-7"]
    assert "<code>langdock-usage budgets template</code>" in page  # a note with a command


# exported 121.0011 USD
@pytest.mark.parametrize(
    ("invoiced", "surcharge", "tolerance", "word"),
    [
        ("121.00", "", 0.01, None),
        ("122.20", "", 0.01, None),  # 1.1989 more, less than 1 % of 122.20
        ("122.20", "", 0.005, "Invoice differs."),
        ("121.90", "", 0, None),  # less than one dollar more
        ("133.10", "10", 0.01, "Invoice explained."),  # all but 0.001 of it is surcharge
        ("121.00", "10", 0.01, "Invoice differs."),  # a surcharge that was agreed and not invoiced
    ],
)
def test_the_top_names_an_invoice_that_differs_by_more_than_the_tolerance(
    invoiced: str, surcharge: str, tolerance: float, word: str | None, database: Path
) -> None:
    file = database.with_name("invoices.csv")
    head = "period_start,period_end,amount,currency,surcharge_percent,number"
    file.write_text(f"{head}\n2026-10-01,2026-10-03,{invoiced},USD,{surcharge},R-7\n")
    load_file(INVOICES, database, file)
    invoices = lu.open(database).invoices("2026-10", exact=True)

    lines = [line for _, line in invoices_that_differ(invoices, tolerance, Language())]

    assert [line.word for line in lines] == ([word] if word else [])
    assert [line.is_good for line in lines] == ([word == "Invoice explained."] if word else [])


def test_a_report_made_again_says_what_changed(database: Path, tmp_path: Path) -> None:
    first = quick_report(database, "2026-10", tmp_path / "first.html")
    same = quick_report(database, "2026-10", tmp_path / "same.html", earlier_file=str(first))
    plain = visible_text(same.read_text(encoding="utf-8"))
    assert "Nothing has changed since" in plain[plain.index("Where the numbers come from") :]
    assert "version" not in plain[: plain.index("Total cost")]
    assert summary_of_report(same)["verdict"]["changed_usd"] is None

    with DatabaseBuilder(database) as builder:
        builder.moment = builder.moment.replace(year=2027)
        builder.keep(days("2026-10-02"), {"total_cost_usd": "12.5"})
    page = quick_report(
        database, "2026-10", tmp_path / "again.html", earlier_file=str(first)
    ).read_text(encoding="utf-8")

    said = "from $121.00 to $122.50 (+$1.50)"  # 2.5 more, and 1 of key_2 gone
    plain = visible_text(page)
    assert said in plain[plain.index("Changed.") : plain.index("Total cost")]
    assert said in plain[plain.index("Where the numbers come from") :]
    assert 'href="#about-since"' in page
    assert 'id="about-since"' in page
    found = summary_in(page)
    assert found["verdict"]["changed_usd"] == "1.5"
    assert said in found["lines"][1]
    [table] = [table for table in tables_of(page).values() if table.name.startswith("since")]
    assert [row[1] for row in table.rows] == ["Search", "Small", "gpt-5", "m-2"]
    assert table.column("Change (USD)") == [Decimal("2.5"), -1, Decimal("2.5"), -1]


def summary(**changes: Any) -> dict[str, Any]:
    entry = {"id": "a", "name": "A", "total_cost_usd": "1"}
    known = {"month": "2026-10", "org_id": "o", "data_of": "2026-11-01", "total_cost_usd": "1"}
    return {**known, "keys": [entry], "models": [entry], **changes}


NOW = Now("2026-10", "o", Decimal(1), {"a": ("A", Decimal(1))}, {"a": ("A", Decimal(1))})


def test_only_what_can_be_compared_is() -> None:
    other = [{"id": "b", "name": "B", "total_cost_usd": "2"}]
    for changes in ({"month": "2026-09"}, {"org_id": "p"}, {"total_cost_usd": "much"}):
        assert since(summary(**changes), NOW) is None
    # keys of which none is the same have pseudonyms in one of the two
    assert since(summary(keys=other), NOW) == since(summary(keys=[]), NOW)
    more = replace(NOW, models={**NOW.models, "b": ("B", Decimal(2))})
    found = since(summary(), more)
    assert found
    assert found.moved == [moved := Moved("models", "B", Decimal(0), Decimal(2))]
    said = changed(found, Formatter(Language("de"), Decimal(1), []))
    assert "nicht ge\u00e4ndert, wohl aber Betr\u00e4ge" in Markup(said.text).striptags()
    # of many models the earlier report named the costliest: others are not new for that reason
    rest = {"id": None, "name": None, "others": 3, "total_cost_usd": "7"}
    found = since(summary(models=[*summary()["models"], rest]), more)
    assert found
    assert not found.is_changed
    gone = since(summary(models=[*summary()["models"], *other]), NOW)
    assert gone
    assert gone.moved == [replace(moved, before=moved.after, after=moved.before)]


def message_in(folder: Path) -> EmailMessage:
    [eml] = folder.rglob("*.eml")
    message = email.message_from_bytes(eml.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.slow
def test_a_message_with_the_report(database: Path, tmp_path: Path) -> None:
    command = f"report --month 2026-10 --db {database}".split()
    result = call(tmp_path, *command, "--eml", "cfo@example.com", "--currency", "xts")
    assert result.returncode == 0, result.stderr

    message = message_in(tmp_path)
    html = tmp_path / result.stdout.strip()
    assert message["To"] == "cfo@example.com"
    assert message["Subject"] == "LLM API usage in October 2026: $121.00"
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain
    assert rich
    lines = plain.get_content().splitlines()
    assert len(lines) == 5
    assert "$121.00" in lines[0]
    assert rich.get_content().count("<p>") == 5
    [attached] = message.iter_attachments()
    assert attached.get_filename() == html.name
    assert attached.get_payload(decode=True) == html.read_bytes()
    # as asked, and kept
    assert "--currency XTS" in html.read_text(encoding="utf-8")
    assert summary_of_report(html)["currencies"]["XTS"]["total_cost"] == "58.667033333333"

    # an older message would say something else than the new report
    again = call(tmp_path, *command, "--since", str(html))
    assert again.returncode == 0, again.stderr
    assert not [*tmp_path.rglob("*.eml")]
    assert "Nothing has changed since" in html.read_text(encoding="utf-8")


def test_what_cannot_be_sent_is_refused_before_anything_is_made(
    database: Path, tmp_path: Path
) -> None:
    command = f"report --month 2026-10 --db {database}".split()
    for options, status, reason in (
        (("--eml", "cfo@example.com\nBcc: all@example.com"), 2, "is no address"),
        (("--eml", "nobody"), 2, "is no address"),
        (("--since", str(tmp_path / "rates.csv")), 2, "no report that can be compared"),
        (("--currency", "XAB"), 2, "no currency of the European Central Bank"),
        (("--currency", "dollars"), 2, "no other currency"),
    ):
        result = call(tmp_path, *command, *options)
        assert result.returncode == status, result.stderr
        assert result.stdout == ""
        [line] = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
        assert reason in line
    assert not (tmp_path / "reports").exists()
    rates = json.loads(call(tmp_path, "rates", "list", "--json", "--db", str(database)).stdout)
    assert len(rates) == 3
