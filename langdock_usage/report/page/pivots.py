"""The tables of the monthly report that have a column for each model."""

from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

from langdock_usage.report.monthly import Row, records
from langdock_usage.report.page.shown import Shown
from langdock_usage.report.page.table import Cell, Column, Columns, Table


def days(shown: Shown, windows: pd.DataFrame, before: pd.DataFrame) -> Table:
    """Cost of each period of the month by model, beside the same day of the month before."""
    rows = records(windows)
    pivot = _Pivot(shown, rows, [(row["window_start"], row["window_end"]) for row in rows])
    earlier = {row["day"].day: row["total_cost_usd"] for row in records(before)}
    make = Columns(shown)
    same_day = [earlier.get(first.day) if first == last else None for first, last in pivot.places]
    return Table(
        name="days",
        caption=shown.language.text("titles.days"),
        columns=[
            pivot.with_total(make.periods("period", pivot.places)),
            make.money("total_cost_usd", pivot.sums("total_cost_usd")),
            *pivot.columns(),
            *(_with_blank(make.money("month_before", same_day)) for _ in [1] if earlier),
            make.counts("requests", pivot.sums("requests")),
        ],
        has_total=True,
    )


def _with_blank(column: Column) -> Column:
    return Column(column.label, [*column.cells, Cell("", "")])


def months(shown: Shown, monthly: pd.DataFrame) -> Table:
    """Cost of each month by model."""
    rows = records(monthly)
    pivot = _Pivot(shown, rows, [row["month"] for row in rows], has_total=False)
    make = Columns(shown)
    return Table(
        name="months",
        caption=shown.language.text("titles.months"),
        columns=[
            make.months("month", pivot.places),
            make.money("total_cost_usd", pivot.sums("total_cost_usd")),
            *pivot.columns(),
        ],
    )


def grid(shown: Shown, cells: pd.DataFrame) -> Table:
    """Cost of the costliest keys by the costliest models, and of all the others."""
    rows = records(cells)
    pivot = _Pivot(shown, rows, [row["api_key_id"] for row in rows], rank="model_rank")
    make = Columns(shown)
    names = dict(zip([row["api_key_id"] for row in rows], shown.key_names(rows), strict=True))
    return Table(
        name="keys-and-models",
        caption=shown.language.text("titles.grid"),
        columns=[
            pivot.with_total(make.names("api_key_name", names.values())),
            make.money("total_cost_usd", pivot.sums("total_cost_usd")),
            *pivot.columns(),
        ],
        has_total=True,
    )


class _Pivot:
    """Costs by place and model, models in the order of their ranks; those without one come last."""

    def __init__(
        self,
        shown: Shown,
        rows: list[Row],
        places: Iterable[Hashable],
        rank: str = "series",
        has_total: bool = True,
    ) -> None:
        self._shown = shown
        self._rows = list(zip(places, rows, strict=True))
        self._rank = rank
        self._has_total = has_total
        self.places: list[Any] = list(dict.fromkeys(place for place, _ in self._rows))

    def with_total(self, column: Column) -> Column:
        """The first column, with the word for the total below it."""
        word = Cell(self._shown.language.text("words.total"))
        return Column(column.label, [*column.cells, word], is_number=False)

    def sums(self, measure: str) -> list[Any]:
        """Of each place, and of all."""
        return self._summed((place, row[measure]) for place, row in self._rows)

    def columns(self) -> list[Column]:
        """A column for each model."""
        names = {row[self._rank]: row["model"] for _, row in self._rows}
        ranks = sorted(rank for rank in names if rank is not None)
        columns = [self._column(rank, self._shown.name(names[rank])) for rank in ranks]
        if None in names:
            columns.append(self._column(None, self._shown.labels["others"]))
        return columns

    def _column(self, rank: int | None, heading: str) -> Column:
        amounts = self._summed(
            (place, row["total_cost_usd"]) for place, row in self._rows if row[self._rank] == rank
        )
        column = Columns(self._shown).money("total_cost_usd", amounts, heading=heading)
        # an empty place is easier to see than a zero
        cells = [
            cell if amount else Cell("\u2013", "0")
            for cell, amount in zip(column.cells, amounts, strict=True)
        ]
        return Column(heading, cells)

    def _summed(self, values: Iterable[tuple[Any, Any]]) -> list[Any]:
        sums: dict[Any, Any] = dict.fromkeys(self.places, 0)
        for place, value in values:
            sums[place] += value
        return [*sums.values(), *([sum(sums.values())] if self._has_total else [])]
