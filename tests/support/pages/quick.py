"""A report without a kernel: the notebook's cells are run here, which takes half a second."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from altair.utils.schemapi import SchemaBase, debug_mode
from IPython.display import HTML, Markdown

from langdock_usage.charts import renderer
from langdock_usage.report.kernel.display import chart_bundle
from langdock_usage.report.language import Language
from langdock_usage.report.sealed import seal
from langdock_usage.store.connection import hold_open
from tests.support.command import ROOT

NOTEBOOK = ROOT / "notebooks" / "monthly_report.ipynb"


Bundle = tuple[dict[str, Any], dict[str, Any]]


def quick_report(
    database: Path,
    month: str,
    html: Path,
    language: str = "en",
    notebook_file: Path = NOTEBOOK,
    **more: object,
) -> Path:
    """The monthly report of a database, written to `html`."""
    book: Any = nbformat.v4
    notebook = nbformat.from_dict(nbformat.read(notebook_file, as_version=4))  # type: ignore[no-untyped-call]
    given = {"database": str(database), "month": month, "language": language, **more}
    scope: dict[str, Any] = {}
    # open all the while, as for the command: each question is answered sooner
    with hold_open(database), report_kernel() as shown, warnings.catch_warnings():
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            shown.clear()
            exec(cell.source, scope)
            if "parameters" in cell.metadata.get("tags", []):
                scope |= given
            cell.outputs = [
                book.new_output("display_data", data=data, metadata=metadata)
                for data, metadata in shown
            ]
    html.write_text(seal(notebook, None, "quick", Language(language)), encoding="utf-8")
    return html


@contextmanager
def report_kernel() -> Iterator[list[Bundle]]:
    """What a kernel that works for the sealed report would send."""
    shown: list[Bundle] = []

    def show(thing: Any, **options: Any) -> None:
        if isinstance(thing, HTML):
            shown.append(({"text/html": thing.data}, options["metadata"]))
        elif isinstance(thing, Markdown):
            shown.append(({"text/markdown": thing.data}, {}))
        else:
            shown.append(chart_bundle(thing))

    # checking charts against the schema takes a third of the time; tests/charts do it
    with pytest.MonkeyPatch.context() as patch, debug_mode(False):
        patch.setattr(SchemaBase, "validate", lambda *_, **__: None)
        patch.setattr(renderer, "show", show)
        yield shown
