"""What the report shows of plan and outlook: methods of `Report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from langdock_usage.report.page.templates import show
from langdock_usage.report.wording.outlook import Cells, Outlook
from langdock_usage.report.wording.small_charts import HEIGHT, WIDTH

if TYPE_CHECKING:
    from langdock_usage.report.page.report import Report

WITH_BUDGET = ("budget", "used", "bar", "expected", "state")
COLUMNS = ("name", "line", "cost", "change", "ratio", *WITH_BUDGET)
NUMBERS = ("cost", "change", "ratio", "budget", "used", "expected")


def is_running(self: Report) -> bool:
    """Whether days of this month are still to come, by `report.head`."""
    return bool(self.shown_head and self.shown_head.status.is_running)


def outlook(
    self: Report,
    teams: pd.DataFrame,
    by_month: pd.DataFrame,
    budgets: pd.DataFrame,
    forecast: pd.DataFrame | None = None,
) -> None:
    """Where the month is heading, and a table of the teams: their months, change, budget, state.

    `teams` is `usage.compare(…, by="team")`, `by_month` is `usage.monthly_cost(…, by="team")`.
    """
    write, cells = Outlook(self.months, self.formatter, budgets), Cells(self.formatter)
    if sentences := write.sentences(forecast):
        show("sentences.html.j2", sentences=sentences)
    if budgets.empty:
        self.note("no_budgets")
    left_out = set() if len(budgets) else set(WITH_BUDGET)
    if not is_running(self):
        left_out.add("expected")
    # without teams, all of the workspace is the only row
    has_teams = bool((teams["team"] != "unassigned").any())
    total = write.total()
    rows = write.rows(teams, by_month) if has_teams else [total]
    show(
        "outlook.html.j2",
        title=self.language.text("tables.outlook"),
        file_name=f"outlook-{self.month}.csv",
        columns=[name for name in COLUMNS if name not in left_out],
        numbers=NUMBERS,
        labels=self.language.texts("outlook_columns"),
        teams=list(zip(rows, cells.of_all(rows, total), strict=True)),
        totals=[(total, *cells.of_all([total], total))] * has_teams,
        width=WIDTH,
        height=HEIGHT,
    )
    if len(write.others()):
        self.table(
            write.others(),
            "budgets",
            columns=["scope", "name", "budget_usd", "cost_usd", "used_ratio", "state"],
        )
