"""Renews docs/views.md from the dictionary of columns, the docstrings and a new database.

    python docs/make_views.py

Everything above the line `GENERATED` is written by hand and stays as it is.
"""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import langdock_usage as lu
from langdock_usage import charts, columns
from langdock_usage.store.writing.store import Store

PAGE = Path(__file__).with_name("views.md")
GENERATED = "<!-- From here on made by `python docs/make_views.py` -->\n"


def public_functions(home: object) -> dict[str, Callable[..., object]]:
    """The public functions of a module, or the public methods of a class, by name."""
    members = inspect.getmembers(home, inspect.isfunction)
    return {name: function for name, function in members if not name.startswith("_")}


def list_of(heading: str, functions: Mapping[str, Callable[..., object]]) -> list[str]:
    """A section with the first line of what each function says of itself."""
    lines = [f"## {heading}", "", "| name | what it is |", "| --- | --- |"]
    for name, function in functions.items():
        lines += [f"| `{name}` | {(inspect.getdoc(function) or '').splitlines()[0]} |"]
    return [*lines, ""]


def renewed(page: str) -> str:
    """The page with its generated part made again."""
    by_hand = page.partition(GENERATED)[0]
    with TemporaryDirectory() as folder:
        database = Path(folder) / "empty.duckdb"
        Store(database).__exit__(None, None, None)
        described = lu.open(database).describe()
    sections = list_of("Questions in Python, to `lu.open(…)`", public_functions(lu.Usage))
    sections += list_of("Charts in Python, in `lu.charts`", public_functions(charts))
    for view, grain in columns.views().items():
        sections += [f"## {view}", "", grain, "", "| column | type | unit | meaning |"]
        sections += ["| --- | --- | --- | --- |"]
        own = described[described["view_name"] == view]
        for column, kind in zip(own["column_name"], own["data_type"], strict=True):
            unit = columns.unit_of(column, view) or ""
            meaning = columns.meaning_of(column, view)
            sections += [f"| `{column}` | {kind} | {unit} | {meaning} |"]
        sections += [""]
    return by_hand + GENERATED + "\n" + "\n".join(sections).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
