"""What the report shows to those who are sent it: methods of `Report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from langdock_usage.analysis.invoices import TOLERANCE
from langdock_usage.report.monthly import provenance
from langdock_usage.report.monthly.since import Now, costs_of
from langdock_usage.report.monthly.since import since as changes_since
from langdock_usage.report.page.monthly_parts import org_id_of, show_status
from langdock_usage.report.previous_report import summary_of_report
from langdock_usage.report.wording.checks import changed, invoices_that_differ, of_invoice
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
        named = "model" if kind == "models" else "api_key_name"
        self.table(
            frame,
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
        self.note(of_invoice(row, self.language))
    self.table(invoices, columns=list(INVOICE))
    self.shown_invoices = [
        {
            **{name: str(row[name]) for name in ("number", "currency")},
            **{name: exact(row[name]) for name in INVOICE[4:]},
        }
        for row in invoices.to_dict("records")
    ]


def invoices_at_top(self: Report, invoices: pd.DataFrame, tolerance: float = TOLERANCE) -> None:
    """A line for each invoice that differs from the exports by more than this share of it.

    `invoices` is `usage.invoices(…, exact=True)`. Nothing is left to wish for where no more than
    that is unexplained.
    """
    found = list(invoices_that_differ(invoices, tolerance, self.language))
    self.differing_invoices = [number for number, line in found if not line.is_good]
    show_status(self, [line for _, line in found])


def since_at_top(
    self: Report, earlier: str | Path | None, keys: pd.DataFrame, models: pd.DataFrame
) -> None:
    """A line where amounts are others than in the report in the file `earlier`.

    `keys` and `models` are all of the month, as for `summary`.
    """
    if earlier is None:
        return
    now = Now(
        self.month,
        org_id_of(self),
        self.months.this.total_cost_usd,
        costs_of(keys, "api_key_id", "api_key_name"),
        costs_of(models, "model", "model"),
    )
    self.since_before = changes_since(summary_of_report(Path(earlier)), now)
    if self.since_before and self.since_before.is_changed:
        line = changed(self.since_before, self.formatter)
        show_status(self, [line])
        self.lines.append(f"{line.word} {Markup(line.text).striptags()}")  # noqa: S704


def since(self: Report) -> None:
    """What changed since the version that `since_at_top` has compared with."""
    changes = self.since_before
    if changes is None:
        return
    self.subheading("since")
    if not changes.is_changed:
        then = self.formatter.moment(provenance.moment_of(changes.data_of))
        self.note("unchanged_since", moment=then)
        return
    self.note(changed(changes, self.formatter).text)
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
