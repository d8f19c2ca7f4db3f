"""Renews docs/report.png: the demo's report up to its first chart, in Chromium.

    python docs/make_picture.py

Takes what the tests need (`pip install -e '.[test]'`) and Debian's `chromium`.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).with_name("report.png")
WIDTH = 960  # pixels
MARGIN = 8  # pixels below the first chart


def draw() -> None:
    """Runs the demo in a folder of its own and takes the picture."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("LANGDOCK")}
        command = [sys.executable, "-m", "langdock_usage", "demo"]
        demo = subprocess.run(
            command, cwd=folder, env=inherited, stdout=subprocess.PIPE, text=True, check=True
        )
        html = Path(folder) / demo.stdout.splitlines()[-1]
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": WIDTH})
        page.goto(html.as_uri())
        chart = page.locator("svg.marks, canvas.marks").first
        chart.wait_for()
        box = chart.bounding_box()
        assert box is not None
        height = round(box["y"] + box["height"]) + MARGIN
        page.set_viewport_size({"width": WIDTH, "height": height})
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    draw()
