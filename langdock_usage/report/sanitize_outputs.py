"""What of an executed notebook the sealed page can carry, and what is missing there."""

import copy
import json
import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from langdock_usage.embedding import CHART, MISSING, OURS, embedded_chart
from langdock_usage.report.language import Language
from langdock_usage.report.sanitize_html import SanitizedHtml, sanitize_html, svg_image

VEGA = re.compile(r"application/vnd\.vega(lite)?\.v\d+(\+json|\.json)")
SCRIPTED = {
    "application/vnd.jupyter.widget-view+json": "widget",
    "application/vnd.plotly.v1+json": "plotly",
    "application/javascript": "script",
}
NETWORK = re.compile(r'"(https?:)?//', re.IGNORECASE)
OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n)")  # by a progress bar, on the same line


@dataclass
class SanitizedNotebook:
    """A notebook whose outputs can stand in the page; what is missing; the styles of its tables."""

    notebook: Any
    missing: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)


def sanitize_outputs(
    notebook: Any, language: Language, *, show_code: bool = False
) -> SanitizedNotebook:
    """Reduce each output to HTML that can do nothing, or text, and say what is lost."""
    result = SanitizedNotebook(copy.deepcopy(notebook))
    for cell in result.notebook.cells:
        sanitizer = _CellSanitizer(result, language, cell)
        is_shown = show_code or "note" not in cell.metadata.get("tags", [])
        if cell.cell_type == "markdown" and is_shown:
            cell.metadata["html"] = sanitizer.markdown(cell.source)
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = OVERWRITTEN.sub("", output.text)
            elif "data" in output:
                output.data = sanitizer.data(output.data, output.metadata)
    return result


class _CellSanitizer:
    """Sanitizes the outputs of one cell."""

    def __init__(self, result: SanitizedNotebook, language: Language, cell: Any) -> None:
        self.result, self.language, self.cell = result, language, cell
        self.begins = next(filter(None, map(str.strip, cell.source.splitlines())), "")[:60]

    def data(self, data: Any, metadata: Any) -> dict[str, str]:
        """One kind of data: `text/html` that is safe, or plain text."""
        if MISSING in metadata:
            return {"text/html": self._note(metadata[MISSING])}
        html = data.get("text/html", "")
        is_ours = OURS.items() <= metadata.items()
        if is_ours and not (found := CHART.fullmatch(html.strip())):
            return {"text/html": html}
        spec = json.loads(found[1]) if is_ours and found else _vega_of(data)
        if spec:
            return {"text/html": self._chart(spec)}
        scripted = next((what for kind, what in SCRIPTED.items() if kind in data), None)
        if html and not scripted:
            return {"text/html": self._html(html)}
        if "image/svg+xml" in data:
            return {"text/html": svg_image(data["image/svg+xml"])}
        for kind in ("image/png", "image/jpeg", "image/gif", "image/webp"):
            if kind in data:
                return {"text/html": f'<img src="data:{kind};base64,{data[kind].strip()}" alt="">'}
        if scripted:
            return {"text/html": self._note(scripted)}
        if "text/markdown" in data:
            return {"text/html": f'<div class="prose">{self.markdown(data["text/markdown"])}</div>'}
        return self._text(data)

    def markdown(self, text: str) -> str:
        """Markdown as HTML, pictures that are attached to the cell in it."""
        from nbconvert.filters.markdown_mistune import markdown2html_mistune

        for name, pictures in self.cell.get("attachments", {}).items():
            for kind, content in pictures.items():
                text = text.replace(f"(attachment:{name})", f"(data:{kind};base64,{content})")
        return self._noted(sanitize_html(str(markdown2html_mistune(text))))

    def _html(self, html: str) -> str:
        safe = sanitize_html(html, self.language.unknown)
        shown = self._noted(safe)
        if "<table" not in safe.html:
            return shown
        kept = ""
        if safe.style:
            self.result.styles.append(safe.style)
            kept = f"<style>{safe.style}</style>"
        return f'{kept}<div class="scroll" tabindex="0">{shown}</div>'

    def _noted(self, safe: SanitizedHtml) -> str:
        return safe.html + "".join(map(self._note, safe.missing))

    def _chart(self, spec: Any) -> str:
        if any(_is_fetched(part) for part in _parts(spec)):
            return self._note("data")
        is_picture = any("image" in (part.get("mark"), part.get("type")) for part in _parts(spec))
        if is_picture and NETWORK.search(json.dumps({**spec, "$schema": ""})):
            return self._note("picture")
        options = spec.get("usermeta", {}).get("embedOptions")
        if options:  # the page has its own, but for the colours
            spec["usermeta"]["embedOptions"] = {k: options[k] for k in ("theme",) if k in options}
        return embedded_chart(spec)

    def _text(self, data: Any) -> dict[str, str]:
        if "text/latex" in data:
            return {"text/plain": data["text/latex"]}
        if "application/json" in data:
            text = json.dumps(data["application/json"], indent=2, ensure_ascii=False)
            return {"text/plain": text}
        unknown = next((kind for kind in data if kind.startswith("application/")), None)
        if unknown:
            return {"text/html": self._note("kind", kind=unknown)}
        return {"text/plain": data.get("text/plain", "")}

    def _note(self, what: str, **values: str) -> str:
        begins = self.begins
        english = Language("en")
        named = english.text(f"missing.{what}", **values)
        self.result.missing.append(
            f"The report does not show {named}, from the cell that begins {begins!r}."
        )
        text = self.language.text(
            "missing.note", what=self.language.text(f"missing.{what}", **values), cell=begins
        )
        return f'<p class="note">{escape(text)}</p>'


def _vega_of(data: Any) -> Any:
    return next((copy.deepcopy(data[kind]) for kind in data if VEGA.fullmatch(kind)), None)


def _parts(spec: Any) -> list[dict[str, Any]]:
    """Every object in a chart, its rows left out."""
    found: list[dict[str, Any]] = []
    waiting = [spec]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            found.append(part)
            waiting += [v for k, v in part.items() if k not in ("datasets", "values", "config")]
        elif isinstance(part, list):
            waiting += part
    return found


def _is_fetched(part: dict[str, Any]) -> bool:
    url = part.get("url")
    return isinstance(url, str) and not url.startswith("data:")
