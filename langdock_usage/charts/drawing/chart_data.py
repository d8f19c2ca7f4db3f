"""What a chart draws: the rows of a frame as floats and texts, few enough for a browser.

Charts draw and do not account: money becomes a float here. What is too much is drawn together in
one group, so that the sum stays the sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

import pandas as pd

from langdock_usage.charts.drawing.names import key_names
from langdock_usage.charts.drawing.style import OTHERS, PALETTE, Style, text_of
from langdock_usage.charts.drawing.top_and_others import few, top_and_others
from langdock_usage.errors import InvalidRequest
from langdock_usage.rounding import rounded, rounded_to_sum

MAX_ROWS = 5_000  # in one chart; more makes a browser slow
MOST = 300  # names in one chart; nobody reads more
STEP = 24  # height of a bar with the space around it
OTHERS_NAME = "all others"

# the columns by which a frame may be grouped, and those that name the groups
GROUPS = {
    "api_key_id": "api_key_name",
    "chain_id": "api_key_name",
    "model": "model",
    "team": "team",
    "cost_center": "cost_center",
    "owner": "owner",
}


def texts(values: Iterable[object]) -> list[str]:
    """Every value as text."""
    return [text_of("", value) for value in values]


def group_of(frame: pd.DataFrame) -> tuple[str, list[str]]:
    """What a frame is grouped by, and the name of each row's group.

    A renamed key has its last name throughout; keys of the same name are told apart by their ids.
    """
    for column, name in GROUPS.items():
        if column in frame:
            if name == column:
                return name, texts(frame[name])
            require(frame, [name])
            return name, key_names(frame, column)
    raise InvalidRequest(
        f"This chart needs a frame with one of the columns {', '.join(GROUPS)}; "
        f"it has {', '.join(map(str, frame.columns))}."
    )


def cost_column(frame: pd.DataFrame) -> str:
    """The column of the costs; of a comparison, the costs of its later period."""
    if "cost_after_usd" in frame:
        return "cost_after_usd"
    require(frame, ["total_cost_usd"])
    return "total_cost_usd"


def costs_of(frame: pd.DataFrame, style: Style) -> pd.DataFrame:
    """The costs as floats, and as text."""
    exact = frame[cost_column(frame)]
    labels = [style.money(cost) for cost in exact]
    costs = exact.astype(float).reset_index(drop=True)
    return pd.DataFrame({"total_cost_usd": costs, "total_cost_usd_label": labels})


def used(frame: pd.DataFrame) -> pd.DataFrame:
    """Of a comparison the rows that were used in its later period, else the frame."""
    if "cost_after_usd" not in frame:
        return frame
    return frame[(frame["requests_after"] > 0) | (frame["cost_after_usd"].astype(float) != 0)]


def costliest(frame: pd.DataFrame, name: str, top: int, style: Style) -> pd.DataFrame:
    """`name` and `total_cost_usd` of the `top` costliest rows, and of all others as one.

    `shown_usd` is what is shown of each cost, as it adds up to what is shown of all of them.
    """
    frame = used(frame)
    require(frame, ["api_key_id", name] if name == "api_key_name" else [name])
    data = pd.DataFrame(
        {
            name: pd.Series(names_of(frame, name, style), dtype="str"),
            "total_cost_usd": frame[cost_column(frame)].reset_index(drop=True),
        }
    )
    data = data.sort_values("total_cost_usd", ascending=False, kind="stable", ignore_index=True)
    costs = list(data["total_cost_usd"])
    total = rounded(sum(map(Fraction, costs), Fraction(0)), style.digits)
    shown = rounded_to_sum(costs, total, style.digits)
    data["shown_usd"] = pd.Series(shown, index=data.index, dtype=object)
    return top_and_others(data, top, style.label("others"))


def single_days(frame: pd.DataFrame) -> pd.DataFrame:
    """Of `cost_per_period` the periods that are single days; a frame of days as it is."""
    if "first_day" not in frame or "last_day" not in frame:
        return frame
    is_single = frame["first_day"] == frame["last_day"]
    return frame[is_single].rename(columns={"first_day": "day"}).reset_index(drop=True)


def aligned_by_weekday(days: Iterable[date], this: date) -> list[int]:
    """Above which day of the month of `this` each day of the month before stands.

    Above one of the same weekday, at most three days off; the first or last stand above none.
    """
    found = []
    for day in days:
        shift = (day.replace(day=1).weekday() - this.replace(day=1).weekday() + 3) % 7 - 3
        found.append(day.day + shift)
    return found


def names_of(frame: pd.DataFrame, name: str, style: Style) -> list[str]:
    """The name of each row's key, model or team, as the style writes it."""
    if name == "api_key_name":
        return key_names(frame, name=style.name)
    written = {value: style.name(name, value) for value in frame[name].unique()}
    return [written[value] for value in frame[name]]


