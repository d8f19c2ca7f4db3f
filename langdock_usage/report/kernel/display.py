"""How a kernel that works for the sealed report shows things: an extension of IPython."""

import warnings
from functools import partial
from typing import Any

from langdock_usage.embedding import MISSING, OURS, embedded_chart

Bundle = dict[str, Any]


def load_ipython_extension(shell: Any) -> None:
    """Let every chart of Altair's arrive as the page takes it, whichever renderer is enabled.

    One that an analyst made is checked once, when it is shown, and our own never: to check all that
    charts are made of takes a third of the time of a report.
    """
    from altair.utils import schemapi

    schemapi.DEBUG_MODE = False
    bundles = shell.display_formatter.mimebundle_formatter
    bundles.for_type_by_name("altair.vegalite.v6.api", "TopLevelMixin", chart_bundle)
    unchecked = partial(chart_bundle, validate=False)
    bundles.for_type_by_name("langdock_usage.charts.drawing.look", "_Ours", unchecked)
    warnings.formatwarning = _without_its_place


def chart_bundle(chart: Any, validate: bool = True) -> tuple[Bundle, Bundle]:
    """A chart as one text: papermill takes seconds longer with charts that are JSON objects."""
    import altair as alt

    try:
        spec = chart.to_dict(validate=validate)
    except alt.MaxRowsError:
        return {"text/plain": "chart"}, {MISSING: "rows"}
    return {"text/html": embedded_chart(spec), "text/plain": spec.get("description", "chart")}, OURS


def _without_its_place(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> str:
    """A warning for readers who have neither the code nor this machine's files."""
    return f"{category.__name__}: {message}\n"
