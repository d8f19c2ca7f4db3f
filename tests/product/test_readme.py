"""Every command of the README works when it is copied."""

import re
import shlex
from pathlib import Path

from langdock_usage.sandbox.service.server import Sandbox
from tests.support.command import LAST_MONTH, ROOT, run

README = (ROOT / "README.md").read_text()


def commands() -> list[str]:
    """Every command of the README's blocks: in shells, in cron, in CI; `a && b` as two."""
    blocks = re.findall(r"```(?:sh|cron|yaml)\n(.*?)```", README, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    parts = [part.strip() for line in lines for part in line.split("&&")]
    return list(dict.fromkeys(part.removeprefix(".venv/bin/") for part in parts))


def test_every_command_works(tmp_path: Path, live_sandbox: Sandbox) -> None:
    """But for pip and pytest, which brought this test here, and with the sandbox's own key."""
    tried = [line for line in commands() if line.startswith("langdock-usage")]
    assert len(tried) >= 3
    for line in tried:
        current = line.replace("2026-10", f"{LAST_MONTH:%Y-%m}")
        result = run(tmp_path, *shlex.split(current)[1:], sandbox=live_sandbox)
        if "--require-final" in line and "is not final" in result.stderr:
            continue  # in the first days of a month
        assert result.returncode == 0, f"{line}\n{result.stderr}"
        if line == "langdock-usage demo":
            html = tmp_path / result.stdout.splitlines()[-1]
            assert html.is_file()
            assert html.is_relative_to(tmp_path / "reports" / "demo")
            assert {path.name for path in (tmp_path / "data").iterdir()} == {"demo.duckdb", "raw"}
    shell = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    others = [part.strip() for block in shell for part in re.split("&&|\n", block)]
    assert [line for line in others if line and not line.startswith("langdock-usage")] == [
        "python3 -m venv .venv",
        ". .venv/bin/activate",
        "pip install -e .",
        "export LANGDOCK_API_KEY=sk-ld-...",
        "pip install -e '.[test]'",
        "pytest",
    ]


def test_table_of_commands_names_all_of_them(tmp_path: Path) -> None:
    listed = re.findall(
        r"^  (\w+) ", run(tmp_path, "--help").stdout.partition("Commands:")[2], re.M
    )
    table = README.partition("| command | what it does |")[2].partition("\n\n")[0]
    assert listed
    assert set(listed) == set(re.findall(r"`(\w+)", table)) - {"template", "load"} | {"load"}


def test_links_and_pictures_exist() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
