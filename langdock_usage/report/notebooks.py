"""Finding a notebook, and checking parameters against the ones that it has."""

import ast
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from langdock_usage.errors import InvalidRequest
from langdock_usage.report.kernel.import_jsonschema import import_jsonschema
from langdock_usage.settings import Settings

# What every report is about; the command line has options of its own for these.
STANDARD = ("database", "month", "org_id")

ASKED_REPORT = "LANGDOCK_USAGE_ASKED_REPORT"
"""The environment variable that tells a report's kernel, in JSON, which notebook it executes."""

# whatever kernel it was last open with
PYTHON = {"name": "python3", "language": "python", "display_name": "Python 3"}


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


@dataclass(frozen=True)
class Notebook:
    """A notebook that reports can be made of: it takes at least a database and a month."""

    name: str
    content: Any
    """As papermill takes it."""
    defaults: Mapping[str, object]
    """Its parameters, each with its value, or None where that is computed."""

    def typed(self, given: Mapping[str, str]) -> dict[str, object]:
        """Parameters for this notebook, with the types that `papermill -p` gives them.

        Raises InvalidRequest for one that it does not have: papermill would only warn.
        """
        for name in given:
            if name not in self.defaults:
                near = difflib.get_close_matches(name, self.defaults, n=1)
                hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(self.defaults)}."
                raise InvalidRequest(f"The notebook {self.name} has no parameter {name!r}; {hint}")
            if name in STANDARD:
                raise InvalidRequest(f"The parameter {name!r} has an option of its own; use that.")
        return {name: _typed(text) for name, text in given.items()}


def read_notebook(name: str) -> Notebook:
    """The notebook of this name. Raises InvalidRequest where no report can be made of it."""
    path = find_notebook(name)
    import_jsonschema()
    from papermill.inspection import inspect_notebook
    from papermill.iorw import load_notebook_node

    try:
        content = load_notebook_node(str(path))
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"{path} cannot be read as a notebook: {error}") from error
    content.metadata["kernelspec"] = PYTHON
    parameters = inspect_notebook(content)
    if not {"database", "month"} <= parameters.keys():
        raise InvalidRequest(
            f"The notebook {path.stem} needs a cell tagged `parameters` that sets database and "
            "month, each on a line of its own."
        )
    defaults = {name: _value(found["default"]) for name, found in parameters.items()}
    return Notebook(path.stem, content, defaults)


def _value(code: str) -> object:
    try:
        return ast.literal_eval(code)
    except (ValueError, SyntaxError):
        return None


def _typed(text: str) -> bool | int | float | str | None:
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
