"""What a notebook shows of a month: headings, sentences, charts, tables, and its summary."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from langdock_usage.charts import renderer
from langdock_usage.charts.cache_charts import MOST_POINTS
from langdock_usage.charts.top_and_others import total_of
from langdock_usage.report.language import Language
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly import provenance
from langdock_usage.report.monthly.data_status import DataStatus
from langdock_usage.report.monthly.figures import figures
from langdock_usage.report.monthly.marks import Marks
from langdock_usage.report.monthly.months import Months, share
from langdock_usage.report.monthly.sentences import Sentences
from langdock_usage.report.monthly.statements import statements
from langdock_usage.report.monthly.summary import data_of, element, summarise
from langdock_usage.report.page import cross_tables
from langdock_usage.report.page.frame_table import TableWriter, texts_or_none
from langdock_usage.report.page.own_charts import drawable, frames_of
from langdock_usage.report.page.style import report_style
from langdock_usage.report.page.templates import show, show_markdown

MOST_RESTATEMENTS = 200
RESTATEMENT = (
    "first_day",
    "restated_at",
    "cost_before_usd",
    "cost_after_usd",
    "change_usd",
    "more_requests",
)


class Report:
    """Shows a month in a language: what a cell hands to it appears in the sealed page.

    `months` is `usage.monthly_cost(…, by=None, exact=True)` of this month and those before it, and
    `models` the same by model: each model has one colour in all charts.

    >>> report = Report("2026-10", months, models)
    >>> report.heading("Plans", lead="What we agreed.")
    >>> report.table(keys)
    """

    def __init__(
        self, month: str, months: pd.DataFrame, models: pd.DataFrame, language: str = "en"
    ) -> None:
        """Raises InvalidRequest, NoData."""
        self.month = month
        self.months = Months(month, months)
        self.language = Language(language)
        total = self.months.this.total_cost_usd
        self.formatter = Formatter(self.language, total, models["model"])
        self.style = report_style(self.formatter, self.months, models)
        self._tables = TableWriter(self.formatter, self.months)
        self._section = "table"
        self._caption = ""

    @property
    def is_comparable(self) -> bool:
        """Are this month and the one before it both wholly in the database?"""
        return self.months.is_comparable

    # What any notebook shows

    def heading(self, name: str, lead: str = "") -> None:
        """The heading of a section: the name of a known one (`keys`), or any text."""
        known = self.language.texts("sections")
        texts: Any = known.get(name, {"title": name, "lead": lead})
        id_ = name if name in known else ""
        self._section, self._caption = name, texts["title"]
        lead = lead or texts["lead"]
        show("section.html.j2", id=id_, title=texts["title"], lead=lead)

    def subheading(self, name: str) -> None:
        """A heading within a section: the name of a known one, or any text."""
        text = self.language.texts("titles").get(name, name)
        self._section, self._caption = name, text
        show("title.html.j2", text=text)

    def text(self, markdown: str) -> None:
        """A text of your own, in Markdown."""
        show_markdown(markdown)

    def note(self, name: str, **values: object) -> None:
        """A remark: the name of a known one with its values, or any text."""
        is_known = name in self.language.texts("notes")
        text = self.language.text(f"notes.{name}", **values) if is_known else name
        show("note.html.j2", text=text)

    def chart(self, chart: Any, alt_text: str | None = None, if_empty: str = "nothing") -> None:
        """Any Altair chart, with a text for those who do not see it; a note where it is empty."""
        frames = frames_of(chart)
        costs = [frame["total_cost_usd"] for frame in frames if "total_cost_usd" in frame]
        if any(frame.empty for frame in frames):
            self.note(if_empty if self.months.this.requests else "nothing")
        elif costs and not any(cost.any() for cost in costs):
            if not self.months.this.total_cost_usd:  # else it was said where the cost is
                self.note("no_cost" if self.months.this.requests else "nothing")
        else:
            described = chart.properties(description=alt_text) if alt_text else chart
            renderer.show(drawable(described))

    def table(
        self,
        frame: pd.DataFrame,
        name: str | None = None,
        *,
        columns: Sequence[str] | None = None,
        total: bool = False,
    ) -> None:
        """A frame as a table that can be sorted, filtered and saved as CSV.

        How a column reads follows from the suffix of its name: `…_usd`, `…_ratio`, `…_tokens`,
        `…_at`; see `page.cells`. All are shown, or those in `columns`; of a comparison those of the
        later month, and what was added to it. `total` adds a last row. With a `name` (a known one,
        or any text) the table has a title, and is open if it is short.
        """
        if frame.empty:
            return
        titles = self.language.texts("tables")
        name = name or self._section
        count = self.language.number(len(frame))
        title = titles.get(name, "" if name == self._section else name).replace("{count}", count)
        table = self._tables.table(
            frame,
            name,
            title or self._caption,
            title=title,
            columns=columns,
            total=total,
        )
        file_name = f"{_slug(name)}-{self.month}.csv"
        words = self.language.texts("words")
        show("table.html.j2", table=table, file_name=file_name, words=words)

    # What the monthly report shows

    def head(self, exports: pd.DataFrame, days: pd.DataFrame, reconciliation: pd.DataFrame) -> None:
        """Workspace, month, zone, currency, the moment of the data, and whether it is final."""
        text = self.language.text
        self._exports, self._status = exports, DataStatus.of(days, reconciliation)
        zones = ", ".join(sorted(set(exports["timezone"])))
        show(
            "head.html.j2",
            title=text("head.title", month=self.language.month(self.months.first)),
            facts=[
                (text("head.workspace"), exports["org_id"].iloc[0]),
                (text("head.zone"), zones),
                (text("head.currency"), text("head.usd")),
                (text("head.data_of"), self.language.moment(data_of(exports))),
            ],
            status_title=text("status.title"),
            status=statements(self._status, self.formatter),
        )

    def at_a_glance(
        self,
        keys: pd.DataFrame,
        models: pd.DataFrame,
        days: pd.DataFrame,
        pairs: pd.DataFrame,
        pairs_before: pd.DataFrame,
    ) -> None:
        """The month in six figures and a few sentences; `pairs` are by API key and model."""
        write = Sentences(self.months, self.formatter)
        sentences = [*write.total(), *write.moves(keys, models, pairs, pairs_before)]
        show(
            "figures.html.j2",
            title=self.language.text("figures.title"),
            figures=figures(self.months, self.formatter),
            sentences=[*sentences, *(write.spike(days) or write.largest(keys))],
        )

    def marks(self, compared: pd.DataFrame, named: pd.DataFrame | None = None) -> list[str]:
        """What is new, gone or renamed in a comparison, to stand beside the names as `mark`.

        `named` has the names that API keys had: `usage.monthly_cost(…, by="key")`.
        """
        return Marks(self.months, self.formatter).of(compared, named)

    def changes(self) -> list[Decimal | None]:
        """For each of the months, how it changed against the one before, where that can be said."""
        return [self.months.change(total) for total in self.months]

    def by_model(
        self, frame: pd.DataFrame, before: pd.DataFrame | None = None, *, top: int | None = None
    ) -> pd.DataFrame:
        """Cost of each period, month or key with a column for each model, for `table`.

        Models with a colour of their own, or the `top` costliest ones; all others stand together.
        `before` has the days of the month before, which stand beside the same days of this one.
        """
        models = None if top else self.style.models
        return cross_tables.cost_by_model(self.formatter, frame, models, top or 0, before)

    def by_month(self, frame: pd.DataFrame, name: str) -> pd.DataFrame:
        """Cache-hit ratio of keys or models (`name` is their column) by month, for `table`."""
        return cross_tables.ratio_by_month(self.formatter, frame, name)

    def longer_periods(self, periods: pd.DataFrame) -> None:
        """What the periods cost that have no bars beside those of single days."""
        is_longer = periods["first_day"] != periods["last_day"]
        if is_longer.any() and not is_longer.all():
            cost = total_of(periods["total_cost_usd"][is_longer])
            self.note("longer_periods", amount=self.formatter.money(cost))

    def most_points(self, keys: pd.DataFrame) -> None:
        """That not all keys with a ratio are drawn, where they are too many."""
        if keys["cache_hit_ratio_after"].notna().sum() > MOST_POINTS:
            self.note("most_points", count=MOST_POINTS)

    def partial_months(self) -> None:
        """What the star beside a month means, where there is one."""
        if self.months.partial:
            self.note("partial_months")

    def knows_tokens(self, accounting: pd.DataFrame) -> bool:
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

    def definitions(self) -> None:
        """What the numbers mean."""
        title = self.language.text("titles.definitions")
        texts = list(self.language.texts("definitions").values())
        show("definitions.html.j2", title=title, texts=texts)

    def restated(self, restatements: pd.DataFrame, moment: str | None) -> None:
        """What changed since an earlier report of this month that rested on data of `moment`."""
        self.subheading("restatements")
        if len(restatements) > MOST_RESTATEMENTS:
            most = {"count": MOST_RESTATEMENTS, "all": len(restatements)}
            self.note("most_restatements", **most)
        if moment is not None:
            self._restated_since(restatements, provenance.moment_of(moment))
        elif restatements.empty:
            self.note("no_restatements")
        self.table(restatements.head(MOST_RESTATEMENTS), columns=RESTATEMENT)

    def command(self, database: Path, notebook: str = "monthly_report") -> None:
        """How to make this report again, and what it was made with."""
        org_id = self._exports["org_id"].iloc[0]
        show(
            "command.html.j2",
            title=self.language.text("titles.command"),
            texts=self.language.texts("command"),
            command=provenance.command(database, self.month, org_id, self.language.code, notebook),
            versions=self.language.text("command.versions", versions=provenance.versions()),
        )

    def summary(self, keys: pd.DataFrame, models: pd.DataFrame, teams: pd.DataFrame) -> None:
        """What the report carries for programs; needs `head`, whose frames are part of it."""
        found = summarise(
            self.months.this, self._exports, self._status, keys=keys, models=models, teams=teams
        )
        renderer.show_html(element(found))

    def _restated_since(self, restatements: pd.DataFrame, then: datetime) -> None:
        since = provenance.restated_since(restatements, then)
        self.note(
            "new_restatements" if since else "no_new_restatements",
            moment=self.language.moment(then),
            count=len(since),
            difference=self.formatter.difference(sum(since.values(), Decimal(0))),
        )
        received = self._exports["fetched_at"] > pd.Timestamp(then, tz="UTC")
        newer = int(received.sum()) - len(since)
        if newer > 0:
            self.note("newer_exports", count=newer)


def _slug(name: str) -> str:
    """A name that can be part of a file's name."""
    return re.sub(r"[^\w]+", "-", name).strip("-_").replace("_", "-").lower()[:40] or "table"
