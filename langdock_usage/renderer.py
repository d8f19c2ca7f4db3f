"""How Altair shows a chart: as one text for the sealed report, else as JupyterLab can draw it."""

import os
from typing import Any

import altair as alt
import IPython.display

from .embedding import JUPYTERLAB_MIME, REPORT_VARIABLE, embedded_chart

Bundle = dict[str, Any]


def enable() -> None:
    """Make this the way in which Altair shows charts."""
    alt.renderers.register("langdock_usage", mimebundle)
    alt.renderers.enable("langdock_usage")
    if os.environ.get(REPORT_VARIABLE):  # its charts are small; others are not drawn beyond measure
        alt.data_transformers.disable_max_rows()


def mimebundle(spec: dict[str, Any], **_: Any) -> Bundle | tuple[Bundle, Bundle]:
    """The MIME bundle of one chart; JupyterLab is asked for SVG, which can be read aloud."""
    text = spec.get("description") or "chart"
    if os.environ.get(REPORT_VARIABLE):
        # one text: papermill takes seconds longer with charts that are JSON objects
        return {"text/html": embedded_chart(spec), "text/plain": text}
    options = {"embed_options": {"renderer": "svg"}}
    return {JUPYTERLAB_MIME: spec, "text/plain": text}, {JUPYTERLAB_MIME: options}


# IPython has no types for these two
show: Any = IPython.display.display
_html: Any = IPython.display.HTML


def show_html(text: str) -> None:
    """Show HTML whose values are escaped."""
    show(_html(text))
