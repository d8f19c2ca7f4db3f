"""What the monthly report shows of a month: methods of `Report`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from langdock_usage.charts import renderer
from langdock_usage.charts.cache_charts import MOST_POINTS
from langdock_usage.charts.drawing.top_and_others import total_of
from langdock_usage.errors import InvalidRequest
from langdock_usage.report.monthly import provenance
from langdock_usage.report.monthly.data_status import DataStatus
from langdock_usage.report.monthly.months import share
from langdock_usage.report.monthly.summary import data_of, element, summarise
from langdock_usage.report.page.templates import show
from langdock_usage.report.tables.frame_table import texts_or_none
from langdock_usage.report.wording.causes import Causes
from langdock_usage.report.wording.figures import figures
from langdock_usage.report.wording.sentences import Sentences
from langdock_usage.report.wording.statement_texts import name_of
from langdock_usage.report.wording.status_texts import Statement, statements
from langdock_usage.windows import Period, month_before, month_of

if TYPE_CHECKING:
    from langdock_usage.report.page.report import Report

MOST_RESTATEMENTS = 200
RESTATEMENT = (
    "first_day",
    "restated_at",
    "cost_before_usd",
    "cost_after_usd",
    "change_usd",
    "more_requests",
)


@dataclass(frozen=True)
class Head:
    """What the head of a report rests on."""

    exports: pd.DataFrame
    status: DataStatus


def head(
    self: Report,
    exports: pd.DataFrame,
    days: pd.DataFrame,
    reconciliation: pd.DataFrame,
    notebook: str = "monthly_report",
    *,
    workspace: str | None = None,
    name: str = "",
) -> None:
    """Workspace, month, zone, currency, the moment of the data, and whether it is final.

    `days` is `usage.known_days` of this month, or of more; `workspace` is a name for it, `name`
    that of the team or cost centre that a statement is for.
    """
    text = self.language.text
    is_of_month = days["day"].dt.to_period("M") == pd.Period(self.month)
    self.shown_head = Head(exports, DataStatus.of(days[is_of_month], reconciliation, exports))
    zones = ", ".join(sorted(set(exports["timezone"])))
    self.formatter.timezone = exports["timezone"].iloc[-1]
    self.workspace = workspace
    show(
        "head.html.j2",
        title=text(
            f"report_titles.{notebook}",
            month=self.language.month(self.months.first),
            name=name_of(name, self.language),
        ),
        facts=[
            (text("head.workspace"), workspace or exports["org_id"].iloc[0]),
            (text("head.zone"), zones),
            (text("head.currency"), text("head.usd")),
            (text("head.data_of"), self.formatter.moment(data_of(exports))),
        ],
        status_title=text("status.title"),
        status=statements(self.shown_head.status, self.formatter),
        details=text("status.details"),
    )


def show_status(self: Report, lines: Iterable[Statement]) -> None:
    """Lines below those of the head; nothing where there is none."""
    title, details = (self.language.text(f"status.{name}") for name in ("title", "details"))
    if found := list(lines):
        show("status.html.j2", status_title=title, status=found, details=details)


def period_before(self: Report, days: pd.DataFrame) -> Period | None:
    """What this month is to be compared with: the month before, or while it runs its same days.

    `days` is `usage.known_days` of both months. None where nothing of the month before is known.
    """
    before = month_before(month_of(self.months.first))
    known = {day.date() for day in days["day"][days["is_known"]]}
    self.same_days = None
    if _head(self).status.is_running:
        so_far = Period(self.months.first, max(known))
        last = before.first + (so_far.last - so_far.first)
        before = Period(before.first, min(last, before.last))
        if known.issuperset([*so_far.days(), *before.days()]):
            self.same_days = before
    return before if known.intersection(before.days()) else None


def at_a_glance(
    self: Report,
    keys: pd.DataFrame,
    days: pd.DataFrame,
    bridge: pd.DataFrame,
    events: pd.DataFrame,
) -> None:
    """The month in a few sentences and six figures.

    `bridge` is by API key and model, `events` are the anomalies, those that were expected too.
    """
    if self.same_days:
        self.months.compare_with(self.same_days, keys)
    write = Sentences(self.months, self.formatter)
    why = Causes(bridge, keys, self.formatter)
    causes = why.largest() if self.months.is_comparable else []
    message = [*write.total((lambda change: why.summary(causes, change)) if causes else None)]
    sentences = [why.story(cause, events) for cause in causes]
    if events.empty:  # else they are told below the chart of days
        sentences += write.spike(days)
    sentences = sentences or write.largest(keys)
    show(
        "figures.html.j2",
        title=self.language.text("figures.title"),
        figures=figures(self.months, self.formatter, self.total_in_currency),
        message=message,
        sentences=sentences,
    )
    told = [Markup(line).striptags() for line in (*message, *sentences)]  # noqa: S704
    self.lines = [*told[:1], *self.lines, *told[1:]]


def longer_periods(self: Report, periods: pd.DataFrame) -> None:
    """What the periods cost that have no bars beside those of single days."""
    is_longer = periods["first_day"] != periods["last_day"]
    if is_longer.any() and not is_longer.all():
        cost = total_of(periods["total_cost_usd"][is_longer])
        self.note("longer_periods", amount=self.formatter.money(cost))


def most_points(self: Report, keys: pd.DataFrame) -> None:
    """That not all keys with a ratio are drawn, where they are too many."""
    if keys["cache_hit_ratio_after"].notna().sum() > MOST_POINTS:
        self.note("most_points", count=MOST_POINTS)


def partial_months(self: Report) -> None:
    """What the star beside a month means, and of which months nothing is known."""
    if self.months.partial:
        self.note("partial_months")
    if unknown := self.months.unknown:
        names = ", ".join(self.language.month(month, "MMM y") for month in unknown)
        self.note("unknown_months", months=names)


def knows_tokens(self: Report, accounting: pd.DataFrame) -> bool:
    """Whether ratios of this month are known; if not, or only in part, a note says so."""
    kinds = texts_or_none(accounting["token_accounting"])
    costs = dict(zip(kinds, accounting["total_cost_usd"], strict=True))
    known = costs.keys() - {None, "unclear"}
    if not costs:
        self.note("nothing")
    elif not known:
        self.note("unclear_tokens" if "unclear" in costs else "no_tokens")
    elif known != costs.keys():
        part = share(sum(costs[kind] for kind in known), self.months.this.total_cost_usd)
        self.note("some_tokens", share=self.language.percent(part))
    return bool(known)


def definitions(self: Report) -> None:
    """What the numbers mean."""
    title = self.language.text("titles.definitions")
    texts = list(self.language.texts("definitions").values())
    show("definitions.html.j2", title=title, texts=texts)


def restated(self: Report, restatements: pd.DataFrame, moment: str | None) -> None:
    """What changed since an earlier report of this month that rested on data of `moment`."""
    self.subheading("restatements")
    if len(restatements) > MOST_RESTATEMENTS:
        most = {"count": MOST_RESTATEMENTS, "all": len(restatements)}
        self.note("most_restatements", **most)
    if moment is not None:
        exports = _head(self).exports
        for name, values in provenance.since(moment, restatements, exports, self.formatter):
            self.note(name, **values)
    elif restatements.empty:
        self.note("no_restatements")
    if len(restatements):
        self.table(restatements.head(MOST_RESTATEMENTS), columns=RESTATEMENT)


def command(self: Report, database: Path) -> None:
    """How to make this report again, and what it was made with."""
    show(
        "command.html.j2",
        title=self.language.text("titles.command"),
        texts=self.language.texts("command"),
        command=provenance.command(database, self.month, org_id_of(self), self.language.code),
        versions=self.language.text("command.versions", versions=provenance.versions()),
    )


def summary(self: Report, keys: pd.DataFrame, models: pd.DataFrame, teams: pd.DataFrame) -> None:
    """What the report carries for programs; the frames of `head` are part of it."""
    renderer.show_html(element(facts(self, keys, models, teams)))


def facts(
    self: Report, keys: pd.DataFrame, models: pd.DataFrame, teams: pd.DataFrame
) -> dict[str, object]:
    """The summary: the month, and what was shown of currencies, invoices, changes and lines."""
    head = _head(self)
    groups = {"keys": keys, "models": models, "teams": teams}
    found = summarise(
        self.months,
        head.exports,
        head.status,
        **groups,
        price_book=self.shown_price_book,
        differing_invoices=self.differing_invoices,
        changes=self.since_before,
    )
    found |= {"workspace": self.workspace} if self.workspace else {}
    found |= {"currencies": self.currencies} if self.currencies else {}
    found |= {"invoices": self.shown_invoices} if self.shown_invoices else {}
    return found | {"lines": self.lines}


def org_id_of(self: Report) -> str:
    """The workspace that the report is about."""
    return str(_head(self).exports["org_id"].iloc[0])


def _head(report: Report) -> Head:
    if report.shown_head is None:
        raise InvalidRequest("This needs report.head(exports, days, reconciliation) before it.")
    return report.shown_head
