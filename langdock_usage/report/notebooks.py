"""Finding a notebook, and checking parameters against the ones that it has."""

import ast
import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from langdock_usage.errors import InvalidRequest
from langdock_usage.report.kernel.quick_imports import without_uri_grammar
from langdock_usage.settings import Settings


def find_notebook(name: str) -> Path:
    """The notebook of this name: the working directory's or project's before the package's.

    Raises InvalidRequest, with the names that there are.
    """
    known = {path.stem: path for folder in reversed(list(_folders())) for path in _in(folder)}
    name = name.removesuffix(".ipynb")
    if name not in known:
        raise InvalidRequest(
            f"There is no notebook {name!r}; there is {', '.join(sorted(known)) or 'none'}."
        )
    return known[name]


def is_notebook(path: Path) -> bool:
    """Is this one of the notebooks that reports are made from?"""
    return path.exists() and any(path.resolve() in map(Path.resolve, _in(f)) for f in _folders())


def _folders() -> Iterator[Path]:
    package = Path(str(files("langdock_usage")))
    yield Path("notebooks").absolute()
    yield Settings.from_environment().project.absolute() / "notebooks"
    yield package / "notebooks"
    if (package.parent / "pyproject.toml").is_file():  # a clone, installed as editable
        yield package.parent / "notebooks"


def _in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ipynb")) if folder.is_dir() else []


def read_notebook(path: Path) -> Any:
    """The notebook as papermill takes it. Raises InvalidRequest if it is none."""
    with without_uri_grammar():
        import nbformat

    read: Any = nbformat.read  # has no types
    try:
        notebook = read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise InvalidRequest(f"{path} cannot be read as a notebook: {error}") from error
    notebook.metadata.setdefault(
        "papermill", {"default_parameters": {}, "parameters": {}, "environment_variables": {}}
    )
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
        cell.metadata.setdefault("papermill", {})
    return notebook


def parameter_defaults(notebook: Any, path: Path) -> dict[str, object]:
    """The names that the cell tagged `parameters` sets, each with its value, or None if computed.

    Raises InvalidRequest.
    """
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata["tags"]]
    if not cells:
        raise InvalidRequest(
            f"The notebook {path.stem} takes no parameters; it needs a cell tagged `parameters` "
            "that sets database and month."
        )
    try:
        statements = ast.parse(cells[0].source).body
    except SyntaxError as error:
        raise InvalidRequest(
            f"The cell tagged `parameters` of {path} is not Python: {error.msg}."
        ) from error
    pairs = (_assigned(statement) for statement in statements)
    return {name: value for name, value in pairs if name}


def _assigned(statement: ast.stmt) -> tuple[str, object]:
    if isinstance(statement, ast.Assign):
        target: ast.expr = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        return "", None
    if not isinstance(target, ast.Name) or statement.value is None:
        return "", None
    try:
        return target.id, ast.literal_eval(statement.value)
    except (ValueError, TypeError):
        return target.id, None


def check_parameters(given: Mapping[str, object], names: Collection[str], path: Path) -> None:
    """Refuse what the notebook does not have: papermill would only warn and use its default."""
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(names)}."
            raise InvalidRequest(f"The notebook {path.stem} has no parameter {name!r}; {hint}")


def typed(text: str) -> bool | int | float | str | None:
    """The value that `papermill -p` makes of a text; days and months stay text."""
    if text in {"True", "False"}:
        return text == "True"
    if text == "None":
        return None
    if re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?", text, re.ASCII):
        return float(text)
    return text
