"""The monthly report as a controller reads it: why it changed, plan and outlook, in this order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.budgets import BUDGETS
from langdock_usage.raw.reference.kinds.expected import EXPECTED
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.raw.reference.kinds.workspaces import WORKSPACES
from langdock_usage.raw.reference.reference_file import ReferenceFile
from langdock_usage.sandbox.workspace.workspace import Workspace, key_id
from tests.support.data.databases import UsageRow, add_usage, days
from tests.support.data.sandbox_days import rows_of
from tests.support.pages.quick import quick_report
from tests.support.pages.report_html import assert_sound, tables_of, visible_text
from tests.support.pages.reports import Opened

BATCH, CACHING, MIGRATION = (
    "Data Platform / Nachtlauf",
    "Rechtsabteilung: Vertragspr\u00fcfung",
    "K\u00f6ln",
)


@dataclass
class Made:
    """A report of the sandbox's October, and what it was made from."""

    html: Path
    rows: list[UsageRow]
    workspace: Workspace

    @property
    def text(self) -> str:
        return self.html.read_text(encoding="utf-8")

    @property
    def plain(self) -> str:
        return " ".join(visible_text(self.text).replace("|", " ").split())

    def change(self, slug: str, model: str | None = None) -> str:
        """By how much a key moved, as the report writes it."""
        key = key_id(self.workspace.org_id, slug)
        its = [r for r in self.rows if r.api_key_id == key and model in (None, r.model)]
        change = sum(r.total_cost_usd * (1 if r.day.month == 10 else -1) for r in its)
        return f"{'+' if change > 0 else chr(0x2212)}${abs(change):,.2f}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("controller")
    workspace = Workspace.synthetic(today=date(2026, 11, 12))
    rows = list(rows_of(workspace, days("2026-09-01", "2026-10-31")))
    database = add_usage(folder / "usage.duckdb", rows, org_id=workspace.org_id)
    ids = {slug: key_id(workspace.org_id, slug) for slug in ("nightly", "legal", "ide")}
    files: dict[ReferenceFile[Any], str] = {
        KEYS: f"api_key_id,team,cost_center,owner\n{ids['nightly']},Platform,1100,Mia\n"
        f"{ids['legal']},Legal,2300,\n{ids['ide']},Development,5100,Jo\n",
        WORKSPACES: f"org_id,name\n{workspace.org_id},Example Ltd\n",
        BUDGETS: "scope,name,amount_usd\nworkspace,,10000\nteam,platform,99999\nteam,Legal,1\n"
        "model,gemini-2.5-flash,700\n",
        EXPECTED: "first_day,last_day,note\n2026-10-01,2026-10-02,a fair\n",
    }
    for kind, text in files.items():
        file = folder / f"{kind.name}.csv"
        file.write_text(text, encoding="utf-8")
        load_file(kind, database, file)
    html = quick_report(database, "2026-10", folder / "report.html")
    return Made(html, rows, workspace)


def test_the_three_stories_are_told_in_usd_with_their_causes(made: Made) -> None:
    total = sum((r.total_cost_usd for r in made.rows if r.day.month == 10), Decimal(0))
    assert_sound(made.text, total)
    plain = made.plain
    message = plain[plain.index("October 2026 cost") : plain.index("Total cost")]
    assert f"{BATCH} {made.change('nightly')} (more requests)" in message
    assert f"{CACHING} {made.change('legal')} (more caching)" in message
    assert f"{made.change('support')} (change of models)" in message
    # two days of 24 and 15 times the usual requests: 39 / 31 of a month more
    assert re.search(
        r"Nachtlauf: 1[34]\d% more requests .* most of it on gemini-2.5-flash", message
    )
    assert re.search(r"7[789]% of its input was read from the cache, 2\d% before", message)
    minus, plus = (made.change("support", f"claude-sonnet-{n}-5") for n in (4, 5))
    assert f"from claude-sonnet-4-5 ({minus}) to claude-sonnet-5-5 ({plus})" in message
    assert re.search(r"\+\$\d+\.\d\d of it on Oct 19", message)


def test_sections_come_in_the_order_of_their_questions(made: Made) -> None:
    headings = re.findall(r'<h2 id="([^"]*)"', made.text)
    order = [
        "moved",
        "outlook",
        "days",
        "keys",
        "teams",
        "models",
        "keys_and_models",
        "cache",
        "months",
        "provenance",
    ]
    assert headings == order
    contents = made.text[made.text.index('<nav class="contents"') : made.text.index("</nav>")]
    assert re.findall(r'href="#([^"]*)"', contents) == order
    places = [made.text.index(part) for part in ('class="status"', 'class="message"')]
    places += [made.text.index(part) for part in ('class="figures"', 'id="moved"')]
    assert places == sorted(places)


def test_what_moved_adds_up_by_key_and_by_cause(made: Made) -> None:
    tables = tables_of(made.text)
    by_key, by_cause = tables["moved-keys"], tables["moved"]
    months = {m: sum(r.total_cost_usd for r in made.rows if r.day.month == m) for m in (9, 10)}
    change = months[10] - months[9]
    assert sum(by_key.column("Change (USD)")) == by_key.total_of("Change (USD)") == change
    assert sum(by_cause.column("Change (USD)")) == by_cause.total_of("Change (USD)") == change
    causes = by_key.heads[3:]
    for row in by_key.rows:
        assert sum(map(Decimal, row[3:])) == Decimal(row[1])
    assert dict(zip(causes, map(by_key.total_of, causes), strict=True)) == {
        row[0]: Decimal(row[1]) for row in by_cause.rows
    }
    assert by_cause.rows[0][2].startswith(f"{BATCH} +$")


