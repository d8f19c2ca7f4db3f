"""The report as a browser shows it: offline, complete, usable by all, deaf to hostile names."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.support.data.databases import UsageRow, add_usage
from tests.support.data.example_data import NASTY_NAMES, SHOWN_NAMES, large_workspace, two_months
from tests.support.pages.quick import quick_report
from tests.support.pages.reports import Opened, Rendered, saved

DESKTOP = {"width": 1200, "height": 900}
PHONE = {"width": 360, "height": 740}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def test_asks_no_host_and_complains_of_nothing(opened: Opened) -> None:
    assert len(opened.requests) == 1
    assert opened.complaints == []


def test_every_chart_is_drawn_and_described(opened: Opened) -> None:
    charts = opened.page.locator(".chart[role=img]")
    assert charts.count() == 11
    for n in range(charts.count()):
        marks = charts.nth(n).locator("svg .role-mark path")
        text = charts.nth(n).get_attribute("aria-label") or ""
        assert marks.count() > 0, text
        assert re.match(r"(Bar chart|Heatmap|Scatter chart|Waterfall chart|The cost).{40,}", text)
        box = charts.nth(n).bounding_box()
        assert box and box["height"] > 60


def test_hostile_names_are_text(opened: Opened) -> None:
    assert opened.page.title() == "LLM API usage in October 2026"
    names = opened.page.locator("[data-file^=keys-2026] tbody td:first-child bdi")
    assert set(names.all_text_contents()) == set(SHOWN_NAMES)
    assert opened.page.locator("script").count() == 3 + 11


def test_hostile_names_are_text_in_tooltips(opened: Opened) -> None:
    bars = opened.page.locator("#keys ~ .chart .mark-rect path")
    bars.last.hover()
    tooltip = opened.page.locator("#vg-tooltip-element.visible")
    assert NASTY_NAMES[0] in (tooltip.text_content() or "")
    assert tooltip.locator("script").count() == 0


def test_every_table_is_saved_as_csv_without_formulas(opened: Opened) -> None:
    links = opened.page.locator("details.data a[download]")
    assert links.count() == opened.page.locator("details.data").count() >= 10
    rows = list(csv.reader(io.StringIO(saved(opened, "keys"))))
    names = {row[0] for row in rows[1:]}
    assert '\'=HYPERLINK("http://evil.example")' in names
    assert NASTY_NAMES[1] in names
    assert all(re.fullmatch(r"\d+(\.\d+)?", row[1]) for row in rows[1:])


def test_tables_are_sorted_by_a_click(opened: Opened) -> None:
    table = opened.page.locator("[data-file^=keys-2026] table")
    head = table.locator("th", has_text="Cost (USD)")
    cells = table.locator("tbody td:nth-child(2)")

    def amounts() -> list[float]:
        return [float(cell.get_attribute("data-value") or 0) for cell in cells.all()]

    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert amounts() == sorted(amounts(), reverse=True)
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert amounts() == sorted(amounts())


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_finding_by_axe(browser: Browser, rendered: Rendered, size: dict[str, int]) -> None:
    opened = Opened(browser, rendered.html, viewport=size)
    opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    background = "() => getComputedStyle(document.documentElement).backgroundColor"
    seen = set()
    for scheme in SCHEMES:
        opened.page.emulate_media(color_scheme=scheme)
        seen.add(opened.page.evaluate(background))
        violations = Axe().run(opened.page).response["violations"]
        assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == [], scheme
    assert len(seen) == len(SCHEMES)
    opened.context.close()


def test_print_begins_sections_on_new_pages(opened: Opened) -> None:
    pages = opened.page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert pages >= 7


def test_print_opens_the_tables_with_a_title(opened: Opened) -> None:
    def closed() -> int:
        return opened.page.locator("details.titled:not([open])").count()

    before = closed()
    assert before > 0
    opened.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert closed() == 0
    opened.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert closed() == before


# all boxes of names that are shown, and of points, that lie over a name which is shown
COVERING = """() => {
    const boxes = (what) => [...document.querySelectorAll(`#cache ~ .chart ${what}`)].map((e) => [
        e.textContent, e.getBoundingClientRect()
    ]).filter(([, box]) => box.width > 0);
    const names = boxes("[class*=names_] text");
    const all = [...names, ...boxes(".mark-symbol.role-mark path")];
    const meet = (a, b) =>
        a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return [names.length, all.flatMap(([text, box], n) =>
        names.filter(([, name], m) => n > m && meet(box, name)).map(([name]) => [name, text]))];
}"""


NOTHING_COVERED = f"""() => {{
    const [count, covering] = ({COVERING})();
    return count >= 3 && covering.length === 0;
}}"""


def test_names_in_the_scatter_cover_nothing(browser: Browser, tmp_path: Path) -> None:
    rows = [
        UsageRow(
            date(2026, 10, 5),
            f"key-{n}",
            f"Customer service {n}",
            "gpt-5",
            9,
            Decimal(90 + cost),
            tokens,
        )
        for n, (cost, cached) in enumerate([(0, 40), (1, 60), (2, 45), (30, 55), (31, 0), (32, 99)])
        for tokens in [(100, 10, cached, 0, 100 - cached)]
    ]
    database = add_usage(tmp_path / "usage.duckdb", rows)
    html = quick_report(database, "2026-10", tmp_path / "report.html")
    opened = Opened(browser, html, viewport=DESKTOP)
    for width in (None, PHONE["width"], DESKTOP["width"]):
        if width:
            opened.resize(width, 800)
        opened.page.wait_for_function(NOTHING_COVERED)
    opened.context.close()


# what of the charts lies outside the page
OUTSIDE = """() => [...document.querySelectorAll(".chart svg text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
}).map((text) => text.textContent)"""


def test_turned_phone_draws_the_charts_anew(browser: Browser, rendered: Rendered) -> None:
    opened = Opened(browser, rendered.html, viewport={"width": 844, "height": 390})
    numbers = opened.page.locator("svg [class*=cells_] text:visible")
    assert numbers.count() > 0
    opened.resize(PHONE["width"], PHONE["height"])
    assert opened.page.locator(".chart.narrow").count() == 11
    opened.page.wait_for_function(f"() => ({OUTSIDE})().length === 0")
    assert numbers.count() == 0
    # wider paper does not bring back numbers for which the cells are too narrow
    opened.page.emulate_media(media="print")
    assert numbers.count() == 0
    assert opened.complaints == []
    opened.context.close()


def test_filtered_table_hides_its_total_and_is_printed_whole(
    browser: Browser, tmp_path: Path
) -> None:
    database = large_workspace(tmp_path / "usage.duckdb", keys=30, models=2, days=2)
    opened = Opened(browser, quick_report(database, "2026-10", tmp_path / "report.html"))
    keys = opened.page.locator("[data-file^=keys-2026]")
    keys.locator("summary").click()
    keys.locator("input[type=search]").fill("team 7")
    rows, total = keys.locator("tbody tr:visible"), keys.locator("tfoot:visible")
    assert (rows.count(), total.count()) == (1, 0)
    opened.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert (rows.count(), total.count()) == (30, 1)
    opened.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert (rows.count(), total.count()) == (1, 0)
    opened.context.close()


def test_without_scripts_the_page_says_so_and_has_its_numbers(
    browser: Browser, rendered: Rendered
) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(rendered.html.as_uri())
    assert page.locator("noscript p").is_visible()
    assert page.locator("[data-file^=keys-2026] tbody tr:visible").count() == len(NASTY_NAMES)
    context.close()


def test_german_csv_suits_german_spreadsheets(browser: Browser, tmp_path: Path) -> None:
    database = add_usage(tmp_path / "usage.duckdb", two_months())
    html = quick_report(database, "2026-10", tmp_path / "report.html", "de")
    opened = Opened(browser, html, viewport=DESKTOP)
    rows = list(csv.reader(io.StringIO(saved(opened, "models")), delimiter=";"))
    assert rows[0][:2] == ["Modell", "Kosten (USD)"]
    assert all(re.fullmatch(r"\d+(,\d+)?", row[1]) for row in rows[1:])
    scatter = opened.page.locator("#cache ~ .chart[role=img]").first
    assert "20\u00a0%" in (scatter.text_content() or "")
    assert opened.complaints == []
    opened.context.close()


def test_long_tables_have_a_filter(browser: Browser, tmp_path: Path) -> None:
    database = large_workspace(tmp_path / "usage.duckdb", keys=500, models=3, days=2)
    html = quick_report(database, "2026-10", tmp_path / "report.html")
    opened = Opened(browser, html, viewport=PHONE)
    keys = opened.page.locator("[data-file^=keys-2026]")
    keys.locator("summary").click()
    keys.locator("input[type=search]").fill("team 49")
    assert keys.locator("tbody tr:visible").count() == 11
    assert keys.locator("[role=status]").text_content() == "11 of 500"
    heads = keys.locator("thead tr").element_handle()
    before = "head => getComputedStyle(head, '::before').content"
    assert opened.page.evaluate(before, heads) == '"Sort by"'
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert opened.complaints == []
    opened.context.close()
