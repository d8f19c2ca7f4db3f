"""notebook → papermill → one sealed HTML file."""

import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .errors import InvalidRequest, ReportError
from .language import Language
from .monthly import Month
from .notebooks import check_parameters, find_notebook, parameter_defaults, read_notebook, typed
from .sealed import for_jupyterlab, prepare, seal
from .summary import summarise

DEFAULT_NOTEBOOK = "monthly_report"

# What every report is about; the command line has options of its own for these.
STANDARD = ("database", "month", "org_id")


def render(
    name: str = DEFAULT_NOTEBOOK,
    *,
    database: Path,
    month: str,
    output: Path,
    org_id: str | None = None,
    parameters: Mapping[str, str] | None = None,
    show_progress: bool = False,
) -> Path:
    """Execute a notebook for a month; the path of the HTML file, the executed notebook beside it.

    Raises InvalidRequest, NoData, DatabaseMissing, DatabaseLocked, and ReportError where the
    notebook fails; then an older report stays as it was.
    """
    path = find_notebook(name)
    notebook = read_notebook(path)
    defaults = parameter_defaults(notebook, path)
    given = {key: typed(value) for key, value in (parameters or {}).items()}
    check_parameters(given, defaults, path)
    for key in STANDARD:
        if key in given:
            raise InvalidRequest(f"The parameter {key!r} has an option of its own; use that.")
    if not {"database", "month"} <= defaults.keys():
        raise InvalidRequest(f"The notebook {path.stem} needs the parameters database and month.")
    language = Language(str(given.get("language", defaults.get("language") or "en")))
    # Held open while the notebook runs, so that nobody can change the numbers halfway.
    with Month(database, month, org_id) as held, ThreadPoolExecutor(1) as aside:
        standard = {"database": str(database), "month": month, "org_id": held.org_id}
        values = {key: value for key, value in standard.items() if key in defaults} | given
        ready = aside.submit(prepare)  # takes a second, while the kernel works elsewhere
        executed = _execute(notebook, path, values, show_progress)
        ready.result()
        html = seal(executed, summarise(held), f"{path.stem} {month}", language.code)
    return _write(output / month, path.stem, html, for_jupyterlab(executed))


def _execute(notebook: Any, path: Path, values: Mapping[str, object], progress: bool) -> Any:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from .kernel import ReportKernelManager

    try:
        return papermill.execute_notebook(
            notebook,
            None,
            parameters=dict(values),
            kernel_name="python3",
            language="python",
            kernel_manager_class=ReportKernelManager,
            progress_bar=progress,
        )
    except PapermillExecutionError as error:
        what = " ".join(str(error.evalue).split())
        raise ReportError(
            f"The notebook {path.stem} failed in cell In [{error.exec_count}]: "
            f"{error.ename}: {what}"
        ) from error


def _write(folder: Path, name: str, html: str, executed: Any) -> Path:
    import nbformat

    text: Any = nbformat.writes  # has no types
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / f"{name}.ipynb", text(executed))
        return _replace(folder / f"{name}.html", html)
    except OSError as error:
        raise ReportError(f"Cannot write the report into {folder}: {error.strerror}.") from error


def _replace(path: Path, text: str) -> Path:
    """Write a file whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        return Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
