"""Each kind of finding is found where it is there, and nothing where all is well."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import langdock_usage as lu
from langdock_usage.check.check import check
from langdock_usage.check.finding import Checked, Finding
from langdock_usage.check.formats import as_markdown, as_text, as_values
from langdock_usage.check.thresholds import read_thresholds
from langdock_usage.errors import NoData
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.budgets import BUDGETS
from langdock_usage.raw.reference.kinds.invoices import INVOICES
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.raw.reference.reference_file import ReferenceFile
from tests.support.data.databases import DatabaseBuilder, UsageRow, add_usage, days

D = Decimal
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 15, tzinfo=UTC)
NAME = "Search *x* `y` \x1b[2J"  # hostile, as names in exports are


def one_day(day: str, usd: int = 20, key: str = "key_1", model: str = "gpt-5") -> UsageRow:
    return UsageRow(days(day).first, key, NAME, model, 100, D(usd))


def quiet() -> Iterator[UsageRow]:
    """20 USD on each day from September to 10 November."""
    for day in days("2026-09-01", "2026-11-10").days():
        yield one_day(f"{day}")


@pytest.fixture(scope="module")
def without_teams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("check") / "data" / "langdock.duckdb"
    return add_usage(database, quiet(), received=RECEIVED)


@pytest.fixture(scope="module")
def healthy(without_teams: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("healthy") / "data"
    shutil.copytree(without_teams.parent, folder)
    return loaded(folder / without_teams.name, KEYS, "api_key_id,team\nkey_1,Product\n")


@pytest.fixture
def database(healthy: Path, tmp_path: Path) -> Path:
    """A copy of the healthy one."""
    shutil.copytree(healthy.parent, tmp_path / "data")
    return tmp_path / "data" / healthy.name


def loaded(database: Path, kind: ReferenceFile[Any], lines: str) -> Path:
    file = database.with_name("file.csv")
    file.write_text(lines)
    load_file(kind, database, file)
    return database


def checked(database: Path, month: str = "2026-10", now: datetime = NOW) -> Checked:
    thresholds = read_thresholds(database.with_name("check.toml"))
    reports = database.parent.parent / "reports"
    return check(lu.open(database), month, None, thresholds=thresholds, reports=reports, now=now)


def the_one(database: Path, month: str = "2026-10", now: datetime = NOW) -> Finding:
    [finding] = checked(database, month, now).findings
    assert finding.text.isprintable()
    return finding


def silenced(database: Path, kind: str, line: str) -> bool:
    """Whether a line of check.toml leaves nothing to tell."""
    database.with_name("check.toml").write_text(f"[{kind}]\n{line}\n")
    return not checked(database).findings


def test_nothing_where_all_is_well(healthy: Path) -> None:
    assert checked(healthy).findings == []
    assert as_text(checked(healthy)) == "2026-10: nothing to do"
    with pytest.raises(NoData):
        checked(healthy, "2026-07")


def test_the_running_month_is_that_of_the_last_day_that_is_over(healthy: Path) -> None:
    def month(now: datetime) -> str:
        return check(lu.open(healthy), None, None, thresholds={}, reports=healthy, now=now).month

    assert month(NOW) == "2026-11"
    assert month(datetime(2026, 11, 1, 12, tzinfo=UTC)) == "2026-10"


def test_days_missing(database: Path) -> None:
    found = the_one(database, "2026-11")
    # known until the 10th, and the 19th is over
    assert found.kind == "days_missing"
    assert found.facts["days"] == [f"2026-11-{day}" for day in range(11, 20)]
    assert "2026-11-11 to 2026-11-19" in found.text
    assert "langdock-usage fetch --month 2026-11" in found.text
    database.with_name("check.toml").write_text("[days_missing]\ndays = 10\n")
    assert checked(database, "2026-11").findings == []


def test_an_invoice_that_is_not_explained(database: Path) -> None:
    # 31 days of 20 USD are 620; 5 % of it are a surcharge
    head = "period_start,period_end,amount,currency,surcharge_percent,number\n"
    line = "2026-10-01,2026-10-31,{},USD,5,R-7\n"
    loaded(database, INVOICES, head + line.format("657"))  # 6 more than 651: less than 1 %
    assert checked(database).findings == []
    loaded(database, INVOICES, head + line.format("660.50"))
    found = the_one(database)
    assert found.kind == "invoice"
    assert found.facts == {
        "number": "R-7",
        "currency": "USD",
        "invoiced": "660.5",
        "exported": "620",
        "unexplained": "9.5",
    }
    assert "R-7 is 660.50 USD, the exports say 620.00, and +9.50 USD of" in found.text
    assert silenced(database, "invoice", "share = 0.02")


def test_stale(database: Path) -> None:
    fetched = datetime(2026, 11, 17, 5, tzinfo=UTC)
    row = one_day("2026-10-31").columns() | {"org_id": "org-1"}
    with DatabaseBuilder(database) as builder:
        builder.keep(
            days("2026-10-31"),
            row,
            timezone="Europe/Berlin",
            received=fetched,
            source="https://api.example.com/export",
        )
    found = the_one(database)
    assert (found.kind, found.facts["days"]) == ("stale", 3)
    assert checked(database, now=datetime(2026, 11, 19, 5, tzinfo=UTC)).findings == []
    assert silenced(database, "stale", "days = 4")


def test_not_reconciled(database: Path) -> None:
    # 31 days of 20 USD are 620 USD
    whole = UsageRow(days("2026-10-01").first, "key_1", NAME, None, 3100, D("623.5"), days=31)
    add_usage(database, [whole], received=NOW, group_by=None)
    found = the_one(database)
    assert (found.kind, found.facts["difference_usd"]) == ("not_reconciled", "3.5")
    assert "3.50 USD in 1 of 1 key" in found.text
    assert silenced(database, "not_reconciled", "usd = 4")


def test_restated_since_the_report(database: Path) -> None:
    report = database.parent.parent / "reports" / "2026-10" / "monthly_report.html"
    report.parent.mkdir(parents=True)
    summary = {"org_id": "org-1", "data_of": "2026-11-15T00:00:00"}
    report.write_text(
        f'<script type="application/json" id="report-summary">{json.dumps(summary)}</script>'
    )
    assert checked(database).findings == []
    add_usage(database, [one_day("2026-10-20", 23)], received=datetime(2026, 11, 16, tzinfo=UTC))
    found = the_one(database)
    assert (found.kind, found.facts["change_usd"]) == ("restated", "3")
    assert "1 period restated since the report was made, by 3.00 USD" in found.text
    assert silenced(database, "restated", "usd = 4")


def test_over_budget_and_at_risk(database: Path) -> None:
    loaded(database, BUDGETS, "scope,name,amount_usd\nworkspace,,600\nteam,Product,619.99\n")
    over = checked(database).findings
    assert [(one.kind, one.facts["scope"]) for one in over] == [
        ("over_budget", "workspace"),
        ("over_budget", "team"),
    ]
    assert "The workspace has cost 620.00 USD of 600.00 USD, 20.00 USD too much" in over[0].text
    # 10 of 30 days at 20 USD: 200 USD so far, and 600 expected
    loaded(database, BUDGETS, "scope,name,amount_usd\nworkspace,,550\n")
    found = the_one(database, "2026-11", now=datetime(2026, 11, 11, 8, tzinfo=UTC))
    assert found.kind == "at_risk"
    assert "expected to cost 600.00 USD of 550.00 USD, with 200.00 USD so far" in found.text
    assert checked(database).findings  # 620 USD in October
    assert silenced(database, "over_budget", "share = 1.2")


def test_anomaly(database: Path) -> None:
    add_usage(database, [one_day("2026-10-20", 500)], received=RECEIVED)
    found = the_one(database)
    assert (found.kind, found.facts["event"], found.facts["cost_usd"]) == (
        "anomaly",
        "spike",
        "500",
    )
    assert "on gpt-5 cost 500.00 USD on 2026-10-20, 480.00 USD more than expected." in found.text
    assert silenced(database, "anomaly", "usd = 481")
    assert silenced(database, "anomaly", "enabled = false")


def test_unpriced(database: Path) -> None:
    tokens = (600_000, 500_000, 0, 0, 600_000)
    free = UsageRow(days("2026-10-20").first, "key_1", NAME, "mystery", 1, D(0), tokens)
    add_usage(database, [one_day("2026-10-20"), free], received=RECEIVED)
    found = the_one(database)
    assert (found.kind, found.facts["model"], found.facts["tokens"]) == (
        "unpriced",
        "mystery",
        1_100_000,
    )
    assert silenced(database, "unpriced", "tokens = 1_100_001")


def test_unassigned(without_teams: Path, tmp_path: Path) -> None:
    shutil.copytree(without_teams.parent, tmp_path / "data")
    database = tmp_path / "data" / without_teams.name
    found = the_one(database)
    assert (found.kind, found.facts) == ("unassigned", {"cost_usd": "620", "share": 1.0})
    assert "620.00 USD, 100% of the cost, belong to no team" in found.text
    assert silenced(database, "unassigned", "share = 1")


def test_formats(database: Path) -> None:
    add_usage(database, [one_day("2026-10-20", 500)], received=RECEIVED)
    found = checked(database)
    assert json.loads(json.dumps(as_values(found))) == {
        "month": "2026-10",
        "org_id": "org-1",
        "findings": [
            {"kind": "anomaly", "text": found.findings[0].text, **found.findings[0].facts}
        ],
    }
    head, blank, line = as_markdown(found).split("\n")
    assert (head, blank) == ("**2026-10: 1 finding**", "")
    assert line.startswith(
        "- **anomaly**: Search \\*x\\* \\`y\\` \N{REPLACEMENT CHARACTER}\\[2J on"
    )