def height_of(names: pd.Series[str], step: int = STEP) -> int:
    """The height of a chart with a row for each name. Raises InvalidRequest with advice."""
    if names.nunique() > MOST:
        raise InvalidRequest(
            f"A chart of {names.nunique():,} names is more than a browser draws; take the first: "
            "`frame.head(30)`."
        )
    return max(names.nunique(), 1) * step


def rows_of(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[str, pd.DataFrame]:
    """The name of the group's column, and that column with the numbers of `columns`."""
    require(frame, columns)
    name, names = group_of(frame)
    data = pd.DataFrame({name: pd.Series(names, dtype="str")})
    for column in columns:
        data[column] = frame[column].astype(float).to_numpy()
    return name, data


def require(frame: pd.DataFrame, columns: Iterable[str], what: str = "This chart") -> None:
    """Raise InvalidRequest where it is no frame, or lacks a column that `what` needs."""
    if not isinstance(frame, pd.DataFrame):
        raise InvalidRequest(f"{what} needs a frame, and this is {type(frame).__name__}.")
    missing = [column for column in columns if column not in frame]
    if missing:
        raise InvalidRequest(
            f"{what} needs a frame with the column {missing[0]}; "
            f"it has {', '.join(map(str, frame.columns))}."
        )


def largest(data: pd.DataFrame, name: str, by: str, top: int) -> pd.DataFrame:
    """The `top` rows that are largest either way, in the order of `by`, and all others as one."""
    by_size = data.sort_values(by, key=abs, ascending=False, kind="stable", ignore_index=True)
    shown = top_and_others(by_size, top, OTHERS_NAME)
    return shown.sort_values([by, name], ascending=[False, True], ignore_index=True)


def colours(names: Sequence[str]) -> list[str]:
    """A colour for each; what has none of its own is grey."""
    free = iter(PALETTE)
    return [OTHERS if name == OTHERS_NAME else next(free, OTHERS) for name in names]


def by_day_key_and_model(daily: pd.DataFrame) -> pd.DataFrame:
    """`day`, `day_after`, key, model and cost; by week or month where days are too many.

    Raises InvalidRequest where even months are.
    """
    require(daily, ("day", "api_key_id", "model", "total_cost_usd"))
    data = pd.DataFrame({"day": daily["day"], "total_cost_usd": daily["total_cost_usd"]})
    data["total_cost_usd"] = data["total_cost_usd"].astype(float)
    data["api_key_name"] = pd.Series(group_of(daily)[1], dtype="str")
    data["model"] = pd.Series(texts(daily["model"]), dtype="str")
    for name, top in (("api_key_name", 15), ("model", len(PALETTE))):
        data[name] = few(data[name], data["total_cost_usd"], top, OTHERS_NAME)
    for unit in ("D", "W", "M"):
        period = data["day"].dt.to_period(unit)
        first = period.dt.start_time.astype("datetime64[us]")
        last = period.dt.end_time.dt.floor("D").astype("datetime64[us]")
        drawn = data.assign(day=first, day_after=last + pd.Timedelta(days=1))
        drawn = drawn.groupby(["day", "day_after", "api_key_name", "model"], as_index=False).sum()
        if len(drawn) <= MAX_ROWS:
            break
    return limited(drawn)


def limited(data: pd.DataFrame) -> pd.DataFrame:
    """The data, if a browser can draw it. Raises InvalidRequest with advice."""
    if len(data) > MAX_ROWS:
        raise InvalidRequest(
            f"A chart of {len(data):,} rows stops the browser; at most {MAX_ROWS:,} are drawn. "
            "Ask about a shorter period, fewer keys or models, or add up with usage.sql first."
        )
    return data
