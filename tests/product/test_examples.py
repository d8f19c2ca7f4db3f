"""Every public function has an example in its docstring, and every example is true."""

import doctest
import inspect
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage import charts, periods
from langdock_usage.metrics.usage import Usage


def public_functions() -> list[Callable[..., Any]]:
    methods = [
        value for name, value in inspect.getmembers(Usage, callable) if not name.startswith("_")
    ]
    drawing = [getattr(charts, name) for name in charts.__all__]
    return [lu.open, lu.table, periods.as_period, *methods, *drawing]


@pytest.fixture(scope="module")
def project(tiny_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "data").mkdir()
    shutil.copyfile(tiny_database, folder / "data" / "langdock.duckdb")
    return folder


@pytest.mark.parametrize("function", public_functions(), ids=lambda f: f.__qualname__)
def test_example_is_true(
    function: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    monkeypatch.delenv("LANGDOCK_USAGE_DB", raising=False)
    names = {
        "lu": lu,
        "pd": pd,
        "usage": lu.open(),
        "charts": charts,
        function.__name__: function,
    }
    [test, *_] = doctest.DocTestFinder(recurse=False).find(function, globs=names)
    assert test.examples, f"{function.__qualname__} has no example"
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    assert runner.run(test, out=said.append).failed == 0, "".join(said)
