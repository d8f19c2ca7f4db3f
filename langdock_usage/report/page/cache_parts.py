"""What reports show of caching and prices: methods of `Report`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from langdock_usage.charts.break_even import break_even_ratios
from langdock_usage.charts.drawing.names import shorten
from langdock_usage.report.monthly.months import share
from langdock_usage.report.page.templates import show
from langdock_usage.report.wording.caching import CacheSentences

if TYPE_CHECKING:
    from langdock_usage.report.page.report import Report


def cache_actions(self: Report, actions: pd.DataFrame) -> None:
    """What to do about caching: `usage.cache_actions`, exact; or that there is nothing."""
    write = _sentences(self)
    self.subheading("cache_actions")
    if actions.empty:
        self.note("no_actions")
    else:
        show("actions.html.j2", actions=write.actions(actions))


def caching(
    self: Report, savings: pd.DataFrame, unrealised: pd.DataFrame, teams: pd.DataFrame
) -> None:
    """What caching saved, wasted, and could save: by key and model, and by team, exact."""
    write = _sentences(self)
    sentences = write.saved(savings)
    if not sentences:
        self.note("no_prices")
        return
    sentences += [write.unrealised(unrealised), *write.team(teams)]
    show("sentences.html.j2", sentences=sentences)
    priced, total = sum(savings["priced_cost_usd"]), sum(savings["total_cost_usd"])
    if priced != total:
        self.note("some_prices", share=self.language.percent(share(priced, total)))


def break_even(self: Report, models: pd.DataFrame) -> None:
    """What the lines in the chart of cost against cache-hit ratio mean, model by model.

    `models` is `usage.cache_savings(…, by="model")` of the models in the chart.
    """
    ratios = break_even_ratios(models)
    if ratios.empty:
        return
    percent = self.language.percent
    names = self.formatter.names(ratios, "model")
    lines = [
        self.language.text(
            "words.break_even" if least == most else "words.break_even_range",
            model=shorten(name),
            least=percent(least, 0),
            most=percent(most, 0),
        )
        for name, least, most in zip(names, ratios["least"], ratios["most"], strict=True)
    ]
    self.note("break_even", models="; ".join(lines))


def price_jumps(self: Report, jumps: pd.DataFrame) -> None:
    """The days from which on a model was billed at other prices: `usage.price_jumps`."""
    jumps = jumps[jumps["first_day"] >= pd.Timestamp(self.months.first)]
    if len(jumps):
        show("sentences.html.j2", sentences=_sentences(self).jumps(jumps))


def what_if(self: Report, moved: pd.DataFrame, *, is_assumed: bool) -> None:
    """What the change of models comes to, and what is assumed: `usage.what_if`, exact."""
    if moved.empty:
        self.note("no_cheaper_model")
        return
    show("sentences.html.j2", sentences=_sentences(self).what_if(moved))
    if is_assumed:
        self.note("assumed_model")
    self.note("prices_only")


def price_book(self: Report, answer: pd.DataFrame, earlier: Mapping[str, object] | None) -> None:
    """Which price book the amounts rest on, and that an earlier report rested on another one.

    `answer` is that of a question about prices; `earlier` is the book of the report of this month
    that was made before. The summary of the report says the same for programs.
    """
    book = self.shown_price_book = answer.attrs["price_book"]
    self.note("price_book", book=book["book"], version=book["list_version"])
    if earlier and earlier["sha256"] != book["sha256"]:
        values = {"before": earlier["book"], "version": earlier["list_version"]}
        self.note("other_price_book", book=book["book"], **values)


def _sentences(report: Report) -> CacheSentences:
    return CacheSentences(report.formatter, report.language.month(report.months.first))
