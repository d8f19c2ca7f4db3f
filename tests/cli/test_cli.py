"""The command line as people and schedulers meet it."""

import json
import re
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from langdock_usage.errors import LangdockUsageError
from langdock_usage.sandbox.service.server import KEY_WITHOUT_SCOPE, Sandbox
from tests.support.command import LAST_MONTH, YESTERDAY, assert_refused, call, run
from tests.support.pages.notebooks import write_notebook


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["fetch"], 1, r"no API key.*LANGDOCK_API_KEY.*demo"),
        (["fetch", "--timezone", "Europe/Berlim"], 2, r"'Europe/Berlim'.*Europe/Berlin"),
        (["fetch", "--month", "2026-1"], 2, r"'2026-1' is not a month.*YYYY-MM"),
        (["fetch", "--from", "2026-10-01"], 2, r"--from and --to go together"),
        (["fetch", "--month", "2026-10", "--to", "2026-10-02"], 2, r"either --month or"),
        (["fetch", "--from", "2026-10-02", "--to", "2026-10-01"], 2, r"earlier day first"),
        (["report", "--month", "october"], 2, r"'october' is not a month"),
        (["report"], 1, r"no database at data/langdock.duckdb.*fetch"),
        (["report", "--months", "2026-10"], 2, r"'2026-10' is no range of months"),
        (["report", "--months", "2026-10..2026-09"], 2, r"earlier day first"),
        (["report", "--month", "2999-01"], 2, r"2999-01 is in the future"),
        (["report", "--month", "2026-10"], 1, r"no database at data/langdock.duckdb.*fetch"),
        (["report", "nope", "--month", "2026-10"], 2, r"no notebook 'nope'.*monthly_report"),
        (["report", "--month", "2026-10", "-p", "only"], 2, r"'-p' requires 2 arguments"),
        (["rebuild"], 1, r"no raw exports in data/raw/langdock"),
        (["status"], 1, r"no database at data/langdock.duckdb"),
        (["load", "nope.csv"], 1, r"nope.csv: No such file"),
    ],
)
def test_what_is_wrong_is_one_line(
    tmp_path: Path, arguments: list[str], status: int, reason: str
) -> None:
    assert_refused(call(tmp_path, *arguments), status, reason)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("sk-ld-wrong", "401.*LANGDOCK_API_KEY"),
        (KEY_WITHOUT_SCOPE, "403.*USAGE_EXPORT_API"),
        ("sk-ld-\nx", "characters"),
    ],
)
def test_key_that_is_refused(tmp_path: Path, live_sandbox: Sandbox, key: str, reason: str) -> None:
    result = call(tmp_path, "fetch", sandbox=live_sandbox, LANGDOCK_API_KEY=key)
    assert_refused(result, 1, reason)
    assert key not in result.stderr
    assert not (tmp_path / "data" / "langdock.duckdb").exists()


def test_key_is_not_sent_in_the_clear(tmp_path: Path) -> None:
    result = call(
        tmp_path, "fetch", LANGDOCK_API_KEY="sk-ld-x", LANGDOCK_BASE_URL="http://example.com"
    )
    assert_refused(result, 2, "must begin with https://")


def test_month_in_the_future_asks_nothing(tmp_path: Path, live_sandbox: Sandbox) -> None:
    before = len(live_sandbox.api_requests)
    result = call(tmp_path, "fetch", "--month", "2999-01", sandbox=live_sandbox)
    assert_refused(result, 2, r"2999-01-01 to 2999-01-31 lies in the future")
    assert len(live_sandbox.api_requests) == before


def test_traceback_only_for_debug_wherever_it_stands(tmp_path: Path) -> None:
    assert "Traceback" not in call(tmp_path, "rebuild").stderr
    for line in (["--debug", "rebuild"], ["rebuild", "--debug"], ["keys", "list", "--debug"]):
        with pytest.raises(LangdockUsageError):
            call(tmp_path, *line)
    result = run(tmp_path, *line)
    assert result.returncode == 1
    assert "Traceback" in result.stderr


