"""What charts of the monthly report are given: names as they are shown, and not too many rows."""

from collections import Counter

import pandas as pd

from langdock_usage.charts.style import Style
from langdock_usage.report.monthly import BARS, Month, records
from langdock_usage.report.page.shown import Shown

NAMES = ("api_key_name", "model", "team")

MOST_POINTS = 500

FULL_NAMES = 50
"""Points of a chart that have the whole name of their key, however long."""


class Drawn:
    """Turns the frames of a month into what is drawn of them."""

    def __init__(self, month: Month, shown: Shown) -> None:
        self.shown = shown
        language = shown.language
        partial = {row["month"] for row in month.totals if not row["is_complete"]}
        series = {row["series"]: row["model"] for row in records(month.by_month())}
        models = {row["model"] for row in records(month.by_model())} | set(series.values())
        self._starts = Counter(shown.short(model) for model in models)
        self.style = Style(
            labels=shown.labels,
            models=[self._model(series[place]) for place in sorted(set(series) - {None})],
            money=shown.money,
            percent=lambda value: language.percent(value, 0),
            day=language.day,
            month=lambda first: language.month(first, "MMM y") + "*" * (first in partial),
        )

    def named(self, frame: pd.DataFrame, rank: str = "series") -> pd.DataFrame:
        """The frame with names as they are shown; models and keys without a rank are the others."""
        frame = frame.copy()
        others = self.shown.labels["others"]
        if "model" in frame:
            ranks = frame.get(rank, pd.Series(0, index=frame.index))
            frame["model"] = [
                others if place is None else self._model(model)
                for model, place in zip(frame["model"], ranks, strict=True)
            ]
        if "api_key_name" in frame:
            frame["api_key_name"] = self.shown.key_names(records(frame))
        return frame

    def named_teams(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the word for what belongs to no team."""
        none = self.shown.language.text("words.unassigned")
        names = [none if team is None else self.shown.name(team) for team in frame["team"]]
        return frame.assign(team=names)

    def top(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The costliest rows of this month, and one more for all others: the sum is the total."""
        columns = [name for name in ("api_key_id", *NAMES) if name in frame]
        used = frame.loc[frame["is_used"] == True, [*columns, "total_cost_usd"]]  # noqa: E712
        top, rest = used.head(BARS), used.iloc[BARS:]
        shown = self.named(top)
        if rest.empty:
            return shown
        others = {name: self.shown.labels["others"] for name in columns if name in NAMES}
        row = pd.DataFrame([{**others, "total_cost_usd": rest["total_cost_usd"].sum()}])
        return pd.concat([shown, row], ignore_index=True)

    def single_days(self, windows: pd.DataFrame) -> pd.DataFrame:
        """The days among the exported periods."""
        named = self.named(windows)
        is_single = named["window_start"] == named["window_end"]
        return named[is_single].rename(columns={"window_start": "day"}).reset_index(drop=True)

    def with_ratio(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows whose cache-hit ratio is known, as many as are drawn."""
        known = self.named(frame[frame["cache_hit_ratio"].notna()].head(MOST_POINTS))
        known = known.reset_index(drop=True)
        return self.shortened(known, FULL_NAMES) if "api_key_name" in known else known

    def shortened(self, frame: pd.DataFrame, full: int = 0) -> pd.DataFrame:
        """Only the beginning of long names, but for the first: each mark repeats its name."""
        names = list(frame["api_key_name"])
        starts = Counter(map(self.shown.cut, set(names)))
        return frame.assign(
            api_key_name=[
                name if place < full or starts[self.shown.cut(name)] > 1 else self.shown.cut(name)
                for place, name in enumerate(names)
            ]
        )

    def _model(self, model: str | None) -> str:
        """The beginning of a long name, which each mark repeats, if no other begins like it."""
        start = self.shown.short(model)
        return start if self._starts[start] < 2 else self.shown.name(model)
