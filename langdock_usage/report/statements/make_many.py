"""The statements of a month: one for each team or cost centre, all of them or none."""

import gc
import multiprocessing
import os
import secrets
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langdock_usage.analysis.shares import SharingRule
from langdock_usage.errors import InvalidRequest, ReportError
from langdock_usage.files import temporary_folder
from langdock_usage.report.kernel.process import end_with_parent
from langdock_usage.report.language import LANGUAGES, Language
from langdock_usage.report.monthly.open_month import open_month
from langdock_usage.report.notebooks import Notebook, read_notebook
from langdock_usage.report.render_many import CAN_FORK, PRELOAD
from langdock_usage.report.sending.index import INDEX, update_index
from langdock_usage.report.sending.pdf import find_browser
from langdock_usage.report.statements.dues import dues_in_currency, dues_of_month
from langdock_usage.report.statements.file_names import file_names
from langdock_usage.report.statements.folder import CONTROL, FOLDER, replace_statements
from langdock_usage.report.statements.make import StatementRequest, make_statement
from langdock_usage.report.statements.workbook import write_control_sheet
from langdock_usage.store.own_usage import Grouping, OwnUsage, own_usage
from langdock_usage.windows import parse_month

NOTEBOOK = "team_statement"
OWN_PARAMETERS = ("per", "shared", "shared_usd", "cost_in_currency", "shared_in_currency")
_PRELOAD = ("langdock_usage.report.kernel.same_process", "langdock_usage.report.statements.make")

Tell = Callable[[str], None]
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class StatementsRequest:
    """Which statements, and where they go."""

    database: Path
    month: str
    per: Grouping
    output: Path
    rule: SharingRule = "none"
    org_id: str | None = None
    parameters: Mapping[str, str]
    is_redacted: bool = False
    as_pdf: bool = False


def make_statements(request: StatementsRequest, on_warning: Tell, on_progress: OnProgress) -> Path:
    """Write `YYYY-MM/statements/NAME.html`, `.ipynb` and `.xlsx` for each, and `control.xlsx`.

    The folder. What an earlier run wrote there is replaced. Raises InvalidRequest, NoData,
    StoreError, PseudonymsError, ReportError; then nothing is written.
    """
    notebook = read_notebook(NOTEBOOK)
    parameters = _parameters(notebook, request.parameters)
    folder = request.output / request.month / FOLDER
    if request.as_pdf:
        find_browser()  # better now than after the statements
    with open_month(
        request.database, request.month, request.org_id, is_redacted=request.is_redacted
    ) as month:
        dues = dues_of_month(month, request.per, request.rule)
        currency = parameters.get("currency")
        converted = (
            dues_in_currency(month, request.per, request.rule, str(currency)) if currency else {}
        )
        names = file_names([due.name for due in dues], (CONTROL, Path(INDEX).stem))
        for name, file in names.items():
            if file != name:
                on_warning(f"The statement of {name!r} is called {file!r}.")
        with temporary_folder() as made:
            requests = [
                StatementRequest(
                    # a number would tell how many cost more
                    database=made / f"{secrets.token_hex(8)}.duckdb",
                    month=request.month,
                    org_id=month.org_id,
                    per=request.per,
                    rule=request.rule,
                    due=due,
                    in_currency=converted.get(due.name),
                    html=made / f"{names[due.name]}.html",
                    notebook=notebook,
                    parameters=parameters,
                    as_pdf=request.as_pdf,
                )
                for due in dues
            ]
            days = parse_month(request.month)
            with own_usage(month.usage.path, request.per, month.org_id, days) as own:
                for warning in _make_all(own, requests, on_progress):
                    on_warning(warning)
            control = made / f"{CONTROL}.xlsx"
            whole = request.month, month.org_id, request.rule
            write_control_sheet(control, dues, converted, *whole)
            replace_statements(folder, made)
    update_index(request.output)
    return folder


def _parameters(notebook: Notebook, given: Mapping[str, str]) -> dict[str, object]:
    parameters = notebook.typed(given)
    for name in OWN_PARAMETERS:
        if name in parameters:
            raise InvalidRequest(f"The parameter {name!r} is set by `statements` itself.")
    Language(str(parameters.get("language", LANGUAGES[0])))  # there is such a language
    return parameters


def _make_all(
    own: OwnUsage, requests: Sequence[StatementRequest], on_progress: OnProgress
) -> list[str]:
    """Make statements, several at a time; what has to be said of them. Raises ReportError."""
    warnings: list[str] = []
    with _processes(min(len(requests), os.cpu_count() or 1)) as pool:
        running = []
        for request in requests:  # their databases are made while others are rendered
            own.write(request.due.name, request.database)
            running.append(pool.submit(make_statement, request))
        for done, future in enumerate(running, start=1):
            made = future.result()
            if made.error:
                raise made.error
            warnings += made.warnings
            on_progress(done, len(requests))
    return list(dict.fromkeys(warnings))


@contextmanager
def _processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that have imported everything once, and make one statement after the other."""
    context: Any = multiprocessing.get_context("forkserver" if CAN_FORK else "spawn")
    if CAN_FORK:
        context.set_forkserver_preload([*PRELOAD, *_PRELOAD])
    with ProcessPoolExecutor(count, context, initializer=_begin) as pool:
        try:
            yield pool
        except BrokenProcessPool as error:
            raise ReportError(
                "A process that made statements ended too early. Perhaps there was too little "
                "memory; try again with nothing else running."
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _begin() -> None:
    """On Ctrl-C the command ends its processes, and they end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["LANGDOCK_API_KEY"] = ""  # notebooks do not ask the service
    end_with_parent()
    gc.freeze()  # or each search for garbage goes through all that was imported
