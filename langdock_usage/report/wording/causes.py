"""Why a month cost more or less: the API keys that moved most, each with what moved it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

import pandas as pd
from markupsafe import Markup

from langdock_usage.analysis.bridge import EFFECTS
from langdock_usage.charts.drawing.chart_data import require
from langdock_usage.charts.drawing.names import shorten
from langdock_usage.charts.drawing.top_and_others import DIGITS, ratio
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.wording.cause_texts import told
from langdock_usage.rounding import rounded, rounded_parts, rounded_to_sum
from langdock_usage.text import exact_sum

NAMED = 3
KEY = ("api_key_id", "api_key_name")


@dataclass(frozen=True)
class Cause:
    """An API key that moved, and the effect that moved it most."""

    key: str
    name: str
    change_usd: Decimal
    shown_usd: Decimal
    """The change in cents, which add up with those of all others."""
    effect: str
    effect_usd: Decimal
    before: dict[str, Any]
    after: dict[str, Any]
    pairs: pd.DataFrame

    @property
    def way(self) -> str:
        """Whether the effect made it cost more or less."""
        return f"{self.effect}_{'more' if self.effect_usd > 0 else 'less'}"


class Causes:
    """From `usage.bridge(…, by="key_and_model")` and `usage.compare(…, by="key")`, both exact."""

    def __init__(self, bridge: pd.DataFrame, keys: pd.DataFrame, formatter: Formatter) -> None:
        amounts = ["cost_before_usd", *EFFECTS, "cost_after_usd", "change_usd"]
        require(bridge, [*KEY, "model", *amounts], "The cause of a change")
        self.bridge = bridge
        self._format = formatter
        self._keys = keys
        self._names = dict(
            zip(keys["api_key_id"], formatter.names(keys, "api_key_name"), strict=True)
        )

    def of_keys(self) -> pd.DataFrame:
        """One row per API key: what moved it; the largest change first."""
        columns = ["cost_before_usd", *EFFECTS, "cost_after_usd", "change_usd"]
        pairs = self.bridge[[*KEY, *columns]].groupby("api_key_id", sort=False, as_index=False)
        with localcontext(prec=DIGITS):
            found = pairs.agg({"api_key_name": "first", **dict.fromkeys(columns, "sum")})
        found["change_ratio"] = [
            ratio(change, before)
            for change, before in zip(found["change_usd"], found["cost_before_usd"], strict=True)
        ]
        order = found["change_usd"].map(abs).sort_values(ascending=False, kind="stable")
        return found.loc[order.index].reset_index(drop=True)

    def of_effects(self) -> pd.DataFrame:
        """One row per effect that is not 0, in their order, and the keys that moved most by it."""
        keys = self.of_keys()
        sums = {effect: exact_sum(keys[effect]) for effect in EFFECTS}
        shown = self._in_cents(list(sums.values()), exact_sum(keys["change_usd"]))
        rows = []
        for (effect, change), total in zip(sums.items(), shown, strict=True):
            cents = rounded_parts(list(keys[effect]), total, self._format.digits)
            amounts = dict(zip(keys["api_key_id"], cents, strict=True))
            moved = [key for key, amount in amounts.items() if amount]
            moved.sort(key=lambda key: -abs(amounts[key]))
            most = [
                f"{shorten(self._names[key])} {self._difference(amounts[key])}"
                for key in moved[:NAMED]
            ]
            if keys[effect].any():
                row = {"effect": self._format.label(effect), "change_usd": change}
                rows.append(row | {"moved_most": "; ".join(most)})
        return pd.DataFrame(rows, columns=["effect", "change_usd", "moved_most"])

    def largest(self) -> list[Cause]:
        """The keys that moved most, each at least by half of a percent of the cost before."""
        keys = self.of_keys()
        least = exact_sum(keys["cost_before_usd"]) / 200
        changes = list(keys["change_usd"])
        shown = self._in_cents(changes, exact_sum(changes))
        keys["shown_usd"] = pd.Series(shown, index=keys.index, dtype=object)
        rows = [row for row in keys.head(NAMED).to_dict("records") if row["change_usd"]]
        return [self._cause(row) for row in rows if abs(row["change_usd"]) >= least]

    def _in_cents(self, amounts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
        digits = self._format.digits
        return rounded_to_sum(amounts, rounded(total, digits), digits)

    def _cause(self, row: dict[Any, Any]) -> Cause:
        change = row["change_usd"]
        # that which went the way of the change, else "more by fewer requests" could be said
        effect = max(EFFECTS, key=lambda name: row[name] if change > 0 else -row[name])
        key = row["api_key_id"]
        [compared] = self._keys[self._keys["api_key_id"] == key].to_dict("records")
        return Cause(
            key=key,
            name=shorten(self._names[key]),
            change_usd=change,
            shown_usd=row["shown_usd"],
            effect=effect.removesuffix("_usd"),
            effect_usd=row[effect],
            before=_side(compared, "before"),
            after=_side(compared, "after"),
            pairs=self.bridge[self.bridge["api_key_id"] == key],
        )

    def summary(self, causes: Sequence[Cause], change: Decimal) -> Markup:
        """All of the change in one line: the keys that moved most, and all others together."""
        language = self._format.language
        parts = [
            language.markup(
                "causes.part",
                name=cause.name,
                difference=self._difference(cause.shown_usd),
                cause=language.text(f"effects.{cause.way}"),
            )
            for cause in causes
        ]
        rest = rounded(change, self._format.digits) - exact_sum(one.shown_usd for one in causes)
        if rest and len(self._names) > len(causes):
            parts.append(language.markup("causes.rest", difference=self._difference(rest)))
        return language.markup("causes.and").join(parts)

    def story(self, cause: Cause, events: pd.DataFrame) -> Markup:
        """A sentence: how much, who, and what moved it; and on which days, if on some of them."""
        name, values = told(cause, self._format)
        change = Markup("<strong>{}</strong>").format(self._difference(cause.shown_usd))
        own = self._format.language.markup(
            f"causes.{name}",
            name=cause.name,
            part=self._difference(cause.effect_usd),
            **values,
        )
        return Markup(" ").join([change, own, *self._on_days(cause, events)])

    def _on_days(self, cause: Cause, events: pd.DataFrame) -> list[Markup]:
        """The event of this key that went the way of its change and was the largest."""
        language = self._format.language
        its = events[(events["api_key_id"] == cause.key).fillna(value=False)].to_dict("records")
        same_way = [row for row in its if row["excess_usd"] * cause.change_usd > 0]
        if not same_way:
            return []
        event = max(same_way, key=lambda row: abs(row["excess_usd"]))
        days = language.interval(event["first_day"].date(), event["last_day"].date())
        excess = self._difference(event["excess_usd"])
        return [language.markup("events.part", days=days, excess=excess)]

    def _difference(self, amount: Decimal) -> str:
        return self._format.difference(amount)


def _side(compared: dict[Any, Any], side: str) -> dict[str, Any]:
    """The columns of one of two periods, under their plain names."""
    values = {n.replace(f"_{side}", ""): v for n, v in compared.items() if f"_{side}" in str(n)}
    return {name: None if pd.isna(value) else value for name, value in values.items()}
