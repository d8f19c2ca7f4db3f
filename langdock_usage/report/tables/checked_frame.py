"""A frame that a cell hands over, checked and laid flat: each column has one name."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from pandas.api.types import is_integer_dtype, is_list_like, is_numeric_dtype

from langdock_usage.charts.drawing.top_and_others import NAMES
from langdock_usage.columns import PERIOD
from langdock_usage.errors import InvalidRequest
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.tables.cells import plain_values
from langdock_usage.text import suggestion


@dataclass(frozen=True)
class CheckedFrame:
    """The `frame` has its index as first columns (`index`), and texts as names of columns.

    `names` are these texts, by the names that the analyst knows. By these texts, `measures` say how
    a column reads, and `headings` what is above a column of a pivot table.
    """

    frame: pd.DataFrame
    names: Mapping[Any, str]
    measures: Mapping[str, str]
    headings: Mapping[str, str]
    index: Sequence[str]

    def with_column(self, name: str) -> "CheckedFrame":
        """The same with a column more, whose values come later."""
        return replace(
            self,
            frame=self.frame.assign(**{name: None}),
            names={**self.names, name: name},
            measures={**self.measures, name: name},
        )

    def chosen(self, columns: Any) -> list[str]:
        """The names of columns that were asked for. Raises InvalidRequest."""
        asked = list(columns) if is_list_like(columns) else [columns]
        for column in asked:
            if column not in self.names:
                known = list(map(str, self.names))
                raise InvalidRequest(
                    f"The frame has no column {column!r}; {suggestion(str(column), known)}"
                )
        return [self.names[column] for column in asked]


@dataclass(frozen=True)
class _Column:
    asked: Any
    name: str
    values: Any
    measure: str
    heading: str | None = None


def checked(given: Any, formatter: Formatter) -> CheckedFrame:
    """What a table shows of a frame or series. Raises InvalidRequest, which names the column."""
    if isinstance(given, pd.Series):
        given = given.to_frame("value" if given.name is None else given.name)
    if not isinstance(given, pd.DataFrame):
        raise InvalidRequest(
            f"A table needs a frame, and this is {type(given).__name__}: pandas.DataFrame(…) "
            "makes a frame of lists and dictionaries."
        )
    if given.columns.nlevels > 2:
        raise InvalidRequest(
            f"A table shows two levels of columns, and this frame has {given.columns.nlevels}; "
            "take one out: frame.droplevel(0, axis=1)."
        )
    index = list(_index(given))
    columns = [*index, *_columns(given, formatter)]
    _check_names(columns)
    flat = pd.DataFrame({column.name: column.values for column in columns})
    for column in columns:
        _check_numbers(column.name, column.measure, flat[column.name])
    return CheckedFrame(
        _with_days(flat),
        {column.asked: column.name for column in columns},
        {column.name: column.measure for column in columns},
        {column.name: column.heading for column in columns if column.heading is not None},
        [column.name for column in index],
    )


def _index(frame: pd.DataFrame) -> Iterator[_Column]:
    """What the index says about the rows; the plain numbers of rows say nothing."""
    for place in range(frame.index.nlevels):
        level = frame.index.get_level_values(place)
        if level.name is None and is_integer_dtype(level):
            continue
        values: Any = pd.Series(level, index=range(len(frame)))
        if level.name in frame.columns and frame.columns.nlevels == 1:
            own: Any = frame[level.name]
            if own.ndim == 1 and values.equals(own.reset_index(drop=True)):
                continue
        if is_integer_dtype(values):  # a year or a number, which nobody adds up
            values = values.astype(str)
        name = f"index_{place}" if level.name is None else str(level.name)
        yield _Column(name, name, values, name, "" if level.name is None else None)


def _columns(frame: pd.DataFrame, formatter: Formatter) -> Iterator[_Column]:
    """A column of one level keeps its name; one of a pivot table gets one, and a heading."""
    two = frame.columns.nlevels == 2
    pairs: list[Any] = [label if two else _pair(label) for label in frame.columns]
    measures = {measure for measure, group in pairs if not _is_blank(group)}
    level = frame.columns.names[-1]
    for place, (measure, group) in enumerate(pairs):
        values = frame.iloc[:, place].reset_index(drop=True)
        asked = frame.columns[place]
        if _is_blank(group):
            yield _Column(asked, str(measure), values, str(measure))
            continue
        heading = _heading(group, level, formatter)
        if len(measures) > 1:
            label = formatter.label(measure) if isinstance(measure, str) else str(measure)
            heading = f"{label}: {heading}"
        yield _Column(asked, f"{place}_{measure}", values, str(measure), heading)


def _pair(label: Any) -> tuple[str, Any]:
    return (label, "") if isinstance(label, str) else ("", label)


def _is_blank(group: Any) -> bool:
    return isinstance(group, str) and not group


def _heading(group: Any, level: Any, formatter: Formatter) -> str:
    if level in NAMES:
        return formatter.in_column(level, group)
    if isinstance(group, pd.Period):
        group = group.start_time if group.freqstr == "M" else str(group)
    if pd.isna(group):
        return formatter.language.unknown
    if not isinstance(group, date):
        return str(group)
    if level == "month":
        return formatter.language.month(group, "MMM y")
    return formatter.language.day(group)


def _check_names(columns: Sequence[_Column]) -> None:
    for name, count in Counter(column.name for column in columns).items():
        if count > 1:
            raise InvalidRequest(
                f"The frame has {count} columns that are called {name!r}; give each a name of its "
                "own (in SQL with AS)."
            )


def _check_numbers(name: str, measure: str, values: "pd.Series[Any]") -> None:
    ending = next((e for e in ("_usd", "_ratio") if PERIOD.sub("", measure).endswith(e)), None)
    if ending is None or is_numeric_dtype(values):
        return
    if set(map(type, values)) <= {int, float, Decimal, type(None)}:
        return
    for value in plain_values(values):
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | None):
            raise InvalidRequest(
                f"The column {name!r} holds {str(value)[:40]!r}, and names with {ending} are of "
                "numbers: pandas.to_numeric makes numbers of texts, else give it another name."
            )


def _with_days(frame: pd.DataFrame) -> pd.DataFrame:
    """First and last days as dates, where both are there and so read as a period."""
    days = ["first_day", "last_day"]
    if not set(days) <= set(frame.columns):
        return frame
    try:
        return frame.assign(**{day: pd.to_datetime(frame[day]) for day in days})
    except (ValueError, TypeError) as error:
        raise InvalidRequest(
            "The columns 'first_day' and 'last_day' have to be dates like 2026-10-31: "
            f"{str(error).splitlines()[0]}"
        ) from error
