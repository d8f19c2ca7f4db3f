"""The report as a browser shows it: offline, complete, and deaf to hostile names."""

from tests.made_up import NASTY_NAMES
from tests.reports import Opened


def test_asks_no_host_and_complains_of_nothing(opened: Opened) -> None:
    assert len(opened.requests) == 1
    assert opened.complaints == []


def test_every_chart_is_drawn(opened: Opened) -> None:
    charts = opened.page.locator(".chart[role=img]")
    assert charts.count() == 7
    for n in range(charts.count()):
        marks = charts.nth(n).locator("svg .mark-rect path, svg .mark-rect rect")
        assert marks.count() > 0, charts.nth(n).get_attribute("aria-label")
        box = charts.nth(n).bounding_box()
        assert box and box["height"] > 60


def test_hostile_names_are_text(opened: Opened) -> None:
    assert opened.page.title() == "monthly_report 2026-10"
    names = opened.page.locator("#keys ~ details").first.locator("tbody td:first-child")
    assert set(names.all_text_contents()) == set(NASTY_NAMES)


def test_no_sideways_scroll_on_a_phone(opened: Opened) -> None:
    page = opened.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1200, "height": 900})
