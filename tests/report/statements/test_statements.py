"""Statements: each holds its own usage, nothing of others, and all of them add up to the month."""

import base64
import html
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from langdock_usage.analysis.shares import share_out
from langdock_usage.errors import InvalidRequest
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.rates import RATES
from langdock_usage.report.monthly.open_month import open_month
from langdock_usage.report.monthly.summary import element
from langdock_usage.report.previous_report import summary_of_report
from langdock_usage.report.statements.dues import dues_of_month
from langdock_usage.report.statements.folder import replace_statements
from langdock_usage.text import exact_sum
from tests.support.command import assert_refused, call, run
from tests.support.data.birds import MONTH, OCTOBER, OF_NOBODY, OF_ONE, birds
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.keys import load
from tests.support.pages.quick import NOTEBOOK, quick_report

MONTH_END = "2026-10-31"
FILES = {"Möwen": "Möwen", "Habichte": "Habichte", "Eulen/Uhus": "Eulen_Uhus"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = birds(tmp_path_factory.mktemp("data") / "usage.duckdb")
    # on odd days two USD are worth one unit of XTS, and on even days four
    lines = (f"{day},XTS,{4 - day.day % 2 * 2}\n" for day in days("2026-10-01", MONTH_END).days())
    rates = database.with_name("rates.csv")
    rates.write_text("day,currency,usd_per_unit\n" + "".join(lines))
    load_file(RATES, database, rates)
    return database


@pytest.fixture(scope="module")
def by_team(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every team's statement of October, in XTS too, what is nobody's shared out by cost."""
    folder = tmp_path_factory.mktemp("by_team")
    command = f"statements --month 2026-10 --per team --shared by-cost --db {database}"
    result = run(folder, *command.split(), "--currency", "xts")
    assert result.returncode == 0, result.stderr
    assert result.stderr == "Warning: The statement of 'Eulen/Uhus' is called 'Eulen_Uhus'.\n"
    made = folder / result.stdout.splitlines()[-1]
    assert made == folder / "reports" / "2026-10" / "statements"
    return made


@pytest.fixture(scope="module")
def redacted(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every cost centre's, in German, with pseudonyms; what is nobody's has one, too."""
    folder = tmp_path_factory.mktemp("redacted")
    options = f"--per cost_center --redact keys -p language de --db {database} --output {folder}"
    options += " --pdf" * bool(shutil.which("chromium"))
    result = run(folder, "statements", "--month", "2026-10", *options.split())
    assert (result.returncode, result.stderr) == (0, "")
    return folder / "2026-10" / "statements"


def texts_in(file: Path) -> Iterator[str]:
    """What stands in a file: as it is, in archives, in base64, and without escapes."""
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as archive:
            yield from (archive.read(name).decode() for name in archive.namelist())
        return
    if file.suffix == ".pdf":
        yield file.read_bytes().decode("latin-1")
        return
    text = file.read_text(encoding="utf-8")
    yield text
    yield html.unescape(text)
    yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    for found in re.findall(r"(?:[A-Za-z0-9+/]{4}){8,}", text):
        yield base64.b64decode(found).decode("utf-8", "replace")


def rows_of(file: Path, sheet: str) -> list[dict[str, Any]]:
    names, *rows = load_workbook(file)[sheet].iter_rows(values_only=True)
    # empty cells at the end of a row are not there
    return [dict(zip(map(str, names), row, strict=False)) for row in rows]


@pytest.mark.slow
def test_a_statement_holds_its_own_usage(by_team: Path) -> None:
    for team, file in FILES.items():
        summary = summary_of_report(by_team / f"{file}.html")
        assert (summary["team"], summary["total_cost_usd"]) == (team, str(OCTOBER[team]))
        due = Decimal(summary["total_cost_usd"]) + Decimal(summary["shared_usd"])
        assert Decimal(summary["due_usd"]) == due
        assert summary["verdict"]["complete"] and summary["verdict"]["reconciled"]
        assert summary["month"] == "2026-10"

    summary = summary_of_report(by_team / "Möwen.html")
    keys = {key["name"]: (key["total_cost_usd"], key["requests"]) for key in summary["keys"]}
    assert keys == {
        "Dohle am Meer": ("32.4848", 160),  # the 16 days on which it was theirs
        "Reiher neu": ("26.2563", 210),
        "Reiher alt": ("10.101", 100),
    }
    found = summary["currencies"]["XTS"]
    assert Decimal(found["keys"]["key_reiher"]) == Decimal("1.0101") * (5 * 2 + 5) / 4
    assert Decimal(found["due"]) == Decimal(found["total_cost"]) + Decimal(found["shared"])
    assert sum(map(Decimal, found["keys"].values())) == Decimal(found["total_cost"])
    page = (by_team / "Möwen.html").read_text("utf-8")
    assert "Amount (XTS)" in page and "Exchange rates" in page
    assert "<title>Statement for Möwen, October 2026</title>" in page
    assert "in proportion to the own cost" in page
    assert "$71.25" in page and "$43.75" in page  # their budget, and that of their key


@pytest.mark.slow
def test_nothing_of_others_stands_in_a_statement(by_team: Path) -> None:
    for team, file in FILES.items():
        hidden = [text for other, texts in OF_ONE.items() if other != team for text in texts]
        hidden += [other for other in FILES if other != team]
        if team == "Möwen":
            hidden.append("Dohle der Habichte")  # what it was called before it was theirs
        for kind in ("html", "ipynb", "xlsx"):
            found = {
                name
                for text in texts_in(by_team / f"{file}.{kind}")
                for name in [*hidden, *OF_NOBODY]
                if name in text or name.encode("unicode_escape").decode() in text
            }
            assert found == set(), (team, kind)
    files = [f"{file}.{kind}" for file in FILES.values() for kind in ("html", "ipynb", "xlsx")]
    assert {path.name for path in by_team.iterdir()} == {*files, "control.xlsx"}


@pytest.mark.slow
def test_the_workbooks_add_up_to_the_month(by_team: Path) -> None:
    rows = rows_of(by_team / "control.xlsx", "control")
    assert [row["name"] for row in rows] == ["Eulen/Uhus", "Möwen", "Habichte"]
    names = [name for name in rows[0] if name not in ("name", "currency")]
    amounts = {name: [Decimal(str(row[name])) for row in rows] for name in names}
    assert sum(amounts["total_cost_usd"]) == MONTH - OCTOBER["unassigned"]
    assert sum(amounts["shared_usd"]) == OCTOBER["unassigned"]
    assert sum(amounts["due_usd"]) == MONTH
    [month] = rows_of(by_team / "control.xlsx", "month")
    assert Decimal(str(month["due_usd"])) == MONTH
    assert month["currency"] == "XTS"
    # 3.0917 on 16 odd days and 15 even ones
    by_name = {row["name"]: row for row in rows}
    owls = by_name["Eulen/Uhus"]
    assert Decimal(str(owls["total_cost"])) == Decimal("3.0917") * (16 * 2 + 15) / 4
    # 0.1009 are nobody's, and like all others' cost: they have the same share of it as of all
    whole = sum(amounts["total_cost"]) + sum(amounts["shared"])
    assert sum(amounts["shared"]) == Decimal("0.1009") * (16 * 2 + 15) / 4
    assert Decimal(str(month["due"])) == sum(amounts["due"]) == whole
    assert owls["due"] == owls["total_cost"] + owls["shared"]

    [own] = rows_of(by_team / "Habichte.xlsx", "statement")
    assert own == {
        "team": "Habichte",
        **{name: row for name, row in rows[2].items() if name != "name"},
    }
    daily = rows_of(by_team / "Habichte.xlsx", "days")
    assert sum(row["requests"] for row in daily) == 150  # ten on each of 15 days
    assert sum(Decimal(str(row["total_cost_usd"])) for row in daily) == OCTOBER["Habichte"]


@pytest.mark.slow
def test_the_index_lists_statements_but_draws_only_months(by_team: Path) -> None:
    index = by_team.parent.parent / "index.html"
    text = index.read_text("utf-8")
    assert "2026-10/statements/M%C3%B6wen.html" in text and "Statement for Habichte" in text
    assert "<rect" not in text


@pytest.mark.slow
def test_a_page_is_sealed_and_complains_of_nothing(by_team: Path, redacted: Path) -> None:
    for file in (*by_team.glob("*.html"), *redacted.glob("*.html")):
        text = file.read_text("utf-8")
        assert text.index("default-src 'none'") < min(text.index("<style"), text.index("<script"))
        notebook = json.loads(file.with_suffix(".ipynb").read_text("utf-8"))
        outputs = [one for cell in notebook["cells"] for one in cell.get("outputs", [])]
        assert {one["output_type"] for one in outputs} == {"display_data"}


@pytest.mark.slow
def test_redacted_statements_of_cost_centers_in_german(redacted: Path) -> None:
    pages = sorted(redacted.glob("*.html"))
    assert len(pages) == 3  # two cost centres, and what is nobody's
    named = [*OF_ONE["Möwen"][:5], "Herr Habichter", *OF_ONE["Eulen/Uhus"][:3], *FILES]
    for file in redacted.iterdir():
        assert not [
            n for n in [*named, "KST", "Dohle"] if any(n in text for text in texts_in(file))
        ]
        assert file.stem == "control" or re.fullmatch(r"cost-center-\w{10}|unassigned", file.stem)
    summaries = [summary_of_report(page) for page in pages]
    assert sorted(Decimal(one["total_cost_usd"]) for one in summaries) == [
        OCTOBER["unassigned"],
        OCTOBER["Möwen"],
        OCTOBER["Habichte"] + OCTOBER["Eulen/Uhus"],
    ]
    assert [one["cost_center"] for one in summaries] == [page.stem for page in pages]
    assert {one["shared_usd"] for one in summaries} == {"0"}
    assert "Abrechnung für nicht zugeordnet, Oktober 2026" in pages[-1].read_text("utf-8")
    printed = [*redacted.glob("*.pdf")]
    assert len(printed) == (len(pages) if shutil.which("chromium") else 0)
    assert all(pdf.read_bytes().startswith(b"%PDF-") for pdf in printed)


@pytest.mark.parametrize("rule", ["none", "even", "by-cost"])
def test_every_rule_adds_up_to_the_month(database: Path, rule: str) -> None:
    with open_month(database, "2026-10", None) as month:
        dues = dues_of_month(month, "team", rule)  # type: ignore[arg-type]
    assert exact_sum(due.due_usd for due in dues) == MONTH
    assert {due.name: due.total_cost_usd for due in dues}.items() <= OCTOBER.items()
    owned = MONTH - OCTOBER["unassigned"]
    shares = {due.name: due.shared_usd for due in dues}
    if rule == "none":
        assert shares == dict.fromkeys(OCTOBER, Decimal(0))
    elif rule == "even":  # 3.1279 / 3 = 1.0426333333…
        assert sorted(map(str, shares.values())) == ["1.042633333", "1.042633333", "1.042633334"]
    else:
        for name, share in shares.items():
            wanted = OCTOBER["unassigned"] * OCTOBER[name] / owned
            assert abs(share - wanted) < Decimal("1e-9")


def test_shares_keep_every_digit_of_what_is_shared() -> None:
    costs = {"a": Decimal(1), "b": Decimal(2), "unassigned": Decimal("0.00000000000000000001")}
    shares = [due.shared_usd for due in share_out(costs, "unassigned", "by-cost")]
    assert exact_sum(shares) == costs["unassigned"]
    assert [due.name for due in share_out({"a": Decimal(1)}, "unassigned", "even")] == ["a"]


def refused(folder: Path, database: Path, status: int, reason: str, *more: str) -> None:
    command = f"statements --month 2026-10 --per team --db {database}".split()
    assert_refused(call(folder, *command, *more), status, reason)
    assert not (folder / "reports").exists()


def test_bad_input_is_one_line_and_nothing_is_written(database: Path, tmp_path: Path) -> None:
    refused(
        tmp_path,
        database,
        2,
        "no parameter 'langauge'; did you mean language",
        *P,
        "langauge",
        "de",
    )
    refused(tmp_path, database, 2, "'shared_usd' is set by", *P, "shared_usd", "7")
    refused(tmp_path, database, 2, "does not speak 'fr'", *P, "language", "fr")
    refused(tmp_path, database, 1, "no data.*2024-01|2024-01", "--month", "2024-01")
    refused(tmp_path, database, 2, "No workspace 'org_b'", "--org", "org_b")

    nobody = tmp_path / "nobody.duckdb"
    with DatabaseBuilder(nobody) as builder:
        builder.keep(days("2026-10-01"), {})
    refused(tmp_path, nobody, 1, "No API key has a team; `langdock-usage keys template`")
    load(nobody, "key_of_others,Krähen,,,,\n")
    refused(tmp_path, nobody, 2, "nobody to share them", "--shared", "even")


P = ("-p",)


def test_the_notebook_refuses_a_database_of_several(database: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="the usage of one team, or cost centre, alone"):
        quick_report(
            database,
            "2026-10",
            tmp_path / "statement.html",
            notebook_file=NOTEBOOK.with_name("team_statement.ipynb"),
        )


def test_statements_of_an_earlier_run_give_way_and_other_files_stay(tmp_path: Path) -> None:
    folder, made = tmp_path / "statements", tmp_path / "made"
    statement = element({"month": "2026-10", "due_usd": "1"})
    for path, text in (
        (folder / "Old.html", statement),
        (folder / "Old.xlsx", "old"),
        (folder / "New.html", statement),
        (folder / "mine.html", "<p>mine</p>"),
        (made / "New.html", "new"),
    ):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    replace_statements(folder, made)
    assert {path.name for path in folder.iterdir()} == {"New.html", "mine.html"}
    assert (folder / "New.html").read_text() == "new"