@pytest.mark.slow
def test_the_whole_main_job(tmp_path: Path, live_sandbox: Sandbox) -> None:
    """Fetch over HTTP, database, report; to the last digit what the workspace itself says."""
    month = f"{LAST_MONTH:%Y-%m}"
    fetched = run(tmp_path, "fetch", "--month", month, sandbox=live_sandbox)
    assert fetched.returncode == 0, fetched.stderr
    assert f"{LAST_MONTH.day} days fetched" in fetched.stdout

    rendered = run(tmp_path, "report", "--month", month)
    assert rendered.returncode == 0, rendered.stderr
    html = tmp_path / rendered.stdout.splitlines()[-1]
    assert html == tmp_path / "reports" / month / "monthly_report.html"
    assert html.with_suffix(".ipynb").is_file()

    match = re.search(
        r'<script type="application/json" id="report-summary">(.*?)</script>', html.read_text()
    )
    assert match
    summary = json.loads(match[1])
    hours = [
        hour
        for hour in live_sandbox.workspace.hours()
        if f"{hour.hour.astimezone(ZoneInfo('Europe/Berlin')):%Y-%m}" == month
    ]
    total = sum((hour.total_cost_usd for hour in hours), Decimal(0))
    assert Decimal(summary["total_cost_usd"]) == total
    assert summary["requests"] == sum(hour.requests for hour in hours)
    for kind, field in (("keys", "api_key_id"), ("models", "model")):
        expected: dict[str, Decimal] = {}
        for hour in hours:
            name = getattr(hour, field)
            expected[name] = expected.get(name, Decimal(0)) + hour.total_cost_usd
        stated = {entry["id"]: Decimal(entry["total_cost_usd"]) for entry in summary[kind]}
        assert stated == expected

    unknown = call(tmp_path, "report", "--month", month, "-p", "langauge", "de")
    assert_refused(unknown, 2, r"no parameter 'langauge'; did you mean language\?")


@pytest.mark.slow
def test_database_that_another_process_has_open(tmp_path: Path, live_sandbox: Sandbox) -> None:
    database = tmp_path / "data" / "langdock.duckdb"
    day = str(YESTERDAY)
    call(tmp_path, "fetch", "--from", day, "--to", day, sandbox=live_sandbox)
    before = database.read_bytes()
    with duckdb.connect(database):
        result = run(tmp_path, "fetch", "--wait", "0", sandbox=live_sandbox)
        assert_refused(result, 1, "Another program has .* open; try again when it is closed")
    assert database.read_bytes() == before


@pytest.mark.slow
def test_notebook_that_fails_in_the_middle(tmp_path: Path, live_sandbox: Sandbox) -> None:
    day = str(YESTERDAY)
    call(tmp_path, "fetch", "--from", day, "--to", day, sandbox=live_sandbox)
    write_notebook(tmp_path / "notebooks", "broken", "database = None\nmonth = None", "1 / 0")
    result = run(tmp_path, "report", "broken", "--month", day[:7])
    assert_refused(result, 1, r"broken failed in the cell that begins '.*': ZeroDivision")
    assert not (tmp_path / "reports").exists()


def test_dotenv_that_is_no_utf_8(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("LANGDOCK_API_KEY=sk-Schlüssel".encode("latin-1"))
    assert_refused(call(tmp_path, "fetch"), 1, r"\.env cannot be read; save it as UTF-8 text\.")


def test_dotenv_in_the_working_directory(tmp_path: Path, live_sandbox: Sandbox) -> None:
    (tmp_path / ".env").write_text(
        f"LANGDOCK_API_KEY={live_sandbox.api_key}\nLANGDOCK_BASE_URL={live_sandbox.base_url}\n",
        encoding="utf-8-sig",  # as the Windows editor writes it
    )
    day = str(YESTERDAY)
    result = call(tmp_path, "fetch", "--from", day, "--to", day)
    assert result.returncode == 0, result.stderr
    assert "1 day fetched (" in result.stdout
