"""The one look of all charts: colours, fonts, axes, and the words that a page gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import altair as alt
import pandas as pd

ACCENT = "#1f4e8c"
MORE = "#b3402a"  # costs that grew
INK = "#30343b"
GRID = "#dfe2e6"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"

# Seven hues of different lightness, so that the colour-blind can tell them apart, and a grey. A
# dark page gives each a lighter twin (template/report.css).
PALETTE = ("#247393", "#d67017", "#7fa7fe", "#519a82", "#71254d", "#705b03", "#5d279a")
OTHERS = "#b2b8bf"
UNKNOWN = "n/a"
MINUS = "\u2212"


# Not "container": JupyterLab 4.6 would measure and redraw without end.
WIDTH = 700


def difference(amount: float | Decimal) -> str:
    """US dollars more or less, always with a sign."""
    return f"{MINUS if amount < 0 else '+'}${abs(amount):,.2f}"


def text_of(_column: str, name: Any) -> str:
    """What stands in a column of names, as text."""
    return UNKNOWN if pd.isna(name) else str(name)


@dataclass(frozen=True, repr=False)
class Style:
    """What a page tells its charts. Without it, they show column names, units included.

    `models` are those with a colour of their own, in the order in which they are stacked, so that a
    model has the same colour in every chart of a page: that of `colours`, else the one of its
    place. `money` and `difference` write amounts with `digits` fraction digits. `name` writes what
    stands in a column of names, also where it is missing; `alt_text` says what a chart shows, of
    its kind and the data that it draws.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    models: Sequence[str] | None = None
    colours: Mapping[str, str] = field(default_factory=dict)
    money: Callable[[float | Decimal], str] = "${:,.2f}".format
    difference: Callable[[float | Decimal], str] = difference
    digits: int = 2
    percent: Callable[[float], str] = "{:.1%}".format
    whole: Callable[[float], str] = "{:,.0f}".format
    range: Callable[[str, str], str] = "{} to {}".format
    day: Callable[[date], str] = "{:%Y-%m-%d}".format
    weekday: Callable[[date], str] = "{:%a}".format
    month: Callable[[date], str] = "{:%Y-%m}".format
    name: Callable[[str, Any], str] = text_of
    alt_text: Callable[[str, pd.DataFrame], str] | None = None

    def __repr__(self) -> str:
        """Short, because it stands in the signature of every chart."""
        return "Style(…)"

    def label(self, name: str) -> str:
        """The word for a column."""
        return self.labels.get(name, name)

    def colour(self, model: str, models: Sequence[str]) -> str:
        """The colour of a model; models beyond the palette share one."""
        if model in self.colours:
            return self.colours[model]
        place = list(models).index(model) if model in models else len(PALETTE)
        return PALETTE[place] if place < len(PALETTE) else OTHERS


PLAIN = Style()


# of Vega-Lite, for the charts of this package alone (look.py)
CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
        "labelLimit": 180,
        "labelPadding": 6,
        "labelSeparation": 8,
    },
    "legend": {
        "orient": "bottom",
        "columns": 4,
        "labelColor": INK,
        "labelFontSize": 12,
        "labelLimit": 200,
        "symbolType": "square",
        "title": None,
    },
    "range": {"category": list(PALETTE)},
    "text": {"color": INK, "fontSize": 12},
}


def cost_axis(style: Style, channel: Any = alt.Y) -> Any:
    """An axis of US dollars."""
    return channel("total_cost_usd:Q", title=style.label("total_cost_usd")).axis(
        format="$,~r", tickCount=5, domain=False, ticks=False
    )


def named_axis(name: str) -> alt.Y:
    """An axis of names, in their order."""
    return alt.Y(f"{name}:N", title=None, sort=in_order(name)).axis(ticks=False, domain=False)


def with_places(data: pd.DataFrame, name: str, order: Sequence[str] | None = None) -> pd.DataFrame:
    """The data with the place of each name: that in `order`, else that of its first row."""
    names = list(data[name])
    places = {one: place for place, one in enumerate(order or dict.fromkeys(names))}
    return data.assign(**{f"{name}_place": [places[one] for one in names]})


def in_order(name: str) -> alt.EncodingSortField:
    """Sorts by the places that `with_places` gave.

    A list of names would do as well, but Vega-Lite writes it into an expression, which ends at some
    of the characters that a name can hold.
    """
    return alt.EncodingSortField(field=f"{name}_place", op="min")


def model_colour(order: Sequence[str], style: Style) -> alt.Color:
    """The colours of the models, and the legend that explains them."""
    models = [model for model in order if model != style.label("others")]
    colours = [style.colour(model, models) for model in order]
    return alt.Color("model:N", title=None).scale(domain=list(order), range=colours)


def tip(style: Style, *columns: str) -> list[alt.Tooltip]:
    """Tooltips with these columns, all of them text."""
    return [
        alt.Tooltip(f"{column}_label:N" if column in _LABELLED else f"{column}:N").title(
            style.label(column)
        )
        for column in columns
    ]


_LABELLED = frozenset({"total_cost_usd", "cache_hit_ratio", "saving_usd", "month"})
