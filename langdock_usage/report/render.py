"""notebook → papermill → one sealed HTML file."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from langdock_usage.errors import InvalidRequest, LangdockUsageError, NotFinal, ReportError
from langdock_usage.report.earlier import moment_of_report
from langdock_usage.report.language import LANGUAGES, Language
from langdock_usage.report.monthly import Month
from langdock_usage.report.notebooks import (
    check_parameters,
    find_notebook,
    is_notebook,
    parameter_defaults,
    read_notebook,
    typed,
)
from langdock_usage.report.sealed import for_jupyterlab, prepare, seal
from langdock_usage.report.summary import summarise
from langdock_usage.report.verdict import Verdict
from langdock_usage.whole_file import whole_file
from langdock_usage.windows import history_start

DEFAULT_NOTEBOOK = "monthly_report"

# What every report is about; the command line has options of its own for these.
STANDARD = ("database", "month", "org_id")


@dataclass(frozen=True)
class Rendered:
    """What became of one of several reports: a file, or an error."""

    month: str
    html: Path | None = None
    error: LangdockUsageError | None = None
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class _Order:
    """A report that can be made: the notebook exists and knows its parameters."""

    name: str
    notebook: Any
    defaults: Mapping[str, object]
    given: Mapping[str, object]
    language: Language
    database: Path
    month: str
    output: Path
    org_id: str | None
    show_code: bool
    show_progress: bool
    require_final: bool
    on_warning: Callable[[str], None] | None

    @property
    def html(self) -> Path:
        """The HTML file: where a file is named, that; else one in the folder of the month.

        In another language than the notebook's own, the report is another file.
        """
        if is_html_file(self.output):
            return self.output
        own = self.defaults.get("language") or LANGUAGES[0]
        ending = "html" if self.language.code == own else f"{self.language.code}.html"
        return self.output / self.month / f"{self.name}.{ending}"


def is_html_file(output: Path) -> bool:
    """Is this the name of a report, not of a folder for reports?"""
    return output.suffix.lower() == ".html" and not output.is_dir()


def render(
    name: str = DEFAULT_NOTEBOOK,
    *,
    database: Path,
    month: str,
    output: Path,
    org_id: str | None = None,
    parameters: Mapping[str, str] | None = None,
    show_code: bool = False,
    show_progress: bool = False,
    require_final: bool = False,
    on_warning: Callable[[str], None] | None = None,
) -> Path:
    """Execute a notebook for a month; the path of the HTML file, the executed notebook beside it.

    `output` is a folder for reports, which go into `YYYY-MM/NAME.html` there, or the HTML file
    itself. In another language than the notebook's own it is `NAME.LANGUAGE.html`. `on_warning` is
    told what cells show that the file cannot hold.

    Raises InvalidRequest, NoData, StoreError (DatabaseMissing, DatabaseLocked), ReportError where
    the notebook fails, and with `require_final` NotFinal; then an older report stays as it was.
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
    language = Language(str(given.get("language", defaults.get("language") or LANGUAGES[0])))
    order = _Order(
        path.stem,
        notebook,
        defaults,
        given,
        language,
        database,
        month,
        output,
        org_id,
        show_code,
        show_progress,
        require_final,
        on_warning,
    )
    if is_notebook(order.html.with_suffix(".ipynb")):
        raise InvalidRequest(
            f"The executed notebook would replace {order.html.with_suffix('.ipynb')}; "
            "choose another --output."
        )
    return _make(order)


def render_many(
    name: str = DEFAULT_NOTEBOOK,
    *,
    months: Sequence[str],
    jobs: int | None = None,
    **options: Any,
) -> Iterator[Rendered]:
    """The reports of several months, a few at a time, each as soon as it is done.

    `options` are those of `render`. A month that fails does not keep the others from being made.
    """
    # Processes, because one that closes a file loses every lock that it has on it: in threads,
    # one report would let go of the database while another still needs it as it is.
    workers = ProcessPoolExecutor(
        min(jobs or os.cpu_count() or 1, len(months)), multiprocessing.get_context("spawn")
    )
    with workers:
        running = [workers.submit(_rendered, name, month, options) for month in months]
        for done in as_completed(running):
            yield done.result()


