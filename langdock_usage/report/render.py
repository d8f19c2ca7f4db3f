"""notebook → papermill → one sealed HTML file."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from langdock_usage.errors import InvalidRequest, NotFinal, ReportError
from langdock_usage.files import atomic_write, remove_stale
from langdock_usage.report.kernel.execute import execute
from langdock_usage.report.kernel.process import KernelProcess, kernel_process
from langdock_usage.report.language import LANGUAGES, Language
from langdock_usage.report.monthly.open_month import OpenMonth, open_month
from langdock_usage.report.monthly.summary import shows_summary
from langdock_usage.report.notebooks import ASKED_REPORT, Notebook, is_notebook, read_notebook
from langdock_usage.report.previous_report import (
    moment_of_data,
    price_book_of,
    summary_in,
    summary_of_report,
)
from langdock_usage.report.sealed import for_jupyterlab, seal
from langdock_usage.report.sending.index import update_index
from langdock_usage.report.sending.mail import check_address, write_mail
from langdock_usage.report.sending.pdf import find_browser, print_pdf
from langdock_usage.windows import history_start

DEFAULT_NOTEBOOK = "monthly_report"


@dataclass(frozen=True, kw_only=True)
class ReportRequest:
    """What a report is about, and where it goes: the arguments of `render`."""

    database: Path
    month: str
    output: Path
    org_id: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    show_code: bool = False
    require_final: bool = False
    is_redacted: bool = False
    since: Path | None = None
    as_pdf: bool = False
    address: str | None = None

    @property
    def folder(self) -> Path | None:
        """The folder of reports that it goes into; None where `output` names a file."""
        return None if is_html_file(self.output) else self.output

    def html(self, notebook: Notebook, language: Language) -> Path:
        """The HTML file: where a file is named, that; else one in the folder of the month.

        In another language than the notebook's own, or redacted, the report is another file.
        """
        if self.folder is None:
            html = self.output
        else:
            own = notebook.defaults.get("language") or LANGUAGES[0]
            kinds = ["redacted"] * self.is_redacted + [language.code] * (language.code != own)
            html = self.output / self.month / ".".join([notebook.name, *kinds, "html"])
        if is_notebook(html.with_suffix(".ipynb")):
            raise InvalidRequest(
                f"The executed notebook would replace {html.with_suffix('.ipynb')}; "
                "choose another --output."
            )
        return html


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
    require_final: bool = False,
    is_redacted: bool = False,
    since: Path | None = None,
    as_pdf: bool = False,
    address: str | None = None,
    on_warning: Callable[[str], None] | None = None,
) -> Path:
    """Execute a notebook for a month; the path of the HTML file, the executed notebook beside it.

    `output` is a folder for reports, which go into `YYYY-MM/NAME.html` there, or the HTML file
    itself. In another language than the notebook's own it is `NAME.LANGUAGE.html`, and redacted
    (pseudonyms for keys, teams, cost centres and owners) `NAME.redacted.html`. `on_warning` is told
    what cells show that the file cannot hold. It is compared with the version before, or with the
    report in the file `since`. `as_pdf` prints it as well, beside it, and with an `address` there
    is a message to send.

    Raises InvalidRequest, NoData, StoreError (DatabaseMissing, DatabaseLocked), ReportError where
    the notebook fails, with `require_final` NotFinal, and with `is_redacted` PseudonymsError; then
    an older report stays as it was.
    """
    request = ReportRequest(
        database=database,
        month=month,
        output=output,
        org_id=org_id,
        parameters=parameters or {},
        show_code=show_code,
        require_final=require_final,
        is_redacted=is_redacted,
        since=since,
        as_pdf=as_pdf,
        address=address,
    )
    with kernel_process() as kernel:
        return render_notebook(read_notebook(name), request, kernel, on_warning)


def render_notebook(
    notebook: Notebook,
    request: ReportRequest,
    kernel: KernelProcess,
    on_warning: Callable[[str], None] | None = None,
) -> Path:
    """`render` of a notebook, in a kernel, that are there already."""
    given = notebook.typed(request.parameters)
    language = Language(
        str(given.get("language", notebook.defaults.get("language") or LANGUAGES[0]))
    )
    html = request.html(notebook, language)
    check_address(request.address)
    if request.as_pdf:
        find_browser()  # better now than after the report
    # Nobody can change the numbers halfway: the file is open while the notebook runs.
    with open_month(
        request.database, request.month, request.org_id, is_redacted=request.is_redacted
    ) as month:
        if request.require_final:
            _check_final(month)
        standard = _standard(request, month, html)
        known = {key: value for key, value in standard.items() if key in notebook.defaults}
        asked = {
            "database": str(request.database),
            "is_redacted": request.is_redacted,
            "notebook": notebook.name,
            "parameters": dict(request.parameters),
        }
        kernel.environment[ASKED_REPORT] = json.dumps(asked)
        kernel.database = request.database
        executed = execute(notebook, known | given, kernel)
        summary = None if shows_summary(executed) else month.summary()
    title = _title(notebook, language, month)
    sealed = seal(
        executed,
        summary,
        title,
        language,
        show_code=request.show_code,
        on_missing=on_warning,
    )
    _write(html, sealed, for_jupyterlab(executed))
    if request.folder:
        update_index(request.folder)
    if request.as_pdf:
        print_pdf(html)
    write_mail(html, summary or summary_in(sealed), title, language, request.address)
    return html


def _standard(request: ReportRequest, month: OpenMonth, html: Path) -> dict[str, object]:
    """The parameters that every notebook may have, with what the version before said.

    Raises InvalidRequest where that is no report.
    """
    before = summary_of_report(html)
    if request.since and not summary_of_report(request.since):
        raise InvalidRequest(f"{request.since} is no report that can be compared with.")
    earlier = request.since or (html if before else None)
    return {
        "database": str(month.usage.path),
        "month": request.month,
        "org_id": month.org_id,
        "earlier_report": moment_of_data(before, month.org_id),
        "earlier_file": earlier and str(earlier),
        "earlier_price_book": price_book_of(before, month.org_id),
    }


def _title(notebook: Notebook, language: Language, month: OpenMonth) -> str:
    name = f"report_titles.{notebook.name}"
    if notebook.name in language.texts("report_titles"):
        return language.text(name, month=language.month(month.first))
    return f"{notebook.name} {month.name}"


def _check_final(month: OpenMonth) -> None:
    objections = month.status().objections()
    if objections:
        advice = f"`langdock-usage fetch --month {month.name}` asks for it again."
        oldest = history_start(datetime.now(UTC).date())
        if month.first < oldest:
            advice = (
                f"the service has no days before {oldest} any more, but `langdock-usage load` "
                "adds an export that somebody kept."
            )
        raise NotFinal(
            f"{month.name} is not final, complete and reconciled: {'; '.join(objections)}. "
            f"Nothing was written; {advice}"
        )


def _write(path: Path, html: str, executed: Any) -> None:
    import nbformat

    text: Any = nbformat.writes  # has no types
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_stale(path.parent)
        for file, content in ((path.with_suffix(".ipynb"), text(executed)), (path, html)):
            with atomic_write(file) as unfinished:
                unfinished.write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ReportError(
            f"Cannot write the report into {path.parent}: {error.strerror}."
        ) from error
