"""The monthly report shows teams once somebody has said whose the keys are."""

import json
import re
from decimal import Decimal

import pytest

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.keys import KEYS
from tests.support.data.databases import UsageRow, add_usage
from tests.support.data.example_data import two_months
from tests.support.pages.quick import quick_report

HOSTILE = '<b>R&D</b> "x"'


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """October, with key-0 and, from the 16th, key-1 of one team; the others are nobody's."""
    folder = tmp_path_factory.mktemp("teams")
    database = add_usage(folder / "usage.duckdb", two_months())
    keys = folder / "keys.csv"
    quoted = HOSTILE.replace('"', '""')
    keys.write_text(f'api_key_id,team,valid_from\nkey-0,"{quoted}",\nkey-1,"{quoted}",2026-10-16\n')
    load_file(KEYS, database, keys)
    return quick_report(database, "2026-10", folder / "report.html").read_text(encoding="utf-8")


def is_of_team(row: UsageRow) -> bool:
    return row.api_key_id == "key-0" or (row.api_key_id == "key-1" and row.day.day >= 16)


def october(of_team: bool) -> Decimal:
    rows = [row for row in two_months() if row.day.month == 10 and is_of_team(row) == of_team]
    return sum((row.total_cost_usd for row in rows), Decimal(0))


def test_costs_of_teams_are_exact_and_add_up(html: str) -> None:
    section = html.partition('id="teams"')[2].partition("<h2")[0]
    body, _, foot = section.partition("<tbody")[2].partition("</tbody>")
    amounts = re.findall(r'data-value="([\d.]+)" data-label="Cost \(USD', body)
    assert [Decimal(amount) for amount in amounts] == [october(False), october(True)]
    assert Decimal(re.findall(r'data-value="([\d.]+)"', foot)[0]) == sum(map(Decimal, amounts))
    assert "unassigned" in body
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in body and HOSTILE not in html


def test_summary_names_teams(html: str) -> None:
    found = re.search(r'id="report-summary">(.*?)</script>', html)
    assert found
    teams = json.loads(found[1])["teams"]
    assert [(team["name"], Decimal(team["total_cost_usd"])) for team in teams] == [
        (None, october(False)),
        (HOSTILE, october(True)),
    ]
