"""What reports show of caching and prices: methods of `Report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from langdock_usage.report.monthly.caching import CacheSentences
from langdock_usage.report.monthly.months import share
from langdock_usage.report.page.templates import show

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


def _sentences(report: Report) -> CacheSentences:
    return CacheSentences(report.formatter, report.language.month(report.months.first))
