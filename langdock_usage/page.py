"""What the notebook of the monthly report shows: head, figures, sections, charts with their tables.

A `Page` displays; it computes nothing that the frames of `Month` do not already hold. Every value
reaches the page as text through templates that escape it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

import altair as alt
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from . import charts, renderer
from .language import Language, digits_for
from .monthly import Month
from .summary import exact

TOP = 15
"""Bars of a chart; all others are drawn together, so that the bars add up to the total."""


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("langdock_usage", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True)
class Cell:
    """One cell of a table: what people read, and the exact value behind it."""

    text: str
    value: str | None = None


@dataclass
class Table:
    """A table of the page. `kinds` says for each column whether it is `text` or `number`."""

    heads: Sequence[str]
    kinds: Sequence[str]
    rows: list[list[Cell]] = field(default_factory=list)
    total: list[Cell] | None = None


class Page:
    """Shows a month in a language."""

    def __init__(self, month: Month, language: str = "en") -> None:
        renderer.enable()
        self.month = month
        self.language = Language(language)
        self.labels = self.language.texts("columns")
        self.digits = digits_for(month.total["total_cost_usd"])
        self.has_tokens = month.total.get("input_tokens") is not None
        named = month.by_month().drop_duplicates("series").dropna(subset="series")
        self.models = [self._name(model) for model in named.sort_values("series")["model"]]

    def head(self) -> None:
        """Which workspace, month and zone, and the moment of the data."""
        month, language = self.month, self.language
        self._show(
            "head.html.j2",
            title=language.text("head.title", month=language.month(month.first)),
            facts=[
                (language.text("head.workspace"), month.org_id),
                (language.text("head.zone"), ", ".join(sorted(set(month.exports["timezone"])))),
                (language.text("head.currency"), "USD"),
                (
                    language.text("head.data_of"),
                    language.moment(month.exports["fetched_at_utc"].max()),
                ),
            ],
        )

    def figures(self) -> None:
        """The month in six figures, each with the value of the month before."""
        now, before = self.month.total, self.month.previous_total or {}
        money = self.language.money
        per_request = (now.get("cost_per_request_usd"), before.get("cost_per_request_usd"))
        per_million = (
            now.get("cost_per_million_tokens_usd"),
            before.get("cost_per_million_tokens_usd"),
        )
        self._show(
            "figures.html.j2",
            title=self.language.text("figures.title"),
            figures=[
                self._figure(
                    "total",
                    money(now["total_cost_usd"], self.digits),
                    money(before.get("total_cost_usd"), self.digits),
                ),
                self._figure(
                    "change",
                    self.language.change(
                        change(now["total_cost_usd"], before.get("total_cost_usd"))
                    ),
                    None,
                ),
                self._figure(
                    "requests",
                    self.language.number(now["requests"]),
                    self.language.number(before.get("requests")),
                ),
                self._figure("cost_per_request", *self._rates(per_request)),
                self._figure("cost_per_million_tokens", *self._rates(per_million)),
                self._figure(
                    "cache_hit_ratio",
                    self.language.percent(now.get("cache_hit_ratio")),
                    self.language.percent(before.get("cache_hit_ratio")),
                ),
            ],
        )

    def section(self, name: str) -> None:
        """The heading of a section, and what it is about."""
        self._show(
            "section.html.j2",
            id=name,
            title=self.language.text(f"sections.{name}.title"),
            lead=self.language.text(f"sections.{name}.lead"),
        )

    def cost_by_day(self) -> None:
        """Cost of each day by model, and the month before."""
        windows = self._named(self.month.by_window())
        daily = _single_days(windows)
        if not daily.empty:
            by_day = daily.groupby("day")["total_cost_usd"].sum()
            costliest = by_day.astype(float).idxmax()
            self._chart(
                charts.cost_per_day(
                    daily,
                    _single_days(self._named(self.month.previous_by_window())),
                    self.models,
                    self.labels,
                ),
                "days",
                day=self.language.day(costliest),
                amount=self._cost(by_day[costliest]),
            )
        totals = windows.groupby(["window_start", "window_end"], as_index=False)[
            ["total_cost_usd", "requests"]
        ].sum()
        rows = [
            [Cell(self._period(row)), self._money_cell(row), self._count_cell(row["requests"])]
            for _, row in totals.iterrows()
        ]
        self._table(["period", "total_cost_usd", "requests"], rows, totals)

    def cost_by_key(self) -> None:
        """Cost of each key: the first 15 and all others as bars, all of them as a table."""
        self._compare(self.month.by_key(), "keys", "api_key_name")

    def cost_by_model(self) -> None:
        """Cost of each model: the first 15 and all others as bars, all of them as a table."""
        self._compare(self.month.by_model(), "models", "model")

    def cost_by_key_and_model(self) -> None:
        """Heatmap of the costliest keys and models."""
        grid = self._named(self.month.by_key_and_model(), "model_rank")
        others = grid["key_rank"].isna()
        grid["api_key_name"] = grid["api_key_name"].mask(others, self.labels["others"])
        grid["cost_label"] = [
            self.language.money(cost, 0 if self.digits == 2 else self.digits)
            for cost in grid["total_cost_usd"]
        ]
        if not grid.empty:
            top = grid.loc[grid["total_cost_usd"].astype(float).idxmax()]
            self._chart(
                charts.cost_per_key_and_model(grid, self.labels),
                "grid",
                name=top["api_key_name"],
                model=top["model"],
                amount=self._cost(top["total_cost_usd"]),
            )
        rows = [
            [
                Cell(self._name(row["api_key_name"])),
                Cell(row["model"]),
                self._money_cell(row),
                self._count_cell(row["requests"]),
            ]
            for _, row in grid.iterrows()
        ]
        self._table(["api_key_name", "model", "total_cost_usd", "requests"], rows, grid)

    def cache(self) -> None:
        """Cache-hit ratio per key and per model, or why there is none."""
        if not self.has_tokens:
            self._show("note.html.j2", text=self.language.text("sections.cache.none"))
            return
        for frame, name, alt_text in (
            (self.month.by_key(), "api_key_name", "cache_keys"),
            (self.month.by_model(), "model", "cache_models"),
        ):
            frame[name] = [self._name(value) for value in frame[name]]
            known: Any = frame[frame["cache_hit_ratio"].notna()].head(TOP)
            if known.empty:
                continue
            best: Any = known.loc[known["cache_hit_ratio"].astype(float).idxmax()]
            self._chart(
                charts.cache_efficiency(known, name, self.labels),
                alt_text,
                name=best[name],
                ratio=self.language.percent(best["cache_hit_ratio"]),
            )

    def months(self) -> None:
        """Cost of this month and the twelve before it, by model."""
        monthly = self._named(self.month.by_month())
        totals: Any = self.month.totals
        if totals.empty:
            return
        costliest: Any = totals.loc[totals["total_cost_usd"].astype(float).idxmax()]
        self._chart(
            charts.cost_per_month(monthly, self.models, self.labels),
            "months",
            first=self.language.month(totals["month"].min()),
            last=self.language.month(totals["month"].max()),
            month=self.language.month(costliest["month"]),
            amount=self._cost(costliest["total_cost_usd"]),
        )
        rows = [
            [
                Cell(self.language.month(row["month"]), f"{row['month']:%Y-%m}"),
                self._money_cell(row),
                self._count_cell(row["requests"]),
                self._percent_cell(row["cache_hit_ratio"]),
            ]
            for _, row in totals.iterrows()
        ]
        self._table(["month", "total_cost_usd", "requests", "cache_hit_ratio"], rows, None)

    def _compare(self, frame: Any, section: str, name: str) -> None:
        frame[name] = [self._name(value) for value in frame[name]]
        used = frame[frame["is_used"]]
        bars = self._top(used, name)
        total = Decimal(self.month.total["total_cost_usd"])
        if not bars.empty:
            first = bars.iloc[0]
            self._chart(
                charts.cost_per_key(bars, self.labels)
                if name == "api_key_name"
                else charts.cost_per_model(bars, self.models, self.labels),
                section,
                name=first[name],
                amount=self._cost(first["total_cost_usd"]),
                share=self.language.percent(ratio(first["total_cost_usd"], total)),
            )
        rows = [
            [
                Cell(row[name]),
                self._money_cell(row),
                self._percent_cell(ratio(row["total_cost_usd"], total)),
                self._change_cell(row),
                self._count_cell(row["requests"]),
                self._percent_cell(row["cache_hit_ratio"]),
            ]
            for _, row in frame.iterrows()
        ]
        heads = [name, "total_cost_usd", "share", "change", "requests", "cache_hit_ratio"]
        self._table(heads, rows, frame)

    def _top(self, frame: Any, name: str) -> Any:
        columns = ["api_key_id", name] if name == "api_key_name" else [name]
        top = frame.head(TOP)[[*columns, "total_cost_usd"]]
        rest = frame.iloc[TOP:]
        if rest.empty:
            return top
        others = {name: self.labels["others"], "total_cost_usd": rest["total_cost_usd"].sum()}
        if name == "api_key_name":
            others["api_key_id"] = ""
        return pd.concat([top, pd.DataFrame([others])], ignore_index=True)

    def _named(self, frame: Any, rank: str = "series") -> Any:
        """Models as they are shown: those without a rank stand together."""
        frame["model"] = [
            self.labels["others"] if pd.isna(place) else self._name(model)
            for model, place in zip(frame["model"], frame[rank], strict=True)
        ]
        return frame

    def _name(self, name: str | None) -> str:
        return self.language.unknown if name is None else name

    def _cost(self, amount: Decimal) -> str:
        return self.language.money(amount, self.digits)

    def _rates(self, rates: Iterable[float | None]) -> list[str]:
        known = [rate for rate in rates if rate]
        digits = max((digits_for(rate) for rate in known), default=2)
        return [self.language.money(rate, digits) for rate in rates]

    def _figure(self, name: str, now: str, before: str | None) -> dict[str, str]:
        label = self.language.text(f"figures.{name}")
        if not self.month.previous_total:
            note = self.language.text("figures.no_month_before")
        elif before is None:
            note = ""
        else:
            month = self.language.month(self.month.previous_total["month"])
            note = self.language.text("figures.before", month=month, value=before)
        return {"label": label, "value": now, "note": note}

    def _period(self, row: Any) -> str:
        first, last = row["window_start"], row["window_end"]
        days = self.language.day(first)
        return days if first == last else f"{days} \u2013 {self.language.day(last)}"

    def _money_cell(self, row: Any) -> Cell:
        return Cell(self._cost(row["total_cost_usd"]), exact(row["total_cost_usd"]))

    def _count_cell(self, count: int) -> Cell:
        return Cell(self.language.number(count), str(count))

    def _percent_cell(self, value: Any) -> Cell:
        return Cell(self.language.percent(value), "" if value is None else f"{float(value):.6f}")

    def _change_cell(self, row: Any) -> Cell:
        moved = change(row["total_cost_usd"], row["previous_cost_usd"])
        return Cell(self.language.change(moved), "" if moved is None else f"{float(moved):.6f}")

    def _chart(self, chart: alt.LayerChart, alt_text: str, **values: object) -> None:
        description = self.language.text(f"alt.{alt_text}", **values)
        renderer.show(chart.properties(description=description))

    def _table(self, columns: Sequence[str], rows: list[list[Cell]], frame: Any) -> None:
        texts = ("period", "month", "model", "api_key_name")
        kinds = ["text" if column in texts else "number" for column in columns]
        total = None
        if frame is not None:
            cost = Decimal(self.month.total["total_cost_usd"])
            sums = {
                "total_cost_usd": Cell(self._cost(cost), exact(cost)),
                "requests": self._count_cell(self.month.total["requests"]),
            }
            total = [sums.get(column, Cell("")) for column in columns]
            total[0] = Cell(self.language.text("words.total"))
        table = Table([self.labels[column] for column in columns], kinds, rows, total)
        self._show("table.html.j2", table=table, words=self.language.texts("words"))

    def _show(self, template: str, **values: object) -> None:
        renderer.show_html(_templates().get_template(template).render(**values))


def ratio(part: Any, whole: Any) -> Decimal | None:
    """A share; None where there is nothing to have a share of."""
    return Decimal(part) / Decimal(whole) if whole else None


def change(now: Any, before: Any) -> Decimal | None:
    """Relative change; None where there was nothing before."""
    return (Decimal(now) - Decimal(before)) / Decimal(before) if before else None


def _single_days(windows: Any) -> Any:
    single = windows[windows["window_start"] == windows["window_end"]]
    return single.rename(columns={"window_start": "day"})
