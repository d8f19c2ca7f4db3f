"""What the report shows of the change against the month before: methods of `Report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langdock_usage.report.page.templates import show
from langdock_usage.report.wording.causes import Causes
from langdock_usage.report.wording.events import EventSentences

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.report.page.report import Report


def is_compared(self: Report) -> bool:
    """Whether this month can be compared with the one before; if not, a note says why."""
    if not self.months.is_comparable:
        self.note("not_compared" if self.months.before else "no_month_before")
    return self.months.is_comparable


def moved(self: Report, bridge: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """One row per API key, the largest change first: what moved its cost.

    `bridge` is `usage.bridge(…, by="key_and_model")`, `keys` is `usage.compare(…)`, both exact.
    `api_key_id`, `api_key_name`, `cost_before_usd`, the effects, `cost_after_usd`, `change_usd`,
    `change_ratio`.
    """
    return Causes(bridge, keys, self.formatter).of_keys()


def events(self: Report, anomalies: pd.DataFrame) -> None:
    """What was unusual: `usage.anomalies(…, include_expected=True)`, exact; nothing if none was."""
    write = EventSentences(self.formatter)
    sentences = [*write.unexpected(anomalies), *write.expected(anomalies)]
    if sentences:
        # no subheading: the table below is still that of the days
        show("title.html.j2", text=self.language.text("titles.events"), id="")
        show("sentences.html.j2", sentences=sentences)


def event_labels(self: Report, anomalies: pd.DataFrame) -> pd.DataFrame:
    """The events that nobody expected, to be marked in the chart of days."""
    return EventSentences(self.formatter).labels(anomalies)


def effects(self: Report, bridge: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """One row per effect that is not 0: `effect`, `change_usd`, `moved_most` (who, by how much)."""
    return Causes(bridge, keys, self.formatter).of_effects()
