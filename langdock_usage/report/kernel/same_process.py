"""Executing notebooks in this process, one after the other: a kernel for each costs too much."""

import io
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from typing import Any

from langdock_usage.report.kernel.failed_cell import failed_cell
from langdock_usage.report.kernel.import_jsonschema import import_jsonschema
from langdock_usage.report.notebooks import Notebook

import_jsonschema()  # before papermill imports it

import nbformat  # noqa: E402
from IPython.core.displayhook import CapturingDisplayHook  # noqa: E402
from IPython.core.displaypub import CapturingDisplayPublisher  # noqa: E402
from IPython.core.interactiveshell import InteractiveShell  # noqa: E402
from papermill.parameterize import parameterize_notebook  # noqa: E402


def execute_here(notebook: Notebook, parameters: Mapping[str, object]) -> Any:
    """The executed notebook, which sees nothing of those before it.

    Raises ReportError where a cell fails.
    """
    executed = parameterize_notebook(notebook.content, dict(parameters))
    shell = _shell()
    try:
        for cell in executed.cells:
            if cell.cell_type == "code":
                cell.outputs, error = _run(shell, cell.source)
                if error is not None:
                    name, text = type(error).__name__, str(error)
                    raise failed_cell(notebook.name, cell.source, name, text) from error
    finally:
        shell.reset(new_session=True)
    return executed


@cache
def _shell() -> Any:
    make: Any = InteractiveShell
    shell = make.instance()
    shell.history_manager.enabled = False
    shell.extension_manager.load_extension("langdock_usage.report.kernel.display")
    return shell


# IPython has no types for these two
_publisher: Any = CapturingDisplayPublisher
_hook: Any = CapturingDisplayHook


def _run(shell: Any, source: str) -> tuple[list[Any], BaseException | None]:
    """What a cell shows, in its order, and then what it prints; and why it failed."""
    node: Any = nbformat.from_dict  # `new_output` checks each by itself, and all are checked later
    publisher = _publisher()
    shell.display_pub = publisher
    shell.display_trap.hook = _hook(shell, publisher.outputs)
    printed, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(complained):
        result = shell.run_cell(source, store_history=False)
    outputs = [
        node(
            {
                "output_type": "display_data",
                "data": one["data"],
                "metadata": one["metadata"] or {},
            }
        )
        for one in publisher.outputs
    ]
    for name, text in (("stdout", printed.getvalue()), ("stderr", complained.getvalue())):
        if text:
            outputs.append(node({"output_type": "stream", "name": name, "text": text}))
    return outputs, result.error_before_exec or result.error_in_exec
