"""Executing a notebook with papermill."""

import logging
from collections.abc import Mapping
from typing import Any

from langdock_usage.errors import ReportError
from langdock_usage.report.kernel.failed_cell import failed_cell
from langdock_usage.report.kernel.process import KernelProcess
from langdock_usage.report.notebooks import Notebook


def execute(notebook: Notebook, parameters: Mapping[str, object], kernel: KernelProcess) -> Any:
    """The executed notebook. Raises ReportError where a cell fails, or the kernel ends."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from langdock_usage.report.kernel.kernel import kernel_manager

    # what it would say of a kernel that ended stands in the error, if anybody is still to hear it
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    try:
        return papermill.execute_notebook(
            notebook.content,
            None,
            dict(parameters),
            kernel_manager_class=kernel_manager(kernel),
            progress_bar=False,
        )
    except PapermillExecutionError as error:
        source, name, text = str(error.source), str(error.ename), str(error.evalue)
        raise failed_cell(notebook.name, source, name, text) from error
    except RuntimeError as error:  # as papermill says that a kernel ended or never began
        raise ReportError(
            f"The process that ran the notebook {notebook.name} ended too early ({error}). "
            "Perhaps there was too little memory; try again with nothing else running."
        ) from error
