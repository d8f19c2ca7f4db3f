"""What people install: the wheel has all that it needs, far from any checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from langdock_usage import __version__
from tests.support.command import ROOT, environment_of
from tests.support.data.databases import csv_of, days
from tests.support.pages.report_html import summary_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed."""
    wheels, site = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = wheels.glob("*.whl")
    assert wheel.name == f"langdock_usage-{__version__}-py3-none-any.whl"
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*install, "--target", str(site), str(wheel)], check=True)
    return site


def test_load_and_report_from_an_empty_folder(site: Path, tmp_path: Path) -> None:
    """One day of the wheel's own command: database, report and notebook are all there."""
    (tmp_path / "export.csv").write_bytes(csv_of([{"total_cost_usd": "2.5"}], days("2026-10-05")))

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, str(site / "bin" / "langdock-usage"), *arguments],
            cwd=tmp_path,
            env=environment_of(None) | {"PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("load", "export.csv", "--timezone", "UTC")
    html = tmp_path / run("report", "--month", "2026-10").splitlines()[-1]
    assert summary_of(html.read_text(encoding="utf-8"))["total_cost_usd"] == "2.5"


def test_it_is_the_wheel_that_is_imported_and_nothing_of_the_tests_is_in_it(site: Path) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import langdock_usage; print(langdock_usage.__file__)"],
        cwd=site.parent,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(site)
    assert {path.name for path in site.iterdir()} == {
        "bin",
        "langdock_usage",
        f"langdock_usage-{__version__}.dist-info",
    }
