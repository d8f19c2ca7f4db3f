"""What caching is worth, in sentences: what to do, and what was saved, wasted and not realised."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
from markupsafe import Markup

from langdock_usage.charts.drawing.names import shorten
from langdock_usage.report.language.formatter import Formatter

# the question that an action follows from, by the name of its table in the page
CHECKED_IN = {
    "stop_writing": "cache_savings",
    "correct_price": "price_check",
    "raise_hit_ratio": "unrealised_savings",
}


@dataclass(frozen=True)
class CacheSentences:
    """Writes about the caching of a month, in the words and digits of a report."""

    formatter: Formatter
    month: str

    def actions(self, actions: pd.DataFrame) -> list[Markup]:
        """What to do, worth what, how certain, and where to check it: `usage.cache_actions`."""
        names = self.formatter.names(actions, "api_key_name")
        rows = actions.astype(object).where(actions.notna(), None).to_dict("records")
        return [self._action(row, name) for row, name in zip(rows, names, strict=True)]

    def saved(self, savings: pd.DataFrame) -> list[Markup]:
        """What caching saved, and what was lost again: `usage.cache_savings` by key and model."""
        known = savings[savings["saving_low_usd"].notna()]
        if known.empty:
            return []
        low, high = sum(known["saving_low_usd"]), sum(known["saving_high_usd"])
        if low >= 0:
            found = [self._write("saved", amount=self._range(low, high))]
        elif high <= 0:
            found = [_loud(self._write("lost", amount=self._range(low, high)))]
        else:
            found = [self._write("unsure", cost=self._money(-low), saved=self._money(high))]
        wasted = known[[value < 0 for value in known["saving_high_usd"]]]
        if wasted.empty:
            return [*found, self._write("nothing_wasted")]
        low, high = (sum(_inferred_or(wasted, name)) for name in _BOUNDS)
        amount = self._range(low, high)
        return [*found, _loud(self._write("wasted", amount=amount, where=self._pairs(wasted)))]

    def unrealised(self, unrealised: pd.DataFrame) -> Markup:
        """What the others would save as well as the best: `usage.unrealised_savings`."""
        if unrealised.empty:
            return self._write("nothing_unrealised")
        amount = self._money(sum(unrealised["unrealised_usd"]))
        return self._write("unrealised", amount=amount, count=len(unrealised))

    def team(self, teams: pd.DataFrame) -> list[Markup]:
        """The team that caching saved most: `usage.cache_savings(…, by="team")`."""
        named = teams[(teams["team"] != "unassigned") & teams["saving_low_usd"].notna()]
        saving = [row for row in named.to_dict("records") if row["saving_low_usd"] > 0]
        if not saving:
            return []
        most = max(saving, key=lambda row: row["saving_low_usd"])
        amount = self._range(most["saving_low_usd"], most["saving_high_usd"])
        name = shorten(self.formatter.in_column("team", most["team"]))
        return [self._write("team", team=name, amount=amount)]

    def jumps(self, jumps: pd.DataFrame) -> list[Markup]:
        """From which day on a model was billed at other prices: `usage.price_jumps`."""
        language = self.formatter.language
        return [
            language.markup(
                "caching.jump",
                model=shorten(self.formatter.name(row["model"])),
                day=language.day(row["first_day"]),
                before=language.two_decimals(row["price_ratio_before"]),
                after=language.two_decimals(row["price_ratio_after"]),
                count=row["key_count"],
            )
            for row in jumps.to_dict("records")
        ]

    def what_if(self, moved: pd.DataFrame) -> list[Markup]:
        """What each replacement of a model would change: `usage.what_if`."""
        return [
            self._moved(str(model), str(other), of_pair)
            for (model, other), of_pair in moved.groupby(["model", "to_model"], sort=False)
        ]

    def _moved(self, model: str, other: str, moved: pd.DataFrame) -> Markup:
        names = {"model": shorten(self.formatter.name(model)), "other": shorten(other)}
        known = moved[moved["change_low_usd"].notna() & moved["change_high_usd"].notna()]
        if known.empty:
            return self._write("moved_unknown", **names)
        low, high = sum(known["change_low_usd"]), sum(known["change_high_usd"])
        if low < 0 < high:
            values = {"saved": self._money(-low), "cost": self._money(high)}
            return self._write("moved_either", **names, **values)
        name = "moved_less" if high <= 0 else "moved_more"
        return self._write(name, **names, amount=self._range(low, high))

    def _pairs(self, savings: pd.DataFrame) -> str:
        """The first API keys and models of some rows, and how many more there are."""
        names = self.formatter.names(savings, "api_key_name")[:MOST_PAIRS]
        models = map(self.formatter.name, savings["model"][:MOST_PAIRS])
        pairs = [f"{shorten(key)} / {shorten(of)}" for key, of in zip(names, models, strict=True)]
        more = len(savings) - len(pairs)
        return ", ".join(pairs) + f" (+{more})" * (more > 0)

    def _action(self, row: dict[Any, Any], name: str) -> Markup:
        language = self.formatter.language
        action = row["action"]
        if action == "stop_writing" and row["cache_read_tokens"]:
            action = "stop_writing_some"
        is_up_to = action == "raise_hit_ratio"
        values = {
            "name": shorten(name),
            "model": shorten(self.formatter.name(row["model"])),
            "amount": self._range(
                row["worth_high_usd" if is_up_to else "worth_low_usd"], row["worth_high_usd"]
            ),
            "written": self._tokens(row["cache_write_tokens"]),
            "read": self._tokens(row["cache_read_tokens"]),
            "ratio": language.percent(row["cache_hit_ratio"]),
            "best": language.percent(row["best_cache_hit_ratio"]),
        }
        table = language.text(f"tables.{CHECKED_IN[row['action']]}")
        return Markup(" ").join(
            [
                language.markup(f"actions.{action}", **values),
                language.markup(f"certainty.{row['certainty']}"),
                language.markup("actions.check", table=table.partition(" (")[0]),
            ]
        )

    def _write(self, name: str, /, **values: object) -> Markup:
        return self.formatter.language.markup(f"caching.{name}", month=self.month, **values)

    def _money(self, amount: Any) -> str:
        return self.formatter.money(amount)

    def _range(self, low: Any, high: Any) -> str:
        """Two amounts as a range without signs, the smaller one first."""
        texts = [self._money(amount) for amount in sorted((abs(low), abs(high)))]
        if texts[0] == texts[1]:
            return texts[0]
        return self.formatter.language.text("words.range", low=texts[0], high=texts[1])

    def _tokens(self, count: int | None) -> str:
        language = self.formatter.language
        if count is None or count < 10_000_000:
            return language.number(count)
        return language.text("words.million", count=language.number(round(count / 1_000_000)))


MOST_PAIRS = 3


def _loud(sentence: Markup) -> Markup:
    return Markup('<strong class="loss">{}</strong>').format(sentence)


_BOUNDS = ("saving_low_usd", "saving_high_usd")


def _inferred_or(savings: pd.DataFrame, bound: str) -> list[Decimal]:
    """The saving as it follows from the cost, where it does, else one end of its range."""
    pairs = zip(savings["saving_inferred_usd"], savings[bound], strict=True)
    return [other if inferred is None else inferred for inferred, other in pairs]
