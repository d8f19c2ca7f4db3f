"""`--help`: every command, in the order in which one needs them; nothing cut, nothing left out."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup

from langdock_usage import __version__
from langdock_usage.cli.app import ORDER, app
from langdock_usage.cli.command_line import command_line
from langdock_usage.sandbox.service.faults import FAULTS
from langdock_usage.sandbox.workspace.billing import BILLING
from tests.support.command import run

ROOT = command_line(app, ORDER)


def commands(group: TyperGroup = ROOT, words: tuple[str, ...] = ()) -> Iterator[tuple[Any, Any]]:
    yield words, group
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


def help_of(words: tuple[str, ...], capsys: pytest.CaptureFixture[str], asked: str = "-h") -> str:
    with pytest.raises(SystemExit) as ended:
        ROOT([*words, asked], prog_name="langdock-usage", terminal_width=78)
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_first_steps_come_first_and_say_all_that_they_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = help_of((), capsys)
    assert text == help_of((), capsys, "--help")
    listed = re.findall(r"^  ([a-z]+)  ", text[text.index("Commands:") :], re.MULTILINE)
    assert listed[:4] == ["demo", "fetch", "report", "status"]
    assert set(listed) == set(ROOT.commands) >= {"load", "rebuild", "sandbox", "keys", "lab"}
    for option in ("--version", "--install-completion", "--show-completion", "-h, --help"):
        assert option in text


def test_nothing_is_cut_and_every_option_says_what_it_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words, command in commands():
        text = help_of(words, capsys)
        _usage, _blank, said = text.partition("\n\n")
        assert "..." not in said, text
        assert max(map(len, text.splitlines())) <= 80
        assert text.isascii(), words
        for param in command.params:
            assert param.help, (words, param.name)
            assert param.param_type_name == "argument" or param.opts[0] in text
        listed = " ".join(text.split())
        for sub in getattr(command, "commands", {}).values():
            assert " ".join(sub.help.split("\n\n")[0].split()) in listed, sub.name


def test_choices_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of(("sandbox",), capsys)
    for name in ("all", *FAULTS, *BILLING):
        assert re.search(rf"\b{name}\b", text), name


def test_version_and_completion(tmp_path: Path) -> None:
    asked = run(tmp_path, "--version")
    assert (asked.returncode, asked.stdout) == (0, f"langdock-usage {__version__}\n")

    def completed(line: str, word: int) -> list[str]:
        shell = {"_LANGDOCK_USAGE_COMPLETE": "complete_bash", "COMP_WORDS": line}
        return run(tmp_path, sandbox=None, COMP_CWORD=str(word), **shell).stdout.split()

    assert completed("langdock-usage re", 1) == ["report", "rebuild", "redact"]
    faults = completed("langdock-usage sandbox --fault s", 3)
    assert faults == ["server_error", "slow", "short_csv"]


def test_help_does_not_pay_for_what_it_does_not_use(tmp_path: Path) -> None:
    """Altair, papermill and nbconvert cost more than a second each to import, DuckDB a third."""
    heavy = ("altair", "papermill", "nbconvert", "pandas", "duckdb", "rich", "httpx", "numpy")
    code = (
        "import sys, langdock_usage.cli.app as cli; cli.command_line(cli.app, cli.ORDER); "
        f"print([name for name in {heavy} if name in sys.modules]); "
        "import langdock_usage.ingest.fetching.fetch; "
        f"print([name for name in {heavy[:4]} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert result.stdout.split("\n")[:2] == ["[]", "[]"]
