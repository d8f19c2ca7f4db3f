"""A frame as people read it: money, percent and thousands, and no ids that nobody needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from langdock_usage.columns import kind_of

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler

MISSING = "n/a"
MONEY = ("rate_usd", "amount_usd")
STYLES = {
    "caption": "caption-side: bottom; text-align: left",
    "th": "vertical-align: bottom",
    "td": "white-space: nowrap",
}
TEXT = (
    "text-align: left; white-space: normal; min-width: 8em; max-width: 40em; "
    "overflow-wrap: break-word"
)
# ids, and what names them
NAMES = {"api_key_id": "api_key_name", "chain_id": "api_key_name"}


def table(frame: pd.DataFrame, rows: int = 100) -> Styler:
    """The first `rows` of a frame, to be shown in a notebook: a pandas Styler, for its own styles.

    Columns `…_usd` and `…_usd_per_…` read as dollars, `…_ratio` as percent, whole numbers with
    thousands, days without a time, and texts in full. Ids stand there only where two keys have the
    same name, the workspace only where there are several. The frame itself stays as it is.

    >>> readable = lu.table(usage.cost_per_key("2026-10"))
    >>> readable.to_string(delimiter=" ").splitlines()[1].split()[:3]
    ['Helpdesk', '20', '$6.50']
    """
    from pandas.api.types import is_integer_dtype

    shown = frame.head(rows)
    by_name = shown.columns.is_unique  # SQL may name two columns alike; those stay as they are
    if by_name:
        shown = _without_ids(shown)
    texts = [place for place, kind in enumerate(shown.dtypes) if kind in ("str", "object")]
    texts = [place for place in texts if kind_of(str(shown.columns[place])) not in MONEY]
    styler = shown.style.format(
        {name: _format(str(name), shown[name]) for name in shown.columns if by_name},
        precision=2,
        thousands=",",
        escape="html",
        na_rep=MISSING,
    )
    styler.format_index(escape="html", axis="index")
    styler.format_index(_heading, axis="columns")
    styles = {**STYLES, **{f".col{place}": TEXT for place in texts}}
    styler.set_table_styles([{"selector": one, "props": props} for one, props in styles.items()])
    if shown.index.name is None and is_integer_dtype(shown.index):
        styler.hide(axis="index")
    if len(frame) > len(shown):
        styler.set_caption(f"{len(shown):,} of {len(frame):,} rows")
    return styler


def _without_ids(frame: pd.DataFrame) -> pd.DataFrame:
    shown = frame.copy()
    for key, name in NAMES.items():
        if key in shown and name in shown:
            pairs = shown[[key, name]].drop_duplicates().dropna()
            twice = shown[name].isin(pairs[name][pairs[name].duplicated()])
            shown[name] = shown[name].mask(twice, shown[name] + " (" + shown[key] + ")")
            shown = shown.drop(columns=key)
    if "org_id" in shown and shown["org_id"].nunique() <= 1:
        shown = shown.drop(columns="org_id")
    for name in shown.columns[shown.dtypes == "object"]:
        shown[name] = [", ".join(map(str, v)) if isinstance(v, list) else v for v in shown[name]]
    return shown


def _format(name: str, values: pd.Series[Any]) -> Callable[[Any], str] | None:
    """How to write the values of a column; None leaves it to pandas."""
    from pandas.api.types import is_datetime64_any_dtype, is_integer_dtype

    kind = kind_of(name)
    if kind in MONEY:
        small = bool((values.dropna().astype(float).abs() < 1).all())
        return _dollars(4 if small else 2)
    if kind == "ratio":
        return "{:.1%}".format
    if is_integer_dtype(values):
        return "{:,}".format
    if is_datetime64_any_dtype(values):
        known = values.dropna()
        has_time = kind == "moment" or bool((known != known.dt.normalize()).any())
        text = "%Y-%m" if kind == "month" else "%Y-%m-%d %H:%M" if has_time else "%Y-%m-%d"
        return lambda moment: _moment(moment, text)
    return None


def _heading(name: object) -> str:
    return escape(str(name)).replace("_", "_<wbr>")  # where a long one may go on below


def _moment(moment: datetime, text: str) -> str:
    return f"{moment:{text}}"


def _dollars(digits: int) -> Callable[[Any], str]:
    least = 10**-digits

    def dollars(amount: Any) -> str:
        sign = "-" if amount < 0 else ""
        if 0 < abs(float(amount)) < least:
            return f"{sign}&lt;${least:.{digits}f}"
        return f"{sign}${abs(amount):,.{digits}f}"

    return dollars
