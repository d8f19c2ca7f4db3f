"""A report without a kernel: the notebook's cells are run here, which takes half a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest

from langdock_usage.charts import renderer
from langdock_usage.embedding import OURS
from langdock_usage.report.kernel.display import chart_bundle
from langdock_usage.report.language import Language
from langdock_usage.report.monthly import Month
from langdock_usage.report.sealed import seal
from langdock_usage.report.summary import summarise

NOTEBOOK = Path(__file__).parent.parent.parent / "notebooks" / "monthly_report.ipynb"


def quick_report(
    database: Path, month: str, html: Path, language: str = "en", **more: object
) -> Path:
    """The monthly report of a database, written to `html`."""
    book: Any = nbformat.v4
    notebook = nbformat.from_dict(nbformat.read(NOTEBOOK, as_version=4))  # type: ignore[no-untyped-call]
    given = {"database": str(database), "month": month, "language": language, **more}
    scope: dict[str, Any] = {}
    with _report_kernel() as shown:
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            shown.clear()
            exec(cell.source, scope)
            if "parameters" in cell.metadata.get("tags", []):
                scope |= given
            cell.outputs = [
                book.new_output("display_data", data={"text/html": text}, metadata=OURS)
                for text in shown
            ]
    summary = summarise(Month(database, month))
    html.write_text(seal(notebook, summary, "quick", Language(language)), encoding="utf-8")
    return html


@contextmanager
def _report_kernel() -> Iterator[list[str]]:
    """What a kernel that works for the sealed report would send."""
    shown: list[str] = []

    def show(thing: Any, **_: Any) -> None:
        shown.append(
            thing.data if hasattr(thing, "_repr_html_") else chart_bundle(thing)[0]["text/html"]
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renderer, "show", show)
        yield shown
