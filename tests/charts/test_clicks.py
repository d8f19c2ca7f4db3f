"""Charts to click on in a browser: what a click on an event, or on a budget, shows."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
from playwright.sync_api import Browser, Page, expect

from langdock_usage import charts
from tests.charts.test_explorers import CAUSE, DAILY, DAYS_OF_IT, DROP, SPIKE, budgets_and_days


def drawn(browser: Browser, folder: Path, *explorers: Any) -> Page:
    """A page with these charts, which asks nothing of the network."""
    page = browser.new_context(offline=True, viewport={"width": 900, "height": 800}).new_page()
    html = folder / "charts.html"
    frames = []
    for number, chart in enumerate(explorers):
        name = f"chart-{number}.html"
        chart.save(folder / name, inline=True, embed_options={"renderer": "svg"})
        frames.append(f'<iframe src="{name}" width="880" height="700"></iframe>')
    html.write_text("".join(frames))
    page.goto(html.as_uri())
    return page


def test_a_click_shows_what_explains_an_event_or_how_a_budget_is_spent(
    browser: Browser, tmp_path: Path
) -> None:
    of_events = charts.anomaly_explorer(DAILY, pd.DataFrame([DROP, SPIKE]))
    of_budgets = charts.budget_explorer(*budgets_and_days())
    page = drawn(browser, tmp_path, of_events, of_budgets)

    # two marks above the first day of the two events
    events = page.frame_locator("iframe").nth(0)
    told = events.locator(".headline_group text")
    expect(told.nth(0)).to_have_text("Batch \u00b7 gpt-5")
    expect(told.nth(1)).to_have_text(f"spike, {DAYS_OF_IT}: {CAUSE}")
    # of the key that had the spike a day has 10 USD, and of all keys 110
    first_day = events.locator(".by_day_of_event_group .mark-rect path").first
    expect(first_day).to_have_attribute("aria-label", re.compile(r"\$10\.00"))
    marks = events.locator(".by_day_group .mark-symbol path")
    expect(marks).to_have_count(2)
    marks.nth(0).click()
    expect(told.nth(0)).to_have_text("Sales")
    expect(told.nth(1)).to_contain_text("drop, ")
    expect(first_day).to_have_attribute("aria-label", re.compile(r"\$110\.00"))

    budgets = page.frame_locator("iframe").nth(1)
    heading = budgets.locator(".headline_group text").first
    expect(heading).to_have_text("workspace")
    label = budgets.locator(".role-axis-label text", has_text="Sales (team)").first
    rows = budgets.locator(".concat_0_group path.background").first
    box, plot = label.bounding_box(), rows.bounding_box()
    assert box and plot
    page.mouse.click(plot["x"] + plot["width"] / 2, box["y"] + box["height"] / 2)
    expect(heading).to_have_text("Sales (team)")
    page.context.close()
