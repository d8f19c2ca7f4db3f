"""What the report shows to those who are sent it: methods of `Report`."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from langdock_usage.report.monthly import provenance
from langdock_usage.report.monthly.since import since as compared
from langdock_usage.report.page.monthly_parts import facts
from langdock_usage.report.previous_report import summary_of_report
from langdock_usage.rounding import rounded, rounded_to_sum
from langdock_usage.text import exact, exact_sum

if TYPE_CHECKING:
    from langdock_usage.report.page.report import Report

INVOICE = (
    *("number", "period_start", "period_end", "currency", "invoiced", "exported", "difference"),
    *("rate", "surcharge", "late_usage", "unexplained"),
)


def total_in(self: Report, total: pd.DataFrame) -> None:
    """Beside the total, what it is in another currency: `usage.cost_in_currency(…, by=None)`."""
    code, amount = total.attrs["currency"], exact_sum(total["total_cost"])
    self.total_in_currency = self.language.amount(amount, code)
    self.currencies[code] = {"total_cost": exact(amount), "keys": {}, "models": {}}


def in_currency(self: Report, keys: pd.DataFrame, models: pd.DataFrame) -> None:
    """Tables of the cost in another currency: `usage.cost_in_currency(…)` of keys and of models."""
    code = keys.attrs["currency"]
    for kind, frame in (("keys", keys), ("models", models)):
        name = "api_key_id" if kind == "keys" else "model"
        found: Any = self.currencies[code][kind]
        amounts = zip(frame[name], frame["total_cost"], strict=True)
        found.update({str(one): exact(amount) for one, amount in amounts if not pd.isna(one)})
        costs = list(frame["total_cost"])
        shown = rounded_to_sum(costs, rounded(exact_sum(costs)))
        named = "model" if kind == "models" else "api_key_name"
        self.table(
            frame.assign(total_cost=pd.Series(shown, index=frame.index, dtype=object)),
            f"{kind}_in_currency",
            columns=[named, "total_cost_usd", "total_cost"],
            labels={"total_cost": f"{self.formatter.label('total_cost')} ({code})"},
            total=True,
        )


def rates(self: Report, rates: pd.DataFrame) -> None:
    """The exchange rates that amounts in another currency rest on: `usage.rates(…)`."""
    self.subheading("rates")
    self.table(rates, columns=["day", "usd", "units", "currency", "rate_day", "source"])


def invoices(self: Report, invoices: pd.DataFrame) -> None:
    """What was invoiced, and what explains the difference: `usage.invoices(…, exact=True)`."""
    if invoices.empty:
        return
    self.subheading("invoices")
    for row in invoices.to_dict("records"):
        self.note("invoice", **{name: _said(self, name, row) for name in INVOICE})
    self.table(invoices, columns=list(INVOICE))
    self.shown_invoices = [
        {
            **{name: str(row[name]) for name in ("number", "currency")},
            **{name: exact(row[name]) for name in INVOICE[4:]},
        }
        for row in invoices.to_dict("records")
    ]


def since(
    self: Report,
    earlier: str | Path | None,
    keys: pd.DataFrame,
    models: pd.DataFrame,
    teams: pd.DataFrame,
) -> None:
    """What changed since the report in the file `earlier`; the frames are those of `summary`."""
    if earlier is None:
        return
    changes = compared(summary_of_report(Path(earlier)), facts(self, keys, models, teams))
    if changes is None:
        return
    self.subheading("since")
    then = self.formatter.moment(provenance.moment_of(changes.data_of))
    if not changes.is_changed:
        self.note("unchanged_since", moment=then)
        return
    self.note(
        "changed_since",
        moment=then,
        before=self.formatter.money(changes.total_before),
        after=self.formatter.money(changes.total_after),
        difference=self.formatter.difference(changes.total_after - changes.total_before),
    )
    if changes.moved:
        kinds = self.language.texts("since")
        rows = [
            {
                "kind": kinds[one.kind],
                "name": one.name,
                "cost_before_usd": one.before,
                "cost_after_usd": one.after,
                "change_usd": one.after - one.before,
            }
            for one in changes.moved
        ]
        self.table(pd.DataFrame(rows), "since", labels=self.language.texts("since_columns"))


def _said(report: Report, name: str, row: dict[Any, Any]) -> object:
    value = row[name]
    if isinstance(value, Decimal):
        return report.language.amount(value, row["currency"])
    return report.language.day(value) if name.startswith("period_") else value
