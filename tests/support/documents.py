"""The code blocks of a Markdown page, and what they do when a reader runs them in order."""

import contextlib
import io
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from langdock_usage.sandbox.service.server import Sandbox
from tests.support.command import ROOT, environment_of

BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<not_run>[^\n]+) -->\n)?"
    r"```(?P<language>\w+)\n(?P<text>.*?)^```$"
    r"(?:\n\n```text\n(?P<output>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
COMMAND = 'langdock-usage() { "$PYTHON" -m langdock_usage "$@"; }\n'
DATABASE = Path("data") / "langdock.duckdb"


@dataclass(frozen=True)
class Block:
    """A block of code, with the output that the page shows, or the reason why it is not run."""

    language: str
    text: str
    output: str | None
    not_run: str | None


def read_page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks_of(name: str, *languages: str) -> list[Block]:
    """The blocks of a page in order: all of them, or those in some languages."""
    return blocks_in(read_page(name), *languages)


def blocks_in(text: str, *languages: str) -> list[Block]:
    """The same of a part of a page."""
    found = [Block(**match.groupdict()) for match in BLOCK.finditer(text)]
    return [block for block in found if not languages or block.language in languages]


@dataclass
class Reader:
    """Runs blocks like a reader would, in a folder; Python blocks share their names."""

    folder: Path
    sandbox: Sandbox | None = None
    names: dict[str, object] = field(default_factory=dict)

    def run(self, block: Block) -> str:
        """What the block prints, or a failed assertion."""
        with contextlib.chdir(self.folder):
            match block.language:
                case "sh":
                    printed = self._in_a_shell(block.text)
                case "python":
                    printed = self._in_python(block.text)
                case "sql":
                    printed = self._in_duckdb(block.text)
                case other:
                    raise AssertionError(f"nobody knows how to run {other}:\n{block.text}")
        if block.output is not None:
            assert printed.rstrip() == block.output.rstrip()
        return printed

    def _in_a_shell(self, text: str) -> str:
        result = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", COMMAND + text],
            env=environment_of(self.sandbox) | {"PYTHON": sys.executable},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert result.returncode == 0, f"{text}\n{result.stderr}"
        return result.stdout

    def _in_python(self, text: str) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(text, self.names)
        return printed.getvalue()

    def _in_duckdb(self, text: str) -> str:
        attaches = "attach " in text
        with duckdb.connect("" if attaches else DATABASE, read_only=not attaches) as connection:
            return str(connection.sql(text))
