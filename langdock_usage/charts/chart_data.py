"""What a chart draws: the rows of a frame as floats and texts, few enough for a browser.

Charts draw and do not account: money becomes a float here. What is too much is drawn together in
one group, so that the sum stays the sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from langdock_usage.charts.style import OTHERS, PALETTE, Style
from langdock_usage.errors import InvalidRequest

MAX_ROWS = 5_000  # in one chart; more makes a browser slow
MOST = 300  # names in one chart; nobody reads more
STEP = 24  # height of a bar with the space around it
OTHERS_NAME = "all others"
UNKNOWN = "n/a"

# the columns by which a frame may be grouped, and those that name the groups
GROUPS = {
    "api_key_id": "api_key_name",
    "chain_id": "api_key_name",
    "model": "model",
    "team": "team",
    "cost_center": "cost_center",
    "owner": "owner",
}


def texts(values: Iterable[object], missing: str = UNKNOWN) -> list[str]:
    """Every value as text."""
    return [missing if pd.isna(value) else str(value) for value in values]  # type: ignore[call-overload]


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


def key_names(frame: pd.DataFrame, key: str = "api_key_id") -> list[str]:
    """The last name of each row's key, with its id where other keys have the same name."""
    ids, names = texts(frame[key]), texts(frame["api_key_name"])
    last_name = dict(zip(ids, names, strict=True))
    count = Counter(last_name.values())
    shown = {one: f"{name} ({one})" if count[name] > 1 else name for one, name in last_name.items()}
    return [shown[one] for one in ids]


def costs_of(frame: pd.DataFrame, style: Style) -> pd.DataFrame:
    """The costs as floats, and as text."""
    costs = frame["total_cost_usd"].astype(float).reset_index(drop=True)
    labels = [style.money(cost) for cost in frame["total_cost_usd"]]
    return pd.DataFrame({"total_cost_usd": costs, "total_cost_usd_label": labels})


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


def require(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raise InvalidRequest where a frame lacks a column."""
    missing = [column for column in columns if column not in frame]
    if missing:
        raise InvalidRequest(
            f"This chart needs a frame with the column {missing[0]}; "
            f"it has {', '.join(map(str, frame.columns))}."
        )


def largest(data: pd.DataFrame, name: str, by: str, top: int) -> pd.DataFrame:
    """The `top` rows that are largest either way, in the order of `by`, and all others as one."""
    places = data[by].abs().rank(method="first", ascending=False)
    data = data.assign(**{name: data[name].where(places <= top, OTHERS_NAME)})
    summed = data.groupby(name, as_index=False).sum()
    return summed.sort_values([by, name], ascending=[False, True], ignore_index=True)


def few(names: pd.Series[str], costs: pd.Series[float], top: int) -> pd.Series[str]:
    """The same names, those beyond the `top` costliest called OTHERS_NAME."""
    summed = costs.groupby(names).sum().sort_values(ascending=False, kind="stable")
    return names.where(names.isin(summed.index[:top]), OTHERS_NAME)


def by_cost(names: pd.Series[str], costs: pd.Series[float]) -> list[str]:
    """Each name once, costliest first, OTHERS_NAME at the end."""
    summed = costs.groupby(names).sum().sort_values(ascending=False, kind="stable")
    return sorted(map(str, summed.index), key=lambda name: name == OTHERS_NAME)


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
    data["api_key_name"] = few(data["api_key_name"], data["total_cost_usd"], 15)
    data["model"] = few(data["model"], data["total_cost_usd"], len(PALETTE))
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
