"""What the notebook of the monthly report shows: head, figures, sections, charts and tables.

A `Page` displays; it computes nothing that the frames of `Month` do not already hold. Every value
reaches the page as text, through templates that escape it.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from langdock_usage.charts import renderer
from langdock_usage.report.language import Language
from langdock_usage.report.monthly import Month
from langdock_usage.report.page import small_print
from langdock_usage.report.page.alternatives import describe
from langdock_usage.report.page.drawn import MOST_POINTS, Drawn
from langdock_usage.report.page.figures import figures
from langdock_usage.report.page.sentences import sentences
from langdock_usage.report.page.shown import Shown, ratio
from langdock_usage.report.page.table import Table
from langdock_usage.report.page.verdict import statements
from langdock_usage.report.verdict import Verdict


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("langdock_usage.report", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Page:
    """Shows a month in a language."""

    def __init__(self, month: Month, language: str = "en") -> None:
        self.month = month
        self.language = Language(language)
        self.shown = Shown(month, self.language)
        self.drawn = Drawn(month, self.shown)

    def head(self) -> None:
        """Workspace, month, zone, currency, the moment of the data, and the verdict."""
        month, text = self.month, self.language.text
        moment = self.language.moment(max(row["fetched_at_utc"] for row in month.exports))
        self._show(
            "head.html.j2",
            title=text("head.title", month=self.language.month(month.first)),
            facts=[
                (text("head.workspace"), month.org_id),
                (text("head.zone"), ", ".join(sorted({row["timezone"] for row in month.exports}))),
                (text("head.currency"), text("head.usd")),
                (text("head.data_of"), moment),
            ],
            verdict_title=text("verdict.title"),
            verdict=statements(Verdict.of(month), self.shown),
        )

    def figures(self) -> None:
        """The month in six figures and a few sentences."""
        self._show(
            "figures.html.j2",
            title=self.language.text("figures.title"),
            figures=figures(self.month, self.shown),
            sentences=sentences(self.month, self.shown),
        )

    def section(self, name: str) -> None:
        """The heading of a section, and what it is about."""
        texts = self.language.texts(f"sections.{name}")
        if "lead_alone" in texts and self.month.days_before().empty:
            texts["lead"] = texts["lead_alone"]
        self._show("section.html.j2", id=name, title=texts["title"], lead=texts["lead"])

    def title(self, name: str) -> None:
        """The heading of one of several charts in a section."""
        self._show("title.html.j2", text=self.language.text(f"titles.{name}"))

    def partial_months(self) -> None:
        """What the star beside a month means, where there is one."""
        if not all(row["is_complete"] for row in self.month.totals):
            self.note("partial_months")

    def chart(self, name: str, draw: Callable[..., Any], frame: pd.DataFrame, *more: Any) -> None:
        """A chart with a text that says what it shows, or a note that there is nothing to show."""
        if frame.empty:
            is_by_period = name == "days" and self.month.total["requests"]
            self.note("no_days" if is_by_period else "nothing")
            return
        if "total_cost_usd" in frame and not any(frame["total_cost_usd"]):
            if not self.shown.total:  # else what cost something has been said to have no bars
                self.note("no_cost" if self.month.total["requests"] else "nothing")
            return
        chart = draw(frame, *more, style=self.drawn.style)
        text = describe(name, self.month, self.shown, frame)
        renderer.show(chart.properties(description=text))

    def table(self, table: Table) -> None:
        """A table behind a toggle, or an open one, that can be sorted, filtered and saved."""
        if table.rows:
            file_name = f"{table.name}-{self.month.name}.csv"
            self._show(
                "table.html.j2",
                table=table,
                file_name=file_name,
                words=self.language.texts("words"),
            )

    def note(self, name: str, **values: object) -> None:
        """A sentence where a chart would stand, or below one."""
        self._show("note.html.j2", text=self.language.text(f"notes.{name}", **values))

    def longer_periods(self, windows: pd.DataFrame) -> None:
        """What the periods cost that have no bars beside those of single days."""
        is_longer = windows["window_start"] != windows["window_end"]
        if is_longer.any() and not is_longer.all():
            cost = self.shown.money(windows.loc[is_longer, "total_cost_usd"].sum())
            self.note("longer_periods", amount=cost)

    def most_points(self, frame: pd.DataFrame) -> None:
        """That not all keys with a ratio are drawn, where they are too many."""
        if frame["cache_hit_ratio"].notna().sum() > MOST_POINTS:
            self.note("most_points", count=MOST_POINTS)

    def has_tokens(self) -> bool:
        """Whether ratios of this month are known; if not, or only in part, a note says so."""
        costs = {row["token_accounting"]: row["total_cost_usd"] for row in self.month.accounting}
        known = costs.keys() - {None, "unclear"}
        if not costs:
            self.note("nothing")
        elif not known:
            self.note("unclear_tokens" if "unclear" in costs else "no_tokens")
        elif known != costs.keys():
            share = ratio(sum(costs[kind] for kind in known), self.shown.total)
            self.note("some_tokens", share=self.language.percent(share))
        return bool(known)

    def definitions(self) -> None:
        """What the numbers mean."""
        self._show(
            "definitions.html.j2",
            title=self.language.text("titles.definitions"),
            texts=list(self.language.texts("definitions").values()),
        )

    def restated_since(self, moment: str | None) -> None:
        """What changed since an earlier report of this month that rested on data of `moment`."""
        rows = self.month.restatements
        self.title("restatements")
        if len(rows) > small_print.MOST_RESTATEMENTS:
            most = {"count": small_print.MOST_RESTATEMENTS, "all": len(rows)}
            self.note("most_restatements", **most)
        if moment is None:
            if not rows:
                self.note("no_restatements")
            return
        then = small_print.moment_of(moment)
        since = small_print.restated_since(rows, then)
        self.note(
            "new_restatements" if since else "no_new_restatements",
            moment=self.language.moment(then),
            count=len(since),
            difference=self.shown.difference(sum(since.values(), Decimal(0))),
        )
        newer = sum(row["fetched_at_utc"] > then for row in self.month.exports) - len(since)
        if newer > 0:
            self.note("newer_exports", count=newer)

    def again(self, notebook: str = "monthly_report") -> None:
        """How to make this report again, and what it was made with."""
        self._show(
            "again.html.j2",
            title=self.language.text("titles.again"),
            texts=self.language.texts("again"),
            command=small_print.command(self.month, self.shown, notebook),
            versions=self.language.text("again.versions", versions=small_print.versions()),
        )

    def _show(self, template: str, **values: Any) -> None:
        renderer.show_html(_templates().get_template(template).render(**values))
