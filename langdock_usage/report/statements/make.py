"""One statement: the sealed page, its executed notebook, and a workbook; from its own database."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langdock_usage.analysis.shares import Due, DueInCurrency, SharingRule
from langdock_usage.errors import LangdockUsageError, ReportError
from langdock_usage.report.language import LANGUAGES, Language
from langdock_usage.report.monthly.open_month import open_month
from langdock_usage.report.notebooks import Notebook
from langdock_usage.report.sealed import for_jupyterlab, seal
from langdock_usage.report.sending.pdf import print_pdf
from langdock_usage.report.statements.workbook import write_statement_workbook
from langdock_usage.report.wording.statement_texts import name_of
from langdock_usage.store.connection import hold_open
from langdock_usage.store.own_usage import Grouping
from langdock_usage.text import exact


@dataclass(frozen=True, kw_only=True)
class StatementRequest:
    """What a statement is about, and where it goes."""

    database: Path
    """Holds the usage of this team or cost centre alone."""
    month: str
    org_id: str
    per: Grouping
    rule: SharingRule
    due: Due
    in_currency: DueInCurrency | None
    html: Path
    notebook: Notebook
    parameters: Mapping[str, object]
    as_pdf: bool = False


@dataclass(frozen=True)
class MadeStatement:
    """What became of a statement: nothing to say, warnings, or an error."""

    error: LangdockUsageError | None = None
    warnings: tuple[str, ...] = ()


def make_statement(request: StatementRequest) -> MadeStatement:
    """Write the HTML file, the executed notebook and the workbook beside each other."""
    warnings: list[str] = []
    try:
        _make(request, warnings)
    except LangdockUsageError as error:
        return MadeStatement(error)
    except Exception as error:
        unexpected = f"Unexpected error: {type(error).__name__}: {error}"
        return MadeStatement(ReportError(unexpected))
    finally:
        request.database.unlink(missing_ok=True)
    return MadeStatement(warnings=tuple(warnings))


def _make(request: StatementRequest, warnings: list[str]) -> None:
    import nbformat

    from langdock_usage.report.kernel.same_process import execute_here

    write: Any = nbformat.writes  # has no types
    language = Language(str(request.parameters.get("language", LANGUAGES[0])))
    with (
        hold_open(request.database) as held,
        open_month(request.database, request.month, request.org_id) as month,
    ):
        held.execute("set threads = 1")  # others are made on the other processors
        standard = {
            "database": str(request.database),
            "month": request.month,
            "org_id": request.org_id,
            "per": request.per,
            "shared": request.rule,
            "shared_usd": exact(request.due.shared_usd),
        }
        if request.in_currency:
            standard["cost_in_currency"] = exact(request.in_currency.total_cost)
            standard["shared_in_currency"] = exact(request.in_currency.shared)
        executed = execute_here(request.notebook, standard | dict(request.parameters))
        workbook = request.html.with_suffix(".xlsx")
        write_statement_workbook(workbook, month, request.due, request.in_currency, request.per)
    title = language.text(
        "report_titles.team_statement",
        month=language.month(month.first),
        name=name_of(request.due.name, language),
    )
    page = seal(executed, None, title, language, on_missing=warnings.append)
    notebook = write(for_jupyterlab(executed))
    for file, text in ((request.html, page), (request.html.with_suffix(".ipynb"), notebook)):
        file.write_text(text, encoding="utf-8", newline="\n")
    if request.as_pdf:
        print_pdf(request.html)
