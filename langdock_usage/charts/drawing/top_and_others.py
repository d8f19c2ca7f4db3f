"""The first rows one by one and all others as one: little to read, and the sum stays the sum."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_object_dtype

NAMES = ("api_key_name", "model", "team", "cost_center", "owner")

# The sum of these is that of their numerators (the first that is known), divided by that of their
# denominators.
RATIOS = {
    "cost_per_request_usd": (("cost_usd",), "requests"),
    "cache_hit_ratio": (("cached_prompt_tokens", "cache_read_tokens"), "input_tokens"),
}
# more than all digits of any amount, however many are added
DIGITS = 80


def top_and_others(frame: pd.DataFrame, top: int, others: str | None = None) -> pd.DataFrame:
    """The first `top` rows, and one more in which all others are added up.

    `others` stands in that row in place of a name; ids and what cannot be added up are missing.
    """
    if len(frame) <= top:
        return frame
    named = {column: others for column in frame.columns if column in NAMES}
    return with_row(frame.head(top), add_up(frame.iloc[top:]) | named)


def with_row(frame: pd.DataFrame, row: Mapping[str, Any]) -> pd.DataFrame:
    """The frame with one more row, and the types of its columns; what the row lacks is missing."""
    longer = {}
    for name in map(str, frame.columns):
        kind = _may_lack(frame[name].dtype)
        missing = math.nan if is_object_dtype(kind) else None
        longer[name] = pd.array([*frame[name].tolist(), row.get(name, missing)], dtype=kind)
    return pd.DataFrame(longer)


def _may_lack(kind: Any) -> Any:
    """A type that has room for a missing value, and for a sum."""
    if is_integer_dtype(kind):
        return "Int64"
    return "boolean" if is_bool_dtype(kind) else kind


def few(names: pd.Series[str], costs: pd.Series[Any], top: int, others: str) -> pd.Series[str]:
    """The same names, those beyond the `top` costliest called `others`."""
    first = _costliest(names, costs)[:top]
    return names.where(names.isin(first), others)


def by_cost(names: pd.Series[str], costs: pd.Series[Any], others: str) -> list[str]:
    """Each name once, costliest first, `others` at the end."""
    return sorted(_costliest(names, costs), key=lambda name: name == others)


def _costliest(names: pd.Series[str], costs: pd.Series[Any]) -> list[str]:
    summed = costs.groupby(names).sum().sort_values(ascending=False, kind="stable")
    return list(map(str, summed.index))


def add_up(frame: pd.DataFrame) -> dict[str, Any]:
    """The sum of each column that has one; of a known ratio, the ratio of the sums.

    Amounts (`…_usd`), tokens, whole numbers and `Decimal`s are added. What is `…_per_…` or a ratio
    and is not known here has no sum.
    """
    columns = [str(column) for column in frame.columns]
    sums = {name: total_of(frame[name]) for name in columns if is_additive(frame[name])}
    measures = {_measure(column): value for column, value in sums.items()}
    for column in columns:
        name, period = _measure(column)
        if name in RATIOS:
            parts, divisor = RATIOS[name]
            known = [(measure, period) for measure in parts if (measure, period) in measures]
            part, whole = next(iter(known), ("", "")), (divisor, period)
        elif name == "change_ratio":
            part, whole = ("change_usd", ""), ("cost_usd", "before")
        else:
            continue
        if {part, whole} <= measures.keys():
            sums[column] = ratio(measures[part], measures[whole])
    return sums


def is_additive(values: pd.Series[Any]) -> bool:
    """Whether the sum of a column means anything, by its name and type."""
    name = _measure(str(values.name))[0]
    if name == "share_ratio":
        return True
    if name.startswith(("month_before", "year_")):  # they overlap, or are of some days alone
        return False
    if "_per_" in name or name.endswith("_ratio"):
        return False
    if name.endswith("_usd") or is_integer_dtype(values):
        return True
    return values.dtype == object and set(map(type, values.dropna())) == {Decimal}


def total_of(values: Iterable[Any]) -> Any:
    """The exact sum of what is known; None where nothing is."""
    plain = values.tolist() if isinstance(values, pd.Series) else values
    known = [value for value in plain if value is not None and not pd.isna(value)]
    if Decimal in set(map(type, known)):  # which adds to no float
        known = [Decimal(str(value)) if isinstance(value, float) else value for value in known]
    with localcontext(prec=DIGITS):
        return sum(known[1:], start=known[0]) if known else None


def ratio(part: Any, whole: Any) -> float | None:
    """A ratio as float; None where it is not known."""
    return float(Decimal(part) / Decimal(whole)) if whole and part is not None else None


def _measure(column: str) -> tuple[str, str]:
    """`cost_before_usd` is `cost_usd` of `before`; `total_cost_usd` is `cost_usd` of no period."""
    period = re.search(r"_(before|after)(?=_usd$|$)", column)
    name = column.replace(period[0], "") if period else column
    return "cost_usd" if name == "total_cost_usd" else name, period[1] if period else ""
