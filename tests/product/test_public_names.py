"""What is public: exported, listed, and explained on a page."""

import importlib
import inspect
import re
from types import ModuleType

import pytest

import langdock_usage as lu
from langdock_usage import charts, errors
from tests.support.command import ROOT
from tests.support.documents import read_page

PAGES = "\n".join([read_page("README.md"), read_page("docs/views.md")])


def own_names(module: ModuleType) -> set[str]:
    """The public functions and classes that are defined in a module."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    }


def test_what_is_listed_is_there_and_nothing_else_is_shown() -> None:
    for module in (lu, charts):
        assert dir(module) == sorted(module.__all__)
        assert all(hasattr(module, name) for name in module.__all__)
    with pytest.raises(AttributeError, match="no attribute 'cost'"):
        _ = lu.cost


def test_every_chart_is_exported() -> None:
    folder = ROOT / "langdock_usage" / "charts"
    files = [*folder.glob("*.py"), *folder.glob("interactive/*explor*.py")]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    modules = [importlib.import_module(name) for name in names]
    found = [getattr(module, name) for module in modules for name in own_names(module)]
    drawing = {function.__name__ for function in found if draws_a_frame(function)}
    assert drawing == set(charts.__all__)


def draws_a_frame(function: object) -> bool:
    if not inspect.isfunction(function):
        return False
    signature = inspect.signature(function)
    first = next(iter(signature.parameters.values()), None)
    is_chart = str(signature.return_annotation).endswith("Chart")
    return is_chart and first is not None and "DataFrame" in str(first.annotation)


@pytest.mark.parametrize(
    "names",
    [
        sorted({f"lu.{name}" for name in lu.__all__} - {"lu.Usage", "lu.__version__", "lu.errors"}),
        [name for name, _ in inspect.getmembers(lu.Usage) if not name.startswith("_")],
        charts.__all__,
    ],
    ids=["langdock_usage", "Usage", "charts"],
)
def test_every_public_name_is_explained(names: list[str]) -> None:
    assert [name for name in names if not re.search(rf"`{name}`|\b{name}\b[.(]", PAGES)] == []


def test_every_error_is_in_the_tree_of_its_module() -> None:
    raised = {getattr(errors, name).__name__ for name in own_names(errors)}
    tree = re.findall(r"^[ │├└─]*(\w+)", errors.__doc__ or "", re.MULTILINE)
    assert raised - set(tree) == set()
