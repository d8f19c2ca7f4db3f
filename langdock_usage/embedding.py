"""How a chart stands in a page as text: the contract between the kernel and the sealed report."""

import base64
import hashlib
import json
import re

# JupyterLab 4.6 draws no newer Vega-Lite than this, and what we use has not changed since.
JUPYTERLAB_MIME = "application/vnd.vegalite.v5+json"

OURS = {"langdock_usage": "made by the package"}
"""In the metadata of an output whose HTML we made: the sealed page takes it as it is."""

MISSING = "langdock_usage_missing"
"""In the metadata of an output that cannot be shown: why, as a name in the language files."""

PAGE_WIDE = {"langdock_usage": {"width": "page"}}
"""In the `usermeta` of our own charts: the sealed page makes them as wide as itself."""

CHART_OPEN = '<script type="application/json" class="chart">'
CHART_CLOSE = "</script>"
CHART = re.compile(f"{re.escape(CHART_OPEN)}(.*?){re.escape(CHART_CLOSE)}", re.DOTALL)


def embedded_chart(spec: object) -> str:
    """A chart as it stands in a page."""
    return f"{CHART_OPEN}{embedded_json(spec)}{CHART_CLOSE}"


def source_hash(text: str) -> str:
    """A style or script as a Content-Security-Policy names it."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def embedded_json(value: object) -> str:
    """JSON that can stand in a script element: no text in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
