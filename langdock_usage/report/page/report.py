"""What a notebook shows of a month: headings, sentences, charts, tables, and its summary."""

import re
import string
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from langdock_usage.analysis.shares import Due
from langdock_usage.charts import renderer
from langdock_usage.charts.drawing.chart_data import require
from langdock_usage.errors import InvalidRequest
from langdock_usage.report.language import Language
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.marks import Marks
from langdock_usage.report.monthly.months import Months
from langdock_usage.report.monthly.since import Since
from langdock_usage.report.page import (
    cache_parts,
    monthly_parts,
    moved_parts,
    outlook_parts,
    sending_parts,
    statement_parts,
)
from langdock_usage.report.page.monthly_parts import Head
from langdock_usage.report.page.own_charts import drawable, frames_of
from langdock_usage.report.page.style import report_style
from langdock_usage.report.page.templates import show, show_markdown
from langdock_usage.report.tables import cross_tables
from langdock_usage.report.tables.frame_table import TableWriter
from langdock_usage.windows import Period

MONTH_COLUMNS = (
    "month",
    "days_known",
    "days_in_month",
    "requests",
    "total_cost_usd",
    "cost_per_request_usd",
    "cost_per_million_tokens_usd",
    "cache_hit_ratio",
)


class Report:
    """Shows a month in a language: what a cell hands to it appears in the sealed page.

    `months` is `usage.monthly_cost(…, by=None, exact=True)` of this month and those before it, and
    `models` the same by model: each model has one colour in all charts.

    >>> report = Report("2026-10", months, models)
    >>> report.heading("Plans", lead="What we agreed.")
    >>> report.table(keys)
    """

    head = monthly_parts.head
    period_before = monthly_parts.period_before
    at_a_glance = monthly_parts.at_a_glance
    is_running = outlook_parts.is_running
    outlook = outlook_parts.outlook
    is_compared = moved_parts.is_compared
    moved = moved_parts.moved
    effects = moved_parts.effects
    events = moved_parts.events
    event_labels = moved_parts.event_labels
    longer_periods = monthly_parts.longer_periods
    most_points = monthly_parts.most_points
    partial_months = monthly_parts.partial_months
    knows_tokens = monthly_parts.knows_tokens
    definitions = monthly_parts.definitions
    restated = monthly_parts.restated
    command = monthly_parts.command
    summary = monthly_parts.summary
    cache_actions = cache_parts.cache_actions
    caching = cache_parts.caching
    break_even = cache_parts.break_even
    price_jumps = cache_parts.price_jumps
    what_if = cache_parts.what_if
    price_book = cache_parts.price_book
    total_in = sending_parts.total_in
    in_currency = sending_parts.in_currency
    rates = sending_parts.rates
    invoices_at_top = sending_parts.invoices_at_top
    invoices = sending_parts.invoices
    since_at_top = sending_parts.since_at_top
    since = sending_parts.since
    due = statement_parts.due
    saved = statement_parts.saved
    statement_summary = statement_parts.statement_summary

    def __init__(
        self, month: str, months: pd.DataFrame, models: pd.DataFrame, language: str = "en"
    ) -> None:
        """Raises InvalidRequest, NoData."""
        require(months, MONTH_COLUMNS, "Report(…, months, …)")
        require(models, ["model"], "Report(…, models)")
        self.month = month
        self.months = Months(month, months)
        self.language = Language(language)
        total = self.months.this.total_cost_usd
        self.formatter = Formatter(self.language, total, models["model"])
        self.style = report_style(self.formatter, self.months, models)
        self._tables = TableWriter(self.formatter, self.months)
        self._section, self._caption = "table", ""
        self.shown_head: Head | None = None
        self.shown_due: Due | None = None
        self.same_days: Period | None = None
        self.shown_price_book: Mapping[str, object] | None = None
        self.workspace: str | None = None
        self.total_in_currency: str | None = None
        self.currencies: dict[str, dict[str, Any]] = {}
        self.shown_invoices: list[dict[str, str]] = []
        self.differing_invoices: list[str] = []
        self.since_before: Since | None = None
        self.lines: list[str] = []
        self._shown: Counter[str] = Counter()
        self._is_said_empty = False

    def heading(self, name: str, lead: str = "") -> None:
        """The heading of a section: the name of a known one (`keys`), or any text."""
        known = self.language.texts("sections")
        texts: Any = known.get(name, {"title": name, "lead": lead})
        id_ = name if name in known else f"section-{_slug(name)}"
        self._section, self._caption, self._is_said_empty = name, texts["title"], False
        lead = lead or texts["lead"]
        short = texts.get("short") or texts["title"]
        show("section.html.j2", id=id_, title=texts["title"], short=short, lead=lead)

    def subheading(self, name: str) -> None:
        """A heading within a section: the name of a known one, or any text."""
        titles = self.language.texts("titles")
        text = titles.get(name, name)
        self._section, self._caption, self._is_said_empty = name, text, False
        show("title.html.j2", text=text, id=f"about-{name}" if name in titles else "")

    def text(self, markdown: str) -> None:
        """A text of your own, in Markdown."""
        show_markdown(markdown)

    def note(self, name: str, **values: object) -> None:
        """A remark: the name of a known one with its values, or any text. Raises InvalidRequest."""
        notes = self.language.texts("notes")
        if name in notes:
            fields = {field for _, field, *_ in string.Formatter().parse(notes[name]) if field}
            if missing := sorted(fields - values.keys()):
                needed = ", ".join(f"{field}=…" for field in missing)
                raise InvalidRequest(
                    f"The note {name!r} needs values: report.note({name!r}, {needed})."
                )
        text = self.language.text(f"notes.{name}", **values) if name in notes else name
        show("note.html.j2", text=_with_code(text) if name in notes else text)

    def chart(self, chart: Any, alt_text: str | None = None, if_empty: str = "nothing") -> None:
        """Any Altair chart, with a text for those who do not see it; a note where it is empty.

        Raises InvalidRequest.
        """
        frames = frames_of(chart)
        costs = [frame["total_cost_usd"] for frame in frames if "total_cost_usd" in frame]
        if any(frame.empty for frame in frames):
            self._say_empty(if_empty if self.months.this.requests else "nothing")
        elif costs and not any(cost.any() for cost in costs):
            if not self.months.this.total_cost_usd:  # else it was said where the cost is
                self._say_empty("no_cost" if self.months.this.requests else "nothing")
        else:
            described = chart.properties(description=alt_text) if alt_text else chart
            renderer.show(drawable(described))

    def table(
        self,
        frame: Any,
        name: str | None = None,
        *,
        columns: Any = None,
        total: bool = False,
        labels: Mapping[Any, str] | None = None,
    ) -> None:
        """A frame or series as a table that can be sorted, filtered and saved as CSV.

        How a column reads follows from the suffix of its name: `…_usd`, `…_ratio`, `…_tokens`,
        `…_at`; see `page.cells`. All are shown, an index with a name first, or those in `columns`
        (a name or several); of a comparison those of the later month, and what was added to it.
        `labels` are headings for columns: `labels={"cost_per_seat_usd": "Cost per seat"}`. `total`
        adds a last row. With a `name` (a known one, or any text) the table has a title, and is open
        if it is short. "Share" is that of the cost of the whole month.

        Raises InvalidRequest, which names the column.
        """
        name = self._section if name is None else str(name)
        titles = self.language.texts("tables")
        title = titles.get(name, "" if name == self._section else name)
        made = self._tables.table(
            frame, name, title or self._caption, columns=columns, total=total, labels=labels
        )
        if not made.rows:
            self._say_empty("nothing")
            return
        file_name = _slug(name)
        self._shown[file_name] += 1
        number = self._shown[file_name]
        again = f" \u00b7 {number}" if number > 1 else ""
        title = title.replace("{count}", self.language.number(len(frame)))
        caption = (title or self._caption) + again
        show(
            "table.html.j2",
            table=replace(made, title=title and caption, caption=caption),
            file_name=f"{file_name}{f'-{number}' * (number > 1)}-{self.month}.csv",
            words=self.language.texts("words"),
        )

    def _say_empty(self, note: str) -> None:
        """Say once in a section that there is nothing to show."""
        if not self._is_said_empty:
            self.note(note)
        self._is_said_empty = True

    def marks(self, compared: pd.DataFrame, named: pd.DataFrame | None = None) -> list[str]:
        """What is new, gone or renamed in a comparison, to stand beside the names as `mark`.

        `named` has the names that API keys had: `usage.monthly_cost(…, by="key")`.
        """
        return Marks(self.months, self.formatter).of(compared, named)

    def changes(self) -> list[Decimal | None]:
        """For each of the months, how it changed against the one before, where that can be said."""
        return [self.months.change(total) for total in self.months]

    def years_before(self) -> list[Decimal | None]:
        """For each of the months, what the same month of the year before cost, where known."""
        before = [self.months.year_ago(total) for total in self.months]
        return [total.total_cost_usd if total else None for total in before]

    def years_to_date(self) -> list[Decimal]:
        """For each of the months, the cost of its year from January, or the first known month."""
        return [
            sum((t.total_cost_usd for t in self.months.year_to_date(total.month)), Decimal(0))
            for total in self.months
        ]

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

    def savings_by_month(self, frame: pd.DataFrame) -> pd.DataFrame:
        """What caching saved at least by month: `usage.cache_savings(…, by="key_and_month")`."""
        return cross_tables.saving_by_month(self.formatter, frame)


def _with_code(text: str) -> Markup:
    """Commands between backticks as such."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704


def _slug(name: str) -> str:
    """A name that can be part of a file's name."""
    return re.sub(r"[^\w]+", "-", name).strip("-_").replace("_", "-").lower()[:40] or "table"
