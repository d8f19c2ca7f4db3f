"""Plan and outlook: each team with the line of its months, its budget, its change and its state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
from markupsafe import Markup

from langdock_usage.charts.drawing.names import shorten
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import Months, relative_change
from langdock_usage.report.wording.small_charts import Bar, bar_of, line_of
from langdock_usage.rounding import not_nothing, rounded, rounded_parts
from langdock_usage.text import exact, exact_sum

SIGNS = {"over": "\u2715", "at risk": "\u25b2", "watch": "\u25cf", "under": "\u2713"}
MOST_TEAMS = 40


@dataclass(frozen=True)
class OutlookRow:
    """A team, or all of the workspace."""

    name: str
    cost_usd: Decimal
    change_usd: Decimal | None
    change_ratio: Decimal | None
    line: Sequence[str]
    budget: Mapping[str, Any] | None
    bar: Bar | None


@dataclass(frozen=True)
class Outlook:
    """From `usage.compare(…, by="team")`, `.monthly_cost(…, by="team")` and `.budgets(…)`."""

    months: Months
    formatter: Formatter
    budgets: pd.DataFrame

    def rows(self, teams: pd.DataFrame, by_month: pd.DataFrame) -> list[OutlookRow]:
        """A row per team, the costliest first; those beyond the first forty stand in one."""
        ordered = teams.sort_values("cost_after_usd", ascending=False, kind="stable")
        found = []
        for row in ordered.head(MOST_TEAMS).to_dict("records"):
            costs = _by_month(by_month[by_month["team"] == row["team"]])
            name = shorten(self.formatter.in_column("team", row["team"]))
            amounts = row["cost_before_usd"], row["cost_after_usd"]
            found.append(self._row(name, *amounts, costs, self._budget("team", row["team"])))
        others = ordered.iloc[MOST_TEAMS:]
        if len(others):
            costs = _by_month(by_month[by_month["team"].isin(others["team"])])
            amounts = exact_sum(others["cost_before_usd"]), exact_sum(others["cost_after_usd"])
            found.append(self._row(self.formatter.others, *amounts, costs, None))
        return found

    def total(self) -> OutlookRow:
        """All of the workspace."""
        costs = {total.month: total.total_cost_usd for total in self.months}
        before = self.months.comparable(self.months.this)
        name = self.formatter.language.text("words.total")
        cost_before = before.total_cost_usd if before else Decimal(0)
        cost = self.months.this.total_cost_usd
        return self._row(name, cost_before, cost, costs, self._budget("workspace", None))

    def sentences(self, forecast: pd.DataFrame | None) -> list[Markup]:
        """Where the month is heading, and what the workspace's budget says to that."""
        found = [] if forecast is None else self._expected(forecast)
        budget = self._budget("workspace", None)
        if budget is not None:
            found.append(self._used(budget))
        return found

    def others(self) -> pd.DataFrame:
        """Budgets of cost centres, keys and models, which have no row among the teams."""
        return self.budgets[~self.budgets["scope"].isin(["workspace", "team"])]

    def _row(
        self, name: str, before: Any, cost: Any, costs: Mapping[Any, Any], budget: Any
    ) -> OutlookRow:
        is_compared = self.months.is_comparable
        return OutlookRow(
            name=name,
            cost_usd=cost,
            change_usd=cost - before if is_compared else None,
            change_ratio=relative_change(cost, before) if is_compared else None,
            line=line_of([costs.get(month, 0) for month in self._shown], self._known),
            budget=budget,
            bar=bar_of(budget) if budget else None,
        )

    @property
    def _shown(self) -> list[Any]:
        return self.months.last_thirteen()

    @property
    def _known(self) -> list[bool]:
        return [self.months.knows(month) for month in self._shown]

    def _budget(self, scope: str, name: Any) -> dict[Any, Any] | None:
        rows = self.budgets[self.budgets["scope"] == scope].to_dict("records")
        wanted = None if name is None else str(name).casefold()
        same = [row for row in rows if wanted is None or str(row["name"]).casefold() == wanted]
        return same[0] if same else None

    def _expected(self, forecast: pd.DataFrame) -> list[Markup]:
        [row] = forecast.to_dict("records")
        language, money = self.formatter.language, self.formatter.money
        values = {
            "month": language.month(self.months.first),
            "expected": money(row["expected_usd"]),
        }
        if row["low_usd"] is None or pd.isna(row["low_usd"]):
            return [language.markup("outlook.expected", **values)]
        values |= {"low": money(row["low_usd"]), "high": money(row["high_usd"])}
        error = language.percent(row["usual_error_ratio"])
        return [language.markup("outlook.expected_between", **values, error=error)]

    def _used(self, budget: Mapping[Any, Any]) -> Markup:
        language, money = self.formatter.language, self.formatter.money
        ratio = None if pd.isna(budget["used_ratio"]) else budget["used_ratio"]
        return language.markup(
            "outlook.used",
            budget=money(budget["budget_usd"]),
            ratio=language.percent(ratio),
            state=language.text(f"states.{budget['state']}"),
        )


@dataclass(frozen=True)
class Cells:
    """What the cells of a row read, and their exact values."""

    formatter: Formatter

    def of_all(self, rows: Sequence[OutlookRow], total: OutlookRow) -> list[dict[str, Any]]:
        """Texts and exact values by column, of each row; what is shown adds up to the total."""
        costs = self._in_cents([row.cost_usd for row in rows], total.cost_usd)
        changes = self._in_cents([row.change_usd for row in rows], total.change_usd)
        return [self._of(*one) for one in zip(rows, costs, changes, strict=True)]

    def _in_cents(self, amounts: Sequence[Any], total: Decimal | None) -> list[Decimal | None]:
        if total is None:
            return [None for _ in amounts]
        digits = self.formatter.digits
        shown = rounded_parts(amounts, rounded(total, digits), digits)
        pairs = zip(amounts, shown, strict=True)
        return [None if cut is None else not_nothing(cut, amount, digits) for amount, cut in pairs]

    def _of(
        self, row: OutlookRow, cost: Decimal | None, change: Decimal | None
    ) -> dict[str, tuple[str, str]]:
        language, money = self.formatter.language, self.formatter.money
        budget = row.budget or {}
        state = budget.get("state")
        ratio = budget.get("used_ratio")
        known = ratio is not None and not pd.isna(ratio)
        return {
            "cost": (money(cost), exact(row.cost_usd)),
            "budget": _text(budget.get("budget_usd"), money),
            "expected": _text(budget.get("expected_usd"), money),
            "used": (language.percent(ratio, 0), str(ratio)) if known else ("\u2013", ""),
            "change": _text(row.change_usd, lambda _: self.formatter.difference(change)),
            "ratio": _text(row.change_ratio, language.change),
            "state": (f"{SIGNS[state]} {language.text(f'states.{state}')}", state)
            if state
            else ("\u2013", ""),
        }


def _by_month(costs: pd.DataFrame) -> dict[Any, Decimal]:
    found: dict[Any, Decimal] = {}
    for month, cost in zip(costs["month"].dt.date, costs["total_cost_usd"], strict=True):
        found[month] = found.get(month, Decimal(0)) + cost
    return found


def _text(value: Any, write: Any) -> tuple[str, str]:
    if value is None or pd.isna(value):
        return "\u2013", ""
    return write(value), exact(Decimal(value))
