"""The command `export`: into files, into a pipe, for every period."""

import csv
import io
import os
import subprocess
import sys
from codecs import BOM_UTF8
from pathlib import Path

import openpyxl
import pytest

from langdock_usage.writers.views import GRAINS
from tests.support.command import assert_refused, call
from tests.support.data.databases import DatabaseBuilder, days


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of three days, whose keys have names that no code page holds."""
    folder = tmp_path_factory.mktemp("export")
    database = folder / "data" / "langdock.duckdb"
    with DatabaseBuilder(database) as builder:
        for day in ("2026-08-31", "2026-09-30", "2026-10-05"):
            rows = [{"api_key_id": f"key_{n}", "api_key_name": "\u6771\u4eac"} for n in range(800)]
            builder.add(days(day), *rows)
    return folder


def months_in(content: str) -> set[str]:
    return {row["window_start"][:7] for row in csv.DictReader(io.StringIO(content))}


def test_into_a_file(folder: Path) -> None:
    done = call(folder, "export", "cost_per_key", "--month", "2026-10", "--format", "xlsx")
    assert (done.returncode, done.stdout) == (0, "cost_per_key-2026-10.xlsx\n"), done.stderr
    sheet = openpyxl.load_workbook(folder / "cost_per_key-2026-10.xlsx").active
    assert sheet and sheet.max_row == 801
    done = call(folder, "export", "usage", "--from", "2026-09-01", "--to", "2026-10-09")
    assert done.stdout == "usage-2026-09-01_2026-10-09.csv\n"
    assert (folder / "usage-2026-09-01_2026-10-09.csv").read_bytes().startswith(BOM_UTF8)
    done = call(folder, "export", "cost_per_model", "--from", "2026-09-01")
    assert done.stdout == "cost_per_model-from-2026-09-01.csv\n", done.stderr
    assert len((folder / "cost_per_model-from-2026-09-01.csv").read_text().splitlines()) == 1 + 2


@pytest.mark.parametrize(
    ("options", "months"),
    [
        (["--from", "2026-09-01"], {"2026-09", "2026-10"}),
        (["--to", "2026-09-30"], {"2026-08", "2026-09"}),
        (["--period", "2026-10-05"], {"2026-10"}),
        ([], {"2026-08", "2026-09", "2026-10"}),
    ],
)
def test_any_period_to_standard_output(folder: Path, options: list[str], months: set[str]) -> None:
    before = set(folder.iterdir())
    done = call(folder, "export", "usage", *options, "-o", "-")
    assert done.returncode == 0
    assert all(line.startswith("Warning: ") for line in done.stderr.splitlines())
    assert done.stdout.startswith("org_id,")  # no byte order mark, and nothing said before
    assert len(done.stdout.splitlines()) == 1 + 800 * len(months)
    assert "\u6771\u4eac" in done.stdout
    assert months_in(done.stdout) == months
    assert set(folder.iterdir()) == before


def test_reader_that_leaves_early(folder: Path) -> None:
    """As `| head -1` does, while there is more than a pipe holds."""
    command = [sys.executable, "-m", "langdock_usage", "export", "usage", "-o", "-"]
    with subprocess.Popen(
        command, cwd=folder, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline().startswith(b"org_id,")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_list_names_every_view_without_a_database(tmp_path: Path) -> None:
    done = call(tmp_path, "export", "--list")
    assert (done.returncode, done.stderr) == (0, "")
    views = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert set(views) == set(GRAINS)
    assert views["cost_per_key"] == "One row per month, workspace and API key."
    assert views["exports"] == "One row per export that was added, kept forever."


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "Say which view; `langdock-usage export --list` names them"),
        (["usage", "-o", "-", "--format", "xlsx"], "Standard output takes CSV alone"),
        (["usage", "-o", "a.csv", "--format", "xlsx"], "a.csv does not end in .xlsx"),
        (["usage", "--month", "2026-10", "--to", "2026-10-05"], "Give either --month, or"),
        (["usage", "--period", "2026-10", "--from", "2026-10-05"], "Give either --month, or"),
        (["usage", "--month", "october"], "'october' is not a month"),
        (["cost_per_key", "--from", "2026-09-15"], "goes by month; ask for whole months"),
    ],
)
def test_mistakes_are_one_line(folder: Path, arguments: list[str], reason: str) -> None:
    assert_refused(call(folder, "export", *arguments), 2, reason)
