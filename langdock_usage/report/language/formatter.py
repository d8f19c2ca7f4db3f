"""How values of a report are written: names, and money with the digits that its month needs."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from langdock_usage.charts.drawing.names import key_names, shorten
from langdock_usage.columns import label_of
from langdock_usage.report.language import Language, digits_for
from langdock_usage.windows import Period

FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols of nothing to see."""

UNASSIGNED = "unassigned"
"""As the questions name what has no team."""
OWNERS = ("team", "cost_center", "owner")


class Formatter:
    """Values of one month in one language, as text.

    `total` is the cost of the month, and `models` are all models that the report may name.
    """

    def __init__(self, language: Language, total: Decimal, models: Iterable[Any]) -> None:
        self.language = language
        self.digits = digits_for(total)
        self.timezone = "UTC"
        self._labels = language.texts("columns")
        words = language.texts("words")
        self.others = words["others"]
        self._own_words = {words[word] for word in ("unknown", "others", "total", "unassigned")}
        self._starts = Counter(map(shorten, {self.name(model) for model in models}))

    def name(self, name: Any) -> str:
        """A name as it is, or the word for one that is not known or cannot be seen.

        A name that is one of our own words stands in quotes.
        """
        if pd.isna(name):
            return self.language.unknown
        text = str(name)
        if not any(_is_visible(sign) for sign in text):
            return self.language.text("words.blank")
        return self.language.text("words.quoted", name=text) if text in self._own_words else text

    def model(self, model: Any) -> str:
        """The beginning of a long name, which each mark repeats, if no other begins like it."""
        name = self.name(model)
        return shorten(name) if self._starts[shorten(name)] < 2 else name

    def in_column(self, column: str, name: Any) -> str:
        """What stands in a column of names: keys, models, teams, cost centres or owners."""
        if column == "model":
            return self.model(name)
        is_nobody = column in OWNERS and name == UNASSIGNED
        return self.language.text("words.unassigned") if is_nobody else self.name(name)

    def names(self, frame: pd.DataFrame, column: str) -> list[str]:
        """A column of names; keys of one name are told apart by their ids."""
        if column == "api_key_name" and "api_key_id" in frame:
            return key_names(frame, name=self.in_column)
        written = {name: self.in_column(column, name) for name in frame[column].unique()}
        return [written[name] for name in frame[column]]

    def label(self, column: str) -> str:
        """The heading of a column: from the dictionary of columns, else its bare name."""
        return self._labels.get(column) or label_of(column, self.language.code)

    def month(self, first: date, days: Period | None, width: str = "MMMM y") -> str:
        """The name of a month, or those days of it that something is about."""
        if days is None:
            return self.language.month(first, width)
        return self.language.interval(days.first, days.last)

    def moment(self, moment: datetime) -> str:
        """A moment (naive: in UTC) in the zone of the workspace."""
        return self.language.moment(moment, self.timezone)

    def money(self, amount: Any) -> str:
        """An amount with the digits of this month."""
        return self.language.money(amount, self.digits)

    def difference(self, amount: Any) -> str:
        """An amount more or less."""
        return self.language.difference(amount, self.digits)

    def rates(self, *rates: float | None) -> list[str]:
        """Small amounts with as many digits as the smallest of them needs, and no more than six."""
        digits = min(max((digits_for(rate) for rate in rates if rate), default=2), 6)
        return [self.language.money(rate, digits) for rate in rates]


def _is_visible(sign: str) -> bool:
    return unicodedata.category(sign)[0] not in "CMZ" and sign not in FILLERS
