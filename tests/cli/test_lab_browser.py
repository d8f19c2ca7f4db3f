"""JupyterLab as an analyst meets it: started by the command, used in a browser."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import langdock_usage as lu
from tests.support.queries import rows

OCTOBER_DAYS = 31
CHARTS = 9


@pytest.fixture(scope="module")
def lab(year: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running `langdock-usage lab` on a year of usage; the address of its notebook."""
    folder = tmp_path_factory.mktemp("lab")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("LANGDOCK")}
    command = [sys.executable, "-m", "langdock_usage", "lab", "--db", str(year), "--"]
    options = ["--no-browser", "--allow-root", "--IdentityProvider.token="]
    options += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [*command, *options], cwd=folder, env=inherited | own, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api", server)
        yield f"{address}/lab/tree/notebooks/explore.ipynb?reset"
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError("JupyterLab did not start")


@pytest.fixture(scope="module")
def notebook(lab: str, browser: Browser) -> Iterator[Page]:
    """The notebook, executed from top to bottom."""
    page = browser.new_page(viewport={"width": 1400, "height": 9000})
    page.goto(lab)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator('[data-command="runmenu:run-all"]').click()
    page.locator(".vega-embed svg.marks").nth(CHARTS - 1).wait_for(timeout=60_000)
    yield page
    page.close()


def expect_total(page: Page, year: Path, first: str, last: str, model: str = "%") -> None:
    """Waits until the figure on top of the explorer is the cost of these days."""
    [(cost,)] = rows(
        year,
        "select sum(total_cost_usd) from daily_cost "
        f"where day between '{first}' and '{last}' and model like '{model}'",
    )
    figure = page.locator(".vega-embed svg.marks").first.locator("text").first
    expect(figure).to_have_text(f"${cost.quantize(Decimal('0.01')):,}")


def test_notebook_runs_without_an_error(notebook: Page) -> None:
    assert notebook.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0
    assert notebook.locator(".vega-embed svg.marks").count() == CHARTS
    assert notebook.get_by_text("2025-11-15 to 2026-11-14 (365 known)").count() == 1


def test_brush_over_days_filters_keys_and_figure(notebook: Page, year: Path) -> None:
    """The mouse goes over 20 and 21 October; then a double click lets go."""
    chart = notebook.locator(".vega-embed").first
    chart.scroll_into_view_if_needed()
    expect_total(notebook, year, "2026-10-01", "2026-10-31")
    keys_before = chart.locator(".by_key_group .mark-rect path").count()

    plot = chart.locator(".by_day_group path.background").first.bounding_box()
    assert plot
    day = plot["width"] / OCTOBER_DAYS
    height = plot["y"] + plot["height"] / 2
    notebook.mouse.move(plot["x"] + 18.5 * day, height)
    notebook.mouse.down()
    notebook.mouse.move(plot["x"] + 19.5 * day, height, steps=5)
    notebook.mouse.move(plot["x"] + 20.5 * day, height, steps=5)
    notebook.mouse.up()

    expect_total(notebook, year, "2026-10-20", "2026-10-21")
    assert chart.locator(".by_key_group .mark-rect path").count() <= keys_before

    notebook.mouse.dblclick(plot["x"] + 19.5 * day, height)
    expect_total(notebook, year, "2026-10-01", "2026-10-31")


def test_click_in_the_legend_leaves_one_model(notebook: Page, year: Path) -> None:
    chart = notebook.locator(".vega-embed").first
    chart.locator("svg .role-legend-label text", has_text="gpt-6-sol").click()
    expect_total(notebook, year, "2026-10-01", "2026-10-31", model="gpt-6-sol")


def click_row(chart: Locator, name: str) -> None:
    """Clicks in the middle of the row that an axis calls so."""
    chart.scroll_into_view_if_needed()
    label = chart.locator("svg .role-axis-label text", has_text=name).bounding_box()
    rows = chart.locator("svg .concat_0_group path.background").first.bounding_box()
    assert label and rows
    middle = rows["x"] + rows["width"] / 2
    chart.page.mouse.click(middle, label["y"] + label["height"] / 2)


def test_click_on_an_effect_shows_the_keys_behind_it(notebook: Page, year: Path) -> None:
    """The amount of the effect is that of the one row of all keys."""
    bridge = lu.open(year).bridge("2026-09", "2026-10", by=None)
    chart = notebook.locator(".vega-embed").nth(1)
    heading = chart.locator(".headline_group text").first
    expect(heading).to_contain_text("change_usd: ")
    click_row(chart, "volume_usd")
    expect(heading).to_contain_text("volume_usd: ")
    expect(heading).to_contain_text(f"{abs(bridge['volume_usd'].iloc[0]):,.2f}")


def test_click_on_a_level_leaves_its_band(notebook: Page) -> None:
    chart = notebook.locator(".vega-embed").nth(3)
    labels = chart.locator("svg .role-legend-label text")
    expect(labels).to_have_count(3)
    bands = chart.locator("svg .mark-area path")
    assert [bands.nth(n).get_attribute("opacity") for n in range(3)] == ["0.25"] * 3
    labels.nth(1).click()
    expect(bands.nth(0)).to_have_attribute("opacity", "0")
    assert sorted(bands.nth(n).get_attribute("opacity") or "" for n in range(3)) == [
        *("0", "0"),
        "0.25",
    ]
