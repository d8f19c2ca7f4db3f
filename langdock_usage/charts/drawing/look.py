"""The look of our charts, which goes with them and changes no other chart of Altair's."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.picture import svg
from langdock_usage.charts.drawing.style import CONFIG, WIDTH, Style
from langdock_usage.embedding import JUPYTERLAB_MIME, PAGE_WIDE

Bundle = dict[str, Any]


class _Ours(alt.TopLevelMixin):
    """Adds the look when a chart is shown, so that it can still be layered and concatenated.

    What an analyst configures goes before it, and it before the theme that Altair has enabled.
    """

    def to_dict(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        chart: Any = self
        if (options.get("context") or {}).get("top_level", True):
            chart = chart.copy(deep=False)
            chart.config = alt.utils.update_nested(CONFIG, _dict(chart.config), copy=True)
            chart.usermeta = PAGE_WIDE | _dict(chart.usermeta)
        spec: dict[str, Any] = super(_Ours, chart).to_dict(*arguments, **options)
        return spec

    def _repr_mimebundle_(self, *arguments: Any, **options: Any) -> Any:
        if alt.renderers.active != "default":  # the analyst chose another
            return super()._repr_mimebundle_(*arguments, **options)
        return mimebundle(self.to_dict())


class Chart(_Ours, alt.Chart):
    """A single chart in our look."""


class LayerChart(_Ours, alt.LayerChart):
    """Layers in our look."""

    def copy(self, deep: Any = True, ignore: list[str] | None = None) -> LayerChart:
        """The same as of any chart; to be shown it is copied twice, with nothing to find out."""
        if deep is not False:
            copied: LayerChart = super().copy(deep=deep, ignore=ignore)
            return copied
        copied = object.__new__(type(self))
        object.__setattr__(copied, "_args", self._args)
        object.__setattr__(copied, "_kwds", dict(self._kwds))
        return copied


class VConcatChart(_Ours, alt.VConcatChart):
    """Charts below one another in our look."""


def finished(
    layers: list[alt.Chart], height: int, style: Style, kind: str, data: pd.DataFrame
) -> alt.LayerChart:
    """Layers at their place on the page; the sealed report makes them as wide as that.

    The style says what a chart of this kind shows of its data, for those who do not see it.
    """
    # what Altair does with parts that it layers, names and parameters, takes a third of the time
    # that a chart takes, and these parts have none
    chart: alt.LayerChart = LayerChart(width=WIDTH, height=height)
    chart.data, chart.layer = _shared(layers)
    if style.alt_text and len(data):
        chart.description = style.alt_text(kind, data)
    return chart


def _shared(layers: list[alt.Chart]) -> tuple[Any, list[Any]]:
    """The data of all layers, where it is the same, and the layers without it."""
    data = layers[0].data
    if any(layer.data is not data for layer in layers):
        return alt.Undefined, list(layers)
    bare = [layer.copy(deep=False) for layer in layers]
    for layer in bare:
        layer.data = alt.Undefined
    return data, bare


def mimebundle(spec: dict[str, Any], **_: Any) -> tuple[Bundle, Bundle]:
    """A chart for JupyterLab, which can be clicked, and a picture of it for everything else.

    JupyterLab is asked for SVG, which can be read aloud. Unlike our page, it has no lighter colours
    for a dark theme: our charts stand on white.
    """
    if spec.get("config", {}).get("background") == CONFIG["background"]:
        spec = {"background": "white"} | spec
    bundle: Bundle = {JUPYTERLAB_MIME: spec, "text/plain": spec.get("description") or "chart"}
    if picture := svg(spec):
        bundle["image/svg+xml"] = picture
    return bundle, {JUPYTERLAB_MIME: {"embed_options": {"renderer": "svg"}}}


def _dict(value: Any) -> dict[str, Any]:
    if value is alt.Undefined:
        return {}
    found: dict[str, Any] = value if isinstance(value, dict) else value.to_dict()
    return found
