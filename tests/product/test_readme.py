"""What the README shows works when it is copied."""

import re
import shlex
import shutil
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from typer.core import TyperGroup

from langdock_usage.cli.app import ORDER, app
from langdock_usage.cli.command_line import command_line
from langdock_usage.sandbox.service.server import Sandbox
from langdock_usage.windows import Period
from tests.support.command import LAST_MONTH, ROOT, YESTERDAY
from tests.support.documents import Block, Reader, blocks_of, read_page
from tests.support.fetching import fetch_from

README = read_page("README.md")
COMMANDS = command_line(app, ORDER)


def in_this_year(block: Block, sandbox: Sandbox) -> Block:
    """The same with a month that the sandbox still knows, and with its key."""
    text = block.text.replace("2026-10", f"{LAST_MONTH:%Y-%m}")
    return Block("sh", text.replace("sk-ld-...", sandbox.api_key), block.output, None)


@pytest.mark.slow
def test_shell_blocks_run_in_order(tmp_path: Path, live_sandbox: Sandbox) -> None:
    """From the first `fetch` on; to be quick, into a database that has the last month already."""
    known = Period(LAST_MONTH.replace(day=1), YESTERDAY)
    database = tmp_path / "data" / "langdock.duckdb"
    fetch_from(live_sandbox, database, known, now=datetime.now(UTC))
    reader = Reader(tmp_path, live_sandbox)
    for block in blocks_of("README.md", "sh"):
        if not block.not_run and "demo" not in block.text:
            reader.run(in_this_year(block, live_sandbox))
    reports = tmp_path / "reports" / f"{LAST_MONTH:%Y-%m}"
    assert (reports / "monthly_report.html").is_file()
    assert (reports / "monthly_report.de.html").is_file(), "as the text says"
    assert (tmp_path / "data" / "keys.csv").is_file()


@pytest.mark.slow
def test_demo_says_where_the_report_is_and_stays_by_itself(tmp_path: Path) -> None:
    [demo] = [block for block in blocks_of("README.md", "sh") if "demo" in block.text]
    html = tmp_path / Reader(tmp_path).run(demo).splitlines()[-1]
    assert html.is_file()
    assert html.is_relative_to(tmp_path / "reports" / "demo")
    assert {path.name for path in (tmp_path / "data").iterdir()} == {"demo.duckdb", "raw"}


def test_python_and_sql_blocks_run_in_order(tmp_path: Path, tiny_database: Path) -> None:
    (tmp_path / "data").mkdir()
    shutil.copyfile(tiny_database, tmp_path / "data" / "langdock.duckdb")
    reader = Reader(tmp_path)
    blocks = blocks_of("README.md", "python", "sql")
    assert len(blocks) == 2
    answers = [reader.run(block) for block in blocks]
    assert "claude-opus-5" in answers[-1]


def test_blocks_that_are_not_run_say_why_and_are_right() -> None:
    """Lines of a crontab and of a workflow have options that exist, `pip` installs our extras."""
    cron, workflow = blocks_of("README.md", "cron", "yaml")
    lines = [line.split(maxsplit=5)[5] for line in cron.text.splitlines()]
    lines += [step["run"] for step in yaml.safe_load(workflow.text)]
    parts = [part.strip() for line in lines for part in line.split("&&")]
    commands = [part for part in parts if "langdock-usage" in part]
    assert len(commands) == 5
    for command in commands:
        with pytest.raises(SystemExit) as ended:
            # an option that is not known is refused, though help is asked for
            COMMANDS([*shlex.split(command)[1:], "--help"])
        assert ended.value.code == 0, command
    assert {block.language for block in blocks_of("README.md") if block.not_run} == {
        "sh",
        "cron",
        "yaml",
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pages = README + read_page("CONTRIBUTING.md")
    for extras in re.findall(r"pip install -e '\.\[(.*?)\]'", pages):
        assert set(extras.split(",")) <= set(project["optional-dependencies"])


def test_table_of_commands_names_all_of_them() -> None:
    commands = set()
    for name, command in COMMANDS.commands.items():
        own = command.commands if isinstance(command, TyperGroup) else None
        commands |= {f"{name} {one}" for one in own} if own else {name}
    table = README.partition("| command | what it does |")[2].partition("\n\n")[0]
    named = re.findall(r"^\| `([a-z]+(?: [a-z]+)?)", table, re.MULTILINE)
    assert sorted(named) == sorted(commands)


def test_options_that_are_named_exist() -> None:
    groups = [one for one in COMMANDS.commands.values() if isinstance(one, TyperGroup)]
    commands = [COMMANDS, *COMMANDS.commands.values()]
    commands += [one for group in groups for one in group.commands.values()]
    options = {option for one in commands for param in one.params for option in param.opts}
    others = {"--help"}  # which every command has
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) - options == others


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_and_pictures_exist(page: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", read_page(page)):
        assert (ROOT / target).exists(), target


def test_picture_is_small_enough_to_load() -> None:
    picture = (ROOT / "docs" / "report.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 200_000