def test_teams_have_budgets_and_states(made: Made) -> None:
    table = tables_of(made.text)["outlook"]
    state, budget = (table.heads.index(head) for head in ("State", "Budget (USD)"))
    states = {row[0]: (row[budget], row[state]) for row in table.rows}
    assert states["Platform"] == ("99999", "under")
    assert states["Legal"] == ("1", "over")
    assert states["Development"] == ("", "")
    assert (table.total[budget], table.total[state]) == ("10000", "over")
    assert "Of the budget of $10,000.00," in made.plain
    [other] = tables_of(made.text)["budgets"].rows
    assert other[:3] == ["Model", "gemini-2.5-flash", "700"]


def test_days_have_their_table_beside_what_was_unusual(made: Made) -> None:
    october = sum((r.total_cost_usd for r in made.rows if r.day.month == 10), Decimal(0))
    assert tables_of(made.text)["days"].total_of("Cost (USD)") == october


def test_owners_stand_beside_keys_and_the_workspace_has_a_name(made: Made) -> None:
    keys = tables_of(made.text)["keys"]
    assert keys.heads[:5] == ["API key", "Team", "Cost centre", "Owner", "Cost (USD)"]
    [nightly] = [row for row in keys.rows if row[0] == BATCH]
    assert nightly[1:4] == ["Platform", "1100", "Mia"]
    head = made.plain[: made.plain.index("October 2026 cost")]
    assert "Workspace Example Ltd" in head
    assert made.workspace.org_id not in head


def test_moments_are_in_the_zone_of_the_workspace(made: Made) -> None:
    # the last day was received at 05:00 UTC, and in winter Berlin is an hour ahead
    assert re.search(r"Data of Nov 1, 2026, 6:00:00\sAM CET", made.plain)
    assert "Nov 1, 2026, 6:00:00" in made.text[made.text.index('data-file="exports-') :]


def test_a_year_begins_in_january_and_every_table_that_can_has_a_total(made: Made) -> None:
    total = sum((r.total_cost_usd for r in made.rows), Decimal(0))
    assert f"Year to date ${total:,.2f} Sep \u2013 Oct" in made.plain
    without = {name for name, table in tables_of(made.text).items() if not table.total}
    # ratios of keys by month have no sum, and budgets of a key and of its model overlap
    assert without <= {"cache-keys", "cache-models", "budgets"}


@pytest.fixture(scope="module")
def shown(browser: Browser, made: Made) -> Iterator[Opened]:
    opened = Opened(browser, made.html, viewport={"width": 1200, "height": 900})
    yield opened
    opened.context.close()


def test_the_first_screen_tells_the_stories(shown: Opened) -> None:
    for place in (".message", ".sentences", ".figures", "#moved"):
        box = shown.page.locator(place).first.bounding_box()
        assert box and box["y"] + box["height"] <= 900, place
    assert shown.complaints == []


def test_no_table_has_to_be_scrolled_sideways(shown: Opened) -> None:
    too_wide = """() => [...document.querySelectorAll('.scroll')].filter((region) => {
        const details = region.closest('details'), wasOpen = details.open
        details.open = true
        const isTooWide = region.scrollWidth > region.clientWidth
        details.open = wasOpen
        return isTooWide
    }).map((region) => region.getAttribute('aria-label'))"""
    assert shown.page.evaluate(too_wide) == []


def test_a_link_of_the_contents_leads_to_its_section(shown: Opened) -> None:
    shown.page.locator(".contents a", has_text="Small print").click()
    box = shown.page.locator("#provenance").bounding_box()
    bar = shown.page.locator(".contents").bounding_box()
    assert box and bar and bar["y"] == 0 and bar["height"] < box["y"] < 450


def test_unusual_days_are_marked_with_who_made_them(shown: Opened) -> None:
    chart = shown.page.locator("#days ~ .chart svg").first
    assert re.search(rf"\+\$\d+\.\d\d {BATCH} on gemini-2.5-flash", chart.text_content() or "")


def test_what_is_closed_is_found_by_a_search(browser: Browser, made: Made) -> None:
    # a fragment of text is searched like what somebody types, and opens what it lies in
    [wanted] = re.findall(r">([0-9a-f]{64})<", made.text)[2:3]
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(f"{made.html.as_uri()}#:~:text={wanted}")
    page.wait_for_selector("[data-file^=exports][open]")
    assert page.locator("[data-file^=days]").get_attribute("open") is None
    context.close()


def test_on_paper_detail_comes_after_page_one(shown: Opened) -> None:
    order = (
        "[...document.querySelectorAll('h2, [data-file^=moved-keys]')].map((e) => e.id || 'detail')"
    )
    before = shown.page.evaluate(order)
    assert before[:3] == ["moved", "detail", "outlook"]
    shown.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert shown.page.evaluate(order)[:4] == ["moved", "outlook", "detail", "days"]
    shown.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert shown.page.evaluate(order) == before


def test_a_tap_does_what_hovering_does(browser: Browser, made: Made) -> None:
    phone = {"width": 390, "height": 844}
    opened = Opened(browser, made.html, viewport=phone, has_touch=True, is_mobile=True)
    bar = opened.page.locator("#keys ~ .chart .mark-rect path").first
    bar.scroll_into_view_if_needed()
    bar.tap()
    tooltip = opened.page.locator("#vg-tooltip-element.visible")
    assert "$" in (tooltip.text_content() or "")
    opened.page.locator("#keys").tap()
    assert tooltip.count() == 0
    heatmap = opened.page.locator("#keys_and_models ~ .chart svg")
    assert "$0" in (heatmap.text_content() or ""), "numbers do not fit, so there is a scale"
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
    opened.context.close()
