"""Showing things in a notebook: our HTML, and all of Altair's charts as JupyterLab draws them."""

from typing import Any

import altair as alt
import IPython.display

from langdock_usage.charts.drawing.look import mimebundle
from langdock_usage.embedding import OURS


def enable() -> None:
    """Let JupyterLab draw every chart of this kernel without the network, as it does ours."""
    alt.renderers.register("langdock_usage", mimebundle)
    alt.renderers.enable("langdock_usage")


# IPython has no types for these two
show: Any = IPython.display.display
_html: Any = IPython.display.HTML


def show_html(text: str) -> None:
    """Show HTML whose values are escaped."""
    show(_html(text), metadata=OURS)
