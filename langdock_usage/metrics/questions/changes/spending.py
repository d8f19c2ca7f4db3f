"""What is spent of budgets, as the rows of an answer."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from langdock_usage.metrics.filters import Filters
from langdock_usage.metrics.frames import ask
from langdock_usage.metrics.groups import COLUMNS, By
from langdock_usage.metrics.questions.changes.costs_by_day import (
    MonthSoFar,
    month_asked,
    months_so_far,
)
from langdock_usage.metrics.questions.changes.estimates import (
    ESTIMATES,
    estimated_months,
    presented,
    running_days,
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
    found: list[dict[str, object]] = []
    for scope in _scopes(reader, asked, known_until, org):
        forecasts = estimated_months(scope.months, level, scope.by)
        for line in scope.lines:
            rows = forecasts[forecasts["org_id"] == line["org_id"]]
            found.append(_row(line, rows[scope.means(line, rows)]))
    return presented(_frame(found), "cost_usd", exact=exact)


def days_of_budgets(
    reader: Reader, asked: PeriodLike, level: float, known_until: PeriodLike, org: str | None
) -> pd.DataFrame:
    """The answer; see `budget_days`. Raises InvalidRequest, NoData."""
    lines, months = [], []
    for scope in _scopes(reader, asked, known_until, org):
        for line in scope.lines:
            found = [one for one in scope.months if one.org_id == line["org_id"]]
            lines += [line] * sum(len(one.month) for one in found)
            months += [_of_budget(scope, line, one) for one in found]
    days = running_days(months, level)
    for name in ("scope", "name"):
        days[name] = pd.Series([line[name] for line in lines], dtype="str")
    days["budget_usd"] = pd.Series([line["amount_usd"] for line in lines], dtype="float64")
    first = ["org_id", "scope", "name", "budget_usd"]
    return days[[*first, *days.columns.drop(first)]]


def _of_budget(scope: _Scope, line: Mapping[Hashable, Any], month: MonthSoFar) -> MonthSoFar:
    """The month with one series: the costs of all that the budget is for."""
    groups = month.groups.rename(columns={"grouped_by": COLUMNS.get(scope.by or "", "")})
    costs = month.daily.costs[:, scope.means(line, groups)].sum(axis=1, keepdims=True)
    costs[~month.daily.known] = np.nan
    return replace(month, daily=replace(month.daily, costs=costs))


@dataclass(frozen=True)
class _Scope:
    """The budgets of one scope that are in force, and the costs that they are about."""

    by: By
    lines: list[dict[Hashable, Any]]
    months: list[MonthSoFar]
    older_names: Names

    def means(self, line: Mapping[Hashable, Any], rows: pd.DataFrame) -> list[bool]:
        """Which rows, each of a group, a budget is for."""
        if self.by is None:
            return [True] * len(rows)
        return _means(rows, COLUMNS[self.by], line["name"], self.older_names)


def _scopes(
    reader: Reader, asked: PeriodLike, known_until: PeriodLike, org: str | None
) -> Iterator[_Scope]:
    month = month_asked(asked)
    filters = Filters(org=org)
    with reader.connection() as connection:
        query = read_sql("metrics/questions/changes/budgets_in_force")
        org_id = reader.workspace(org, connection) if org else None
        parameters = {"month": month.first, "org_id": org_id}
        lines = ask(connection, query, parameters, exact=True)
        older = _names_of_keys(connection)
    for place, scope in enumerate(lines["scope"].unique()):
        by = _GROUPS[scope]
        months = months_so_far(reader, asked, known_until, by, filters, ())
        if not place:
            warn_if_short(months)
        yield _Scope(by, lines[lines["scope"] == scope].to_dict("records"), months, older)


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
