"""environment.yml gives conda users what pyproject.toml gives everyone."""

import re
import tomllib

import yaml

from tests.support.command import ROOT

CONDA_NAMES = {"duckdb": "python-duckdb", "isal": "python-isal", "tzdata": "python-tzdata"}


def test_conda_environment_is_that_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {f"python{project['requires-python']}"}
    for requirement in project["dependencies"]:
        match = re.match(r"[A-Za-z0-9-]+", requirement)
        assert match
        name = match[0]
        wanted.add(CONDA_NAMES.get(name, name) + requirement[len(name) :])

    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    listed = {entry for entry in environment["dependencies"] if isinstance(entry, str)}

    assert listed - {"pip"} == wanted
    assert {"pip": ["-e ."]} in environment["dependencies"]
