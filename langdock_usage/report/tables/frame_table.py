"""From a frame, as the questions answer, to a table of the page."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from langdock_usage.analysis.bridge import EFFECTS
from langdock_usage.charts.drawing.top_and_others import (
    NAMES,
    add_up,
    is_additive,
    ratio,
    top_and_others,
    with_row,
)
from langdock_usage.errors import InvalidRequest
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import Months
from langdock_usage.report.page_size import room_bytes, rows_that_fit
from langdock_usage.report.tables.cells import CellWriter, plain_values
from langdock_usage.report.tables.checked_frame import CheckedFrame, checked
from langdock_usage.report.tables.table import Cell, Column, Table
from langdock_usage.rounding import rounded, rounded_parts

IDS = ("org_id", "api_key_id", "chain_id")

# Of a comparison of two months a table shows the later one and how it changed, and then every
# column that was added to the frame; `columns=` chooses others.
COMPARISON = (
    *NAMES,
    "cost_after_usd",
    "share_ratio",
    "change_usd",
    "change_ratio",
    "requests_after",
    "cost_per_request_after_usd",
    "input_tokens_after",
    "sum_completion_tokens_after",
    "cache_hit_ratio_after",
)
LEFT_OUT = {
    "cost_before_usd",
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
WORDS = {
    "scope": "scopes",
    "state": "states",
    "token_accounting": "accounting",
    "finding": "finding",
    "source": "price_source",
}


class TableWriter:
    """Makes tables of frames, in the words and digits of a report."""

    def __init__(self, formatter: Formatter, months: Months) -> None:
        self._format = formatter
        self._months = months
        self._cells = CellWriter(formatter, months.partial)

    def table(
        self,
        given: Any,
        name: str,
        caption: str,
        *,
        title: str = "",
        columns: Any = None,
        total: bool = False,
        labels: Mapping[Any, str] | None = None,
    ) -> Table:
        """The frame as a table, its columns in their order; `cells` says what they read as.

        An index with a name stands first. What does not fit into the page stands together in a last
        row if the frame names its rows, else the first rows stand there. `total` adds up the
        columns that can be added. Raises InvalidRequest.
        """
        found = checked(given, self._format)
        needs_share = is_comparison(found.frame) and "share_ratio" not in found.frame
        if needs_share:
            found = found.with_column("share_ratio")
        wanted = self._columns(found.frame) if columns is None else found.chosen(columns)
        if not wanted and len(found.frame.columns):
            raise InvalidRequest("A table needs at least one column, and columns=[…] names none.")
        own_labels = dict(zip(found.chosen(labels or ()), (labels or {}).values(), strict=True))
        rows = self._fitting(found, name, len(wanted))
        sums = {}
        if total:
            added = add_up(found.frame)
            sums = {column: added[column] for column in added if column not in found.index}
            rows = with_row(rows, sums)
        if needs_share:
            rows = self._with_shares(rows)
            sums["share_ratio"] = None
        additive = {name for name in wanted if total and _has_sum(rows, name)}
        totals = self._totals_of_effects(rows.iloc[-1], wanted) if total else {}
        made = [
            self._column(found, rows, name, own_labels, name in additive, totals.get(name))
            for name in wanted
        ]
        known = [n for n, column in enumerate(made) if column.is_shown] or range(len(made))
        shown = [made[n] for n in known]
        if total and shown:
            self._name_total(shown, [wanted[n] in sums for n in known])
        return Table(name=name, caption=caption, title=title, columns=shown, has_total=total)

    def _with_shares(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Each row's share of what the month cost, whichever rows a frame has."""
        whole = self._months.this.total_cost_usd
        shares = [ratio(cost, whole) for cost in plain_values(rows["cost_after_usd"])]
        return rows.assign(share_ratio=pd.Series(shares, index=rows.index, dtype=object))

    def _totals_of_effects(self, sums: "pd.Series[Any]", columns: list[str]) -> dict[str, Decimal]:
        """What is shown of the sums of `usage.bridge`: effects add up to the change, in cents."""
        effects = [name for name in columns if name in EFFECTS]
        if not effects or "change_usd" not in columns:
            return {}
        digits = self._format.digits
        parts = [sums[name] for name in effects]
        cents = rounded_parts(parts, rounded(sums["change_usd"], digits), digits)
        return {name: cent for name, cent in zip(effects, cents, strict=True) if cent is not None}

    def _name_total(self, columns: list[Column], have_sums: list[bool]) -> None:
        """The word before the sums of the last row; nothing where there is no sum."""
        for column, has_sum in zip(columns, have_sums, strict=True):
            if not has_sum:
                column.cells[-1] = Cell("", "")
        if have_sums[0]:
            cells = [Cell("") for _ in columns[0].cells]
            columns.insert(0, Column("", cells, is_number=False))
        columns[0].cells[-1] = Cell(self._format.language.text("words.total"))

    def _columns(self, frame: pd.DataFrame) -> list[str]:
        hidden = {"mark", "last_day"} if "first_day" in frame else {"mark"}
        own = [column for column in frame.columns if column not in hidden]
        if is_comparison(frame):
            known = [column for column in COMPARISON if column in own]
            if not self._months.is_comparable:
                known = [name for name in known if name not in ("change_usd", "change_ratio")]
            return [*known, *(c for c in own if c not in {*COMPARISON, *LEFT_OUT, *IDS})]
        has_name = any(name in own for name in NAMES)
        return [c for c in own if c != "org_id" and not (has_name and c in IDS)] or own

    def _fitting(self, found: CheckedFrame, table: str, columns: int) -> pd.DataFrame:
        """As many rows as fit, names as they are shown; a cross table has them already."""
        frame = found.frame
        is_named = any(found.headings.values())
        names = {} if is_named else {c: self._format.names(frame, c) for c in NAMES if c in frame}
        rows = frame.assign(**{c: pd.Series(n, dtype="str") for c, n in names.items()})
        if not names:
            return rows.head(rows_that_fit([None] * len(frame), room_bytes(table), columns))
        given = texts_or_none(frame[next(iter(names))])
        count = rows_that_fit(given, room_bytes(table), columns)
        return top_and_others(rows, count, self._format.others)

    def _column(
        self,
        found: CheckedFrame,
        rows: pd.DataFrame,
        column: str,
        labels: Mapping[str, str],
        has_sum: bool,
        total: Decimal | None,
    ) -> Column:
        if column == "first_day" and "last_day" in rows:
            return self._cells.periods(rows, labels.get(column) or self._format.label("period"))
        values = rows[column]
        measure = found.measures[column]
        if is_comparison(rows) and "_after" in column:
            measure = column.replace("_after", "").replace("cost_usd", "total_cost_usd")
        ours = self._format.label(measure)
        label = labels.get(column, found.headings.get(column, ours))
        if column in WORDS:
            words = self._format.language.texts(WORDS[column])
            kinds = [kind or "none" for kind in texts_or_none(values)]
            values = pd.Series([words.get(kind, kind) for kind in kinds], dtype="str")
        measure = found.measures[column]
        made = self._cells.column(values, label, measure, has_sum=has_sum, total=total)
        if found.headings.get(column) and not found.measures[column].endswith("_ratio"):
            # nothing was used there, and an empty place is easier to see than a zero
            made.cells[:] = [Cell("\u2013", "0") if c.value == "0" else c for c in made.cells]
        if column == next((name for name in NAMES if name in rows), "") and "mark" in rows:
            marks = texts_or_none(rows["mark"])
            pairs = zip(made.cells, marks, strict=True)
            made.cells[:] = [Cell(cell.text, mark=mark or "") for cell, mark in pairs]
        is_own = ours == measure and measure != ""
        return replace(made, stays=is_own or column in labels)


def _has_sum(rows: pd.DataFrame, column: str) -> bool:
    """Whether the last row of a column can be the sum of the others."""
    return is_additive(rows[column]) or column == "share_ratio"


def is_comparison(frame: pd.DataFrame) -> bool:
    """Whether this is what `usage.compare` answers."""
    return "cost_after_usd" in frame and "change_ratio" in frame


def texts_or_none(values: Iterable[Any]) -> list[str | None]:
    """Each value as text, None where it is missing."""
    return [None if pd.isna(value) else str(value) for value in values]
