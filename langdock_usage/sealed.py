"""From an executed notebook to one HTML file that needs nothing else and lets nothing else run."""

import base64
import copy
import hashlib
import json
import re
import warnings
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from .embedding import CHART, JUPYTERLAB_MIME, embedded_chart, embedded_json
from .harmless import FORMULA
from .language import Language
from .made_once import vega, vega_locale

PANDAS_STYLE = "<style scoped>"


def seal(
    notebook: Any,
    summary: Mapping[str, object],
    title: str,
    language: Language,
    *,
    show_code: bool = False,
) -> str:
    """The HTML of an executed notebook, whose charts must stand in it as text."""
    exporter = _exporter()
    style = _template_file("report.css")
    script = f"{vega()}\n{_template_file('report.js')}"
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
            "policy": _policy(script, style),
            "style": style,
            "script": script,
            "summary": embedded_json(summary),
            "page": "",
        }
    }
    shared = _with_shared_data(notebook, datasets, language.unknown)
    resources["report"]["page"] = embedded_json(page)
    html, _ = exporter.from_notebook_node(shared, resources=resources)
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


def prepare(language: Language) -> None:
    """Do beforehand what takes a second and is the same for every report."""
    vega()
    vega_locale(language.code)
    _exporter()


def _with_shared_data(notebook: Any, datasets: dict[str, object], unknown: str) -> Any:
    """The notebook with each dataset taken out of its charts: charts over one table share it."""

    def without_data(text: str) -> str:
        spec = json.loads(text)
        datasets.update(spec.get("datasets", {}))
        spec["datasets"] = dict.fromkeys(spec.get("datasets", {}))
        return embedded_chart(spec)

    notebook = copy.deepcopy(notebook)
    for data in _html_outputs(notebook):
        text = CHART.sub(lambda chart: without_data(chart[1]), data["text/html"])
        data["text/html"] = _plain_frame(text, unknown) if PANDAS_STYLE in text else text
    return notebook


def _plain_frame(text: str, unknown: str) -> str:
    """The HTML of a pandas frame without styles of its own, which the page would not let in."""
    text = re.sub(r"<td>(NaN|NaT|None|&lt;NA&gt;)</td>", f"<td>{escape(unknown)}</td>", text)
    text = re.sub(r"<style scoped>.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r' (style="[^"]*"|border="1")', "", text)
    return text.replace("<div>", '<div class="scroll" tabindex="0">', 1)


def _html_outputs(notebook: Any) -> list[Any]:
    return [
        output.data
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]


def _policy(script: str, style: str) -> str:
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _exporter() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of nbconvert's own imports
        from nbconvert.exporters.templateexporter import TemplateExporter

    exporter: Any = TemplateExporter
    return exporter(
        template_name="template",
        template_file="index.html.j2",
        extra_template_basedirs=[str(files(__package__))],
    )


def _template_file(name: str) -> str:
    return files(__package__).joinpath("template", name).read_text(encoding="utf-8")
