"""From an executed notebook to one HTML file that needs nothing else and lets nothing else run."""

import copy
import json
import re
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from langdock_usage.embedding import (
    CHART,
    JUPYTERLAB_MIME,
    OURS,
    embedded_chart,
    embedded_json,
    source_hash,
)
from langdock_usage.escaping import FORMULA
from langdock_usage.report.language import Language
from langdock_usage.report.monthly.summary import element
from langdock_usage.report.sanitize_outputs import sanitize_outputs
from langdock_usage.report.vega import vega_locale, vega_script

HEADING = re.compile(r'<h2 id="([^"]*)" data-contents="([^"]*)">')


def seal(
    notebook: Any,
    summary: Mapping[str, object] | None,
    title: str,
    language: Language,
    *,
    show_code: bool = False,
    on_missing: Callable[[str], None] | None = None,
) -> str:
    """The HTML of an executed notebook; `summary` is None where the notebook shows it itself.

    `on_missing` is told what the page cannot show, and in which cell it stands.
    """
    exporter = _exporter()
    sanitized = sanitize_outputs(notebook, language, show_code=show_code)
    if on_missing:
        for missing in dict.fromkeys(sanitized.missing):
            on_missing(missing)
    style = _template_file("report.css")
    script = f"{vega_script()}\n{_template_file('report.js')}"
    datasets: dict[str, object] = {}
    words = language.texts("words")
    page = {
        "datasets": datasets,
        "words": words,
        "language": language.code,
        "decimal": language.decimal_separator,
        "formula": FORMULA,
        **vega_locale(language.code),
    }
    resources: dict[str, dict[str, object]] = {
        "report": {
            "language": language.code,
            "title": title,
            "words": words,
            "show_code": show_code,
            "policy": _policy(script, style, *sanitized.styles),
            "style": style,
            "script": script,
            "contents": _contents(sanitized.notebook),
            "summary": "" if summary is None else element(summary),
            "page": "",
        }
    }
    _share_data(sanitized.notebook, datasets)
    resources["report"]["page"] = embedded_json(page)
    html, _ = exporter.from_notebook_node(sanitized.notebook, resources=resources)
    return str(html)


def for_jupyterlab(notebook: Any) -> Any:
    """The executed notebook with its charts as JupyterLab draws them."""
    notebook = copy.deepcopy(notebook)
    for data in _html_outputs(notebook):
        chart = CHART.fullmatch(data["text/html"].strip())
        if chart:
            del data["text/html"]
            data[JUPYTERLAB_MIME] = json.loads(chart[1])
    return notebook


def _contents(notebook: Any) -> list[tuple[str, str]]:
    """The id and the short title of each section; both are HTML that our own templates made."""
    return [
        (heading[1], heading[2])
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if OURS.items() <= output.get("metadata", {}).items()
        for heading in HEADING.finditer(output.data.get("text/html", ""))
    ]


def _share_data(notebook: Any, datasets: dict[str, object]) -> None:
    """Take each dataset out of its charts: charts over one table share it."""

    def without_data(text: str) -> str:
        spec = json.loads(text)
        for name, rows in spec.get("datasets", {}).items():
            if datasets.setdefault(name, rows) == rows:  # else another chart's of the same name
                spec["datasets"][name] = None
        return embedded_chart(spec)

    for data in _html_outputs(notebook):
        data["text/html"] = CHART.sub(lambda chart: without_data(chart[1]), data["text/html"])


def _html_outputs(notebook: Any) -> list[Any]:
    return [
        output.data
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]


def _policy(script: str, *styles: str) -> str:
    hashes = " ".join(map(source_hash, dict.fromkeys(styles)))
    return (
        f"default-src 'none'; script-src {source_hash(script)}; style-src {hashes}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _exporter() -> Any:
    """One for all reports of a process: it compiles its templates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of nbconvert's own imports
        from nbconvert.exporters.templateexporter import TemplateExporter

    exporter: Any = TemplateExporter
    return exporter(
        template_name="template",
        template_file="index.html.j2",
        extra_template_basedirs=[str(files(__package__))],
        default_preprocessors=[],  # they have nothing to do, and each checks the whole notebook
    )


def _template_file(name: str) -> str:
    return files(__package__).joinpath("template", name).read_text(encoding="utf-8")
