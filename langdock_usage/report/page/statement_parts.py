"""What a statement shows beside what every report does: methods of `Report`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from langdock_usage.analysis.shares import Due, DueInCurrency, SharingRule
from langdock_usage.charts import renderer
from langdock_usage.errors import InvalidRequest
from langdock_usage.report.monthly.summary import element
from langdock_usage.report.page.monthly_parts import facts
from langdock_usage.report.page.templates import show
from langdock_usage.report.wording.caching import CacheSentences
from langdock_usage.report.wording.statement_texts import name_of
from langdock_usage.text import exact

if TYPE_CHECKING:
    from langdock_usage.report.page.report import Report


def due(
    self: Report,
    groups: pd.DataFrame,
    rule: SharingRule,
    shared_usd: str,
    *,
    in_currency: tuple[str, str, str] | None = None,
) -> None:
    """What one team, or cost centre, has to bear: its own API keys, and its share of others.

    `in_currency` are another currency, and in it what its own keys cost, and its share.

    `groups` is `usage.monthly_cost(…, by="team", exact=True)`, or of `by="cost_center"`, in a
    database that holds the usage of one of them alone: else it is refused (InvalidRequest).
    """
    per = "team" if "team" in groups else "cost_center"
    names = list(groups[per].unique())
    if len(names) != 1:
        raise InvalidRequest(
            "A statement is made of a database that holds the usage of one team, or cost centre, "
            "alone: `langdock-usage statements` makes one for each, and a statement of it."
        )
    self.shown_due = Due(names[0], self.months.this.total_cost_usd, Decimal(shared_usd))
    text, money = self.language.text, self.formatter.money
    lines = {
        "line": [text("due.own"), text("due.shared")],
        "due_usd": [self.shown_due.total_cost_usd, self.shown_due.shared_usd],
    }
    labels = {"line": text("due.line"), "due_usd": text("due.amount")}
    amount = money(self.shown_due.due_usd)
    if in_currency:
        currency, own, shared = in_currency
        same = DueInCurrency(currency, Decimal(own), Decimal(shared))
        amount = f"{amount} ({self.language.amount(same.due, same.currency)})"
        lines["due"] = [same.total_cost, same.shared]
        labels["due"] = f"{labels['due_usd']} ({same.currency})"
        _keep_in_currency(self, same)
    self.heading("due")
    values = {"name": name_of(names[0], self.language), "amount": amount}
    told = self.language.markup("due.sum", month=self.language.month(self.months.first), **values)
    show("sentences.html.j2", sentences=[Markup("<strong>{}</strong>").format(told)])
    frame = pd.DataFrame(lines, dtype=object).head(1 if rule == "none" else 2)
    self.table(frame, text("due.lines"), labels=labels, total=True)
    self.note(text(f"due.{rule.replace('-', '_')}"))


def _keep_in_currency(report: Report, due: DueInCurrency) -> None:
    """For the figures at the top, and for programs."""
    report.total_in_currency = report.language.amount(due.total_cost, due.currency)
    amounts = {"total_cost": due.total_cost, "shared": due.shared, "due": due.due}
    known = {name: exact(amount) for name, amount in amounts.items()}
    report.currencies[due.currency] = {**known, "keys": {}, "models": {}}


def saved(self: Report, savings: pd.DataFrame) -> None:
    """What caching saved and wasted of one's own: `usage.cache_savings`, exact."""
    sentences = CacheSentences(self.formatter, self.language.month(self.months.first))
    known = sentences.saved(savings)
    if known:
        show("sentences.html.j2", sentences=known)
    else:
        self.note("no_prices")


def statement_summary(
    self: Report, keys: pd.DataFrame, models: pd.DataFrame, teams: pd.DataFrame, per: str
) -> None:
    """What a statement carries for programs: `Report.summary`, and what `due` has shown."""
    if self.shown_due is None:
        raise InvalidRequest("This needs report.due(groups, rule, shared_usd) before it.")
    amounts = {"shared_usd": self.shown_due.shared_usd, "due_usd": self.shown_due.due_usd}
    own = {per: self.shown_due.name, **{name: exact(usd) for name, usd in amounts.items()}}
    renderer.show_html(element(facts(self, keys, models, teams) | own))
