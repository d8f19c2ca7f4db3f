"""What is spent of budgets, as the rows of an answer."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from langdock_usage.metrics.filters import Filters
from langdock_usage.metrics.frames import to_frame
from langdock_usage.metrics.groups import COLUMNS, By
from langdock_usage.metrics.questions.changes.costs_by_day import month_asked, months_so_far
from langdock_usage.metrics.questions.changes.estimates import (
    ESTIMATES,
    estimated_months,
    presented,
    warn_if_short,
)
from langdock_usage.sql import read_sql
from langdock_usage.text import exact_sum

if TYPE_CHECKING:
    import duckdb

    from langdock_usage.metrics.reader import Reader
    from langdock_usage.periods import PeriodLike

Names = Mapping[str, Collection[str]]

_COLUMNS = (
    *("org_id", "scope", "name", "budget_usd", "cost_usd", "used_ratio"),
    *(*ESTIMATES, "state"),
)
_GROUPS: dict[str, By] = {
    "workspace": None,
    "team": "team",
    "cost_center": "cost_center",
    "key": "key",
    "model": "model",
}


def budgets_of_month(
    reader: Reader,
    asked: PeriodLike,
    level: float,
    known_until: PeriodLike,
    org: str | None,
    *,
    exact: bool,
) -> pd.DataFrame:
    """The answer; see `budgets`. Raises InvalidRequest, NoData."""
    month = month_asked(asked)
    filters = Filters(org=org)
    with reader.connection() as connection:
        query = read_sql("metrics/questions/changes/budgets_in_force")
        org_id = reader.workspace(org, connection) if org else None
        parameters = {"month": month.first, "org_id": org_id}
        lines = to_frame(connection.sql(query, params=parameters), exact=True)
        older = _names_of_keys(connection)
    found: list[dict[str, object]] = []
    for scope in lines["scope"].unique():
        by = _GROUPS[scope]
        months = months_so_far(reader, asked, known_until, by, filters, ())
        if not found:
            warn_if_short(months)
        forecasts = estimated_months(months, level, by)
        for line in lines[lines["scope"] == scope].to_dict("records"):
            rows = forecasts[forecasts["org_id"] == line["org_id"]]
            if by:
                rows = rows[_means(rows, COLUMNS[by], line["name"], older)]
            found.append(_row(line, rows))
    return presented(_frame(found), "cost_usd", exact=exact)


def _row(line: Mapping[Hashable, Any], forecasts: pd.DataFrame) -> dict[str, object]:
    """A budget and what is spent of it: the forecasts of all that it means, added up."""
    budget: Decimal = line["amount_usd"]
    cost = exact_sum(forecasts["cost_so_far_usd"])
    expected, low, high = (_sum_if_known(forecasts[name]) for name in ESTIMATES)
    return {
        "org_id": line["org_id"],
        "scope": line["scope"],
        "name": line["name"],
        "budget_usd": budget,
        "cost_usd": cost,
        "used_ratio": float(cost / budget) if budget else None,
        "expected_usd": expected,
        "low_usd": low,
        "high_usd": high,
        "state": _state(budget, cost, expected, high),
    }


def _state(budget: Decimal, cost: Decimal, expected: Decimal | None, high: Decimal | None) -> str:
    if cost > budget:
        return "over"
    if expected is not None and expected > budget:
        return "at risk"
    return "watch" if high is not None and high > budget else "under"


def _sum_if_known(amounts: pd.Series[Any]) -> Decimal | None:
    return None if amounts.isna().any() else exact_sum(amounts)


def _means(rows: pd.DataFrame, column: str, name: str, older: Names) -> list[bool]:
    """Which rows a name means: by the first way of reading it that fits any."""
    called: list[list[Collection[str]]] = [[[value] for value in rows[column].fillna("")]]
    if column == "api_key_id":
        called.append([[value] for value in rows["api_key_name"].fillna("")])
        called.append([older.get(key, ()) for key in rows[column]])
    for fold in (str, str.casefold):
        for way in called:
            fits = [fold(name) in map(fold, names) for names in way]
            if any(fits):
                return fits
    return [False] * len(rows)


def _names_of_keys(connection: duckdb.DuckDBPyConnection) -> Names:
    """Every name that each API key ever had."""
    names: dict[str, list[str]] = {}
    for api_key_id, name in connection.execute(read_sql("store/lookup/key_names")).fetchall():
        names.setdefault(api_key_id, []).extend([] if name is None else [name])
    return names


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    texts = dict.fromkeys(("org_id", "scope", "name", "state"), "str")
    money = dict.fromkeys(("budget_usd", "cost_usd", *ESTIMATES), "object")
    frame = pd.DataFrame(rows, columns=list(_COLUMNS), dtype="object")
    return frame.astype({**texts, **money, "used_ratio": "float64"})
