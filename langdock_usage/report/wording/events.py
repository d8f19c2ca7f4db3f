"""What was unusual in a month: days that cost something else than expected, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from langdock_usage.charts.drawing.names import shorten
from langdock_usage.report.language.formatter import Formatter


@dataclass(frozen=True)
class EventSentences:
    """Writes about `usage.anomalies(…, include_expected=True, exact=True)`."""

    formatter: Formatter

    def unexpected(self, events: pd.DataFrame) -> list[Markup]:
        """A sentence for each event that nobody planned, in their order."""
        rows = events[~events["is_expected"].astype(bool)].to_dict("records")
        return [self._event("event", row) for row in rows]

    def expected(self, events: pd.DataFrame) -> list[Markup]:
        """A sentence for each that was planned, with the note of whoever planned it."""
        rows = events[events["is_expected"].astype(bool)].to_dict("records")
        note = self.formatter.language.text("events.no_note")
        return [
            self._event("expected", row, note=_known(row["expected_note"]) or note) for row in rows
        ]

    def labels(self, events: pd.DataFrame) -> pd.DataFrame:
        """The unexpected ones for the chart of days: `first_day`, `last_day`, `text`."""
        shown = events[~events["is_expected"].astype(bool)]
        texts = [
            f"{self.formatter.difference(row['excess_usd'])} {self._who(row)}"
            for row in shown.to_dict("records")
        ]
        return shown[["first_day", "last_day"]].assign(
            text=pd.Series(texts, shown.index, dtype=str)
        )

    def _event(self, name: str, row: Mapping[Any, Any], **more: object) -> Markup:
        language, money = self.formatter.language, self.formatter.money
        cause = _known(row["cause"])
        way = "more" if row["excess_usd"] > 0 else "less"
        effects = language.texts("effects")
        return language.markup(
            f"events.{name}",
            days=language.interval(row["first_day"].date(), row["last_day"].date()),
            excess=self.formatter.difference(row["excess_usd"]),
            who=self._who(row),
            cost=money(row["cost_usd"]),
            expected=money(row["expected_usd"]),
            kind=language.text(f"events.{row['kind']}"),
            cause=effects.get(f"{cause}_{way}", language.text("events.no_cause")),
            **more,
        )

    def _who(self, row: Mapping[Any, Any]) -> str:
        """The key, with its model; the team, or all of the workspace."""
        language = self.formatter.language
        key, model, team = (_known(row[name]) for name in ("api_key_name", "model", "team"))
        if key is None and team is None:
            return language.text("events.workspace")
        name = self.formatter.name(key) if key else self.formatter.in_column("team", team)
        if model is None:
            return shorten(name)
        values = {"name": shorten(name), "model": shorten(self.formatter.name(model))}
        return language.text("events.on_model", **values)


def _known(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
