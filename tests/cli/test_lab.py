"""`langdock-usage lab`: which notebook and which database JupyterLab is given."""

import json
from pathlib import Path

import pytest

from langdock_usage.cli.lab import prepare
from langdock_usage.errors import DatabaseMissing
from langdock_usage.settings import DEFAULT_DATABASE
from tests.support.command import assert_refused, call, run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path


def test_the_notebook_of_the_package_becomes_ones_own(folder: Path) -> None:
    DEFAULT_DATABASE.touch()
    first = prepare(DEFAULT_DATABASE, is_given=False)
    assert first.notebook == Path("notebooks/explore.ipynb")
    assert first.database == folder / "data" / "langdock.duckdb"
    assert first.remarks == ("notebooks/explore.ipynb is yours: change it as you like.",)

    first.notebook.write_text("mine")
    assert prepare(DEFAULT_DATABASE, is_given=False).remarks == ()
    assert first.notebook.read_text() == "mine"


def test_without_a_database_of_ones_own_it_is_the_made_up_one(folder: Path) -> None:
    (folder / "data" / "demo.duckdb").touch()
    ready = prepare(DEFAULT_DATABASE, is_given=False)
    assert ready.database == folder / "data" / "demo.duckdb"
    assert "made-up" in ready.remarks[0]


def test_from_another_folder_it_is_the_notebook_of_the_project(folder: Path) -> None:
    DEFAULT_DATABASE.touch()
    ready = prepare(folder / DEFAULT_DATABASE, is_given=True, project=folder)
    assert ready.notebook == folder / "notebooks" / "explore.ipynb"
    assert ready.project == folder


def test_a_database_that_was_asked_for_has_to_be_there(folder: Path) -> None:
    (folder / "data" / "demo.duckdb").touch()
    with pytest.raises(DatabaseMissing, match="langdock-usage demo"):
        prepare(Path("other.duckdb"), is_given=True)
    assert not (folder / "notebooks").exists()


def test_command_says_what_is_missing(tmp_path: Path) -> None:
    assert_refused(call(tmp_path, "lab"), 1, "no database at data/langdock.duckdb; make one with")
    assert_refused(call(tmp_path, "lab", "--db", "x.duckdb"), 1, "no database at x.duckdb")


@pytest.mark.slow
def test_command_starts_jupyterlab_with_its_options(tmp_path: Path) -> None:
    (tmp_path / "my.duckdb").touch()
    options = ["-p", "8888", "--debug", "--show-config-json"]
    started = run(tmp_path, "lab", "--db", "my.duckdb", "--", *options)
    assert started.returncode == 0, started.stderr
    config = json.loads(started.stdout)
    assert config["p"] == "8888"
    assert config["ServerApp"]["log_level"] == "DEBUG"
    assert config["ServerApp"]["root_dir"] == str(tmp_path)
