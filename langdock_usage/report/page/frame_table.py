"""From a frame, as the questions answer, to a table of the page."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from langdock_usage.charts.top_and_others import (
    NAMES,
    add_up,
    top_and_others,
    total_of,
    with_row,
)
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import Months, share
from langdock_usage.report.page.cells import CellWriter
from langdock_usage.report.page.table import Cell, Column, Table
from langdock_usage.report.page_size import room_bytes, rows_that_fit

IDS = ("org_id", "api_key_id", "chain_id")

# Of a comparison of two months a table shows the later one and how it changed, and then every
# column that was added to the frame; `columns=` chooses others.
COMPARISON = (
    *NAMES,
    "cost_after_usd",
    "share_ratio",
    "change_ratio",
    "requests_after",
    "cost_per_request_after_usd",
    "input_tokens_after",
    "sum_completion_tokens_after",
    "cache_hit_ratio_after",
)
LEFT_OUT = {
    "cost_before_usd",
    "change_usd",
    "requests_before",
    "cost_per_request_before_usd",
    "cost_per_million_tokens_before_usd",
    "cost_per_million_tokens_after_usd",
    "input_tokens_before",
    "sum_completion_tokens_before",
    "cached_prompt_tokens_before",
    "cached_prompt_tokens_after",
    "cache_creation_tokens_before",
    "cache_creation_tokens_after",
    "cache_hit_ratio_before",
    "first_used_day",
}

# Columns of known words, and the texts that say them in the language of the report.
WORDS = {"token_accounting": "accounting", "finding": "finding", "source": "price_source"}


class TableWriter:
    """Makes tables of frames, in the words and digits of a report."""

    def __init__(self, formatter: Formatter, months: Months) -> None:
        self._format = formatter
        self._is_comparable = months.is_comparable
        self._cells = CellWriter(formatter, months.partial)

    def table(
        self,
        frame: pd.DataFrame,
        name: str,
        caption: str,
        *,
        title: str = "",
        columns: Sequence[str] | None = None,
        total: bool = False,
    ) -> Table:
        """The frame as a table, its columns in their order; `cells` says what they read as.

        What does not fit into the page stands together in a last row if the frame names its rows,
        else the first rows stand there. `total` adds up the columns that can be added.
        """
        flat, headings = _flat(frame.reset_index(drop=True))
        frame = self._with_share(flat)
        wanted = self._columns(frame) if columns is None else list(columns)
        rows = self._fitting(frame, name, len(wanted), is_named=bool(headings))
        sums = add_up(frame) if total else {}
        if total:
            rows = with_row(rows, sums)
        made = [self._column(rows, column, headings.get(column, "")) for column in wanted]
        if total:
            for place, column in enumerate(wanted):
                if column not in sums:
                    made[place].cells[-1] = Cell("", "")
            made[0].cells[-1] = Cell(self._format.language.text("words.total"))
        return Table(
            name=name,
            caption=caption,
            title=title,
            columns=[column for column in made if column.is_known],
            has_total=total,
        )

    def _with_share(self, frame: pd.DataFrame) -> pd.DataFrame:
        if not is_comparison(frame) or "share_ratio" in frame:
            return frame
        whole = total_of(frame["cost_after_usd"])
        shares = [share(cost, whole) for cost in frame["cost_after_usd"]]
        return frame.assign(share_ratio=pd.Series(shares, dtype=object))

    def _columns(self, frame: pd.DataFrame) -> list[str]:
        own = [str(column) for column in frame.columns if column not in ("mark", "last_day")]
        if is_comparison(frame):
            known = [column for column in COMPARISON if column in own]
            if not self._is_comparable:
                known.remove("change_ratio")
            return [*known, *(c for c in own if c not in {*COMPARISON, *LEFT_OUT, *IDS})]
        has_name = any(name in own for name in NAMES)
        return [c for c in own if c != "org_id" and not (has_name and c in IDS)]

    def _fitting(
        self, frame: pd.DataFrame, table: str, columns: int, *, is_named: bool
    ) -> pd.DataFrame:
        """As many rows as fit, names as they are shown; a cross table has them already."""
        names = {} if is_named else {c: self._format.names(frame, c) for c in NAMES if c in frame}
        rows = frame.assign(**{c: pd.Series(n, dtype="str") for c, n in names.items()})
        if not names:
            return rows.head(rows_that_fit([None] * len(frame), room_bytes(table), columns))
        given = texts_or_none(frame[next(iter(names))])
        count = rows_that_fit(given, room_bytes(table), columns)
        return top_and_others(rows, count, self._format.others)

    def _column(self, rows: pd.DataFrame, column: str, heading: str) -> Column:
        if column == "first_day" and "last_day" in rows:
            return self._cells.periods(rows, self._format.label("period"))
        values = rows[column]
        is_measure = is_comparison(rows) and "_after" in column
        measure = column.replace("_after", "").replace("cost_usd", "total_cost_usd")
        label = heading or self._format.label(measure if is_measure else column)
        if column in WORDS:
            words = self._format.language.texts(WORDS[column])
            kinds = [kind or "none" for kind in texts_or_none(values)]
            values = pd.Series([words.get(kind, kind) for kind in kinds])
        made = self._cells.column(values, label, column)
        if heading:  # an empty place is easier to see than a zero
            made.cells[:] = [Cell("\u2013", "0") if c.value == "0" else c for c in made.cells]
        if column in NAMES and "mark" in rows:
            marks = texts_or_none(rows["mark"])
            pairs = zip(made.cells, marks, strict=True)
            made.cells[:] = [Cell(cell.text, mark=mark or "") for cell, mark in pairs]
        return made


def is_comparison(frame: pd.DataFrame) -> bool:
    """Whether this is what `usage.compare` answers."""
    return "cost_after_usd" in frame and "change_ratio" in frame


def texts_or_none(values: Iterable[Any]) -> list[str | None]:
    """Each value as text, None where it is missing."""
    return [None if pd.isna(value) else str(value) for value in values]


def _flat(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Two levels of columns, as of a pivot table, as one; and the second of them, as headings."""
    if frame.columns.nlevels == 1:
        return frame, {}
    columns: Any = frame.columns
    pairs: list[tuple[Any, Any]] = list(columns)
    names = [
        f"{place}_{measure}" if heading else str(measure)
        for place, (measure, heading) in enumerate(pairs)
    ]
    headings = {name: str(pair[1]) for name, pair in zip(names, pairs, strict=True) if pair[1]}
    return frame.set_axis(names, axis=1), headings
