"""Every command of the README works when it is copied."""

import re
import shlex
from pathlib import Path

from langdock_usage.sandbox.server import Sandbox

from .test_cli import LAST_MONTH, ROOT, run

README = (ROOT / "README.md").read_text()


def commands() -> list[str]:
    """Every line of the README's shell blocks, `a && b` as two."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [part.strip() for line in lines for part in line.split("&&")]


def test_every_command_works(tmp_path: Path, live_sandbox: Sandbox) -> None:
    """But for pip and pytest, which brought this test here, and with the sandbox's own key."""
    tried = [line for line in commands() if line.startswith("langdock-usage")]
    assert len(tried) >= 3
    for line in tried:
        current = line.replace("2026-10", f"{LAST_MONTH:%Y-%m}")
        result = run(tmp_path, *shlex.split(current)[1:], sandbox=live_sandbox)
        assert result.returncode == 0, f"{line}\n{result.stderr}"
        if line == "langdock-usage demo":
            html = tmp_path / result.stdout.splitlines()[-1]
            assert html.is_file()
            assert html.is_relative_to(tmp_path / "reports" / "demo")
            assert {path.name for path in (tmp_path / "data").iterdir()} == {"demo.duckdb", "raw"}
    others = [line for line in commands() if line not in tried]
    assert others == [
        "pip install -e .",
        "export LANGDOCK_API_KEY=sk-ld-...",
        "pip install -e '.[test]'",
        "pytest",
    ]


def test_links_and_pictures_exist() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