def _rendered(name: str, month: str, options: Mapping[str, Any]) -> Rendered:
    warnings: list[str] = []
    try:
        html = render(name, month=month, on_warning=warnings.append, **options)
    except LangdockUsageError as error:
        return Rendered(month, error=error)
    return Rendered(month, html=html, warnings=warnings)


def _make(order: _Order) -> Path:
    # Nobody can change the numbers halfway: the month keeps the file open while the notebook runs.
    with (
        Month(order.database, order.month, order.org_id, keep_open=True) as month,
        ThreadPoolExecutor(1) as aside,
    ):
        if order.require_final:
            _check_final(month)
        ready = aside.submit(
            prepare, order.language
        )  # takes a second, while the kernel works elsewhere
        executed = _execute(order, _values(order, month))
        ready.result()
    title = order.language.text("head.title", month=order.language.month(month.first))
    if order.name != DEFAULT_NOTEBOOK:
        title = f"{order.name} {order.month}"
    html = seal(
        executed,
        summarise(month),
        title,
        order.language,
        show_code=order.show_code,
        on_missing=order.on_warning,
    )
    return _write(order.html, html, for_jupyterlab(executed))


def _check_final(month: Month) -> None:
    objections = Verdict.of(month).objections()
    if objections:
        advice = f"`langdock-usage fetch --month {month.name}` asks for it again."
        oldest = history_start(datetime.now(UTC).date())
        if month.first < oldest:
            advice = (
                f"the service has no days before {oldest} any more, but `langdock-usage load` "
                "takes in an export that somebody kept."
            )
        raise NotFinal(
            f"{month.name} is not final, complete and reconciled: {'; '.join(objections)}. "
            f"Nothing was written; {advice}"
        )


def _values(order: _Order, month: Month) -> dict[str, object]:
    """The parameters of the notebook: those that it has of the standard ones, and those given."""
    standard = {
        "database": str(order.database),
        "month": order.month,
        "org_id": month.org_id,
        "earlier_report": moment_of_report(order.html, month.org_id),
    }
    known = {key: value for key, value in standard.items() if key in order.defaults}
    return known | dict(order.given)


def _execute(order: _Order, values: Mapping[str, object]) -> Any:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from langdock_usage.report.kernel.kernel import ReportKernelManager

    try:
        return papermill.execute_notebook(
            order.notebook,
            None,
            parameters=dict(values),
            kernel_name="python3",
            language="python",
            kernel_manager_class=ReportKernelManager,
            progress_bar=order.show_progress,
        )
    except PapermillExecutionError as error:
        what = " ".join(str(error.evalue).split())
        # by its words: papermill counts a cell more than the notebook has
        begins = next(filter(None, str(error.source).splitlines()), "")[:60]
        raise ReportError(
            f"The notebook {order.name} failed in the cell that begins {begins!r}: "
            f"{error.ename}: {what}"
        ) from error
    except RuntimeError as error:  # as papermill says that a kernel ended or never began
        raise ReportError(
            f"The process that ran the notebook {order.name} ended too early ({error}). "
            "Perhaps there was too little memory; try again with nothing else running."
        ) from error


def _write(path: Path, html: str, executed: Any) -> Path:
    import nbformat

    text: Any = nbformat.writes  # has no types
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for file, content in ((path.with_suffix(".ipynb"), text(executed)), (path, html)):
            with whole_file(file) as unfinished:
                unfinished.write_text(content, encoding="utf-8", newline="\n")
        return path
    except OSError as error:
        raise ReportError(
            f"Cannot write the report into {path.parent}: {error.strerror}."
        ) from error
