"""How values of a month are shown: names, and money with the digits that this month needs."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from langdock_usage.report.language import Language, digits_for
from langdock_usage.report.monthly import Month

LONG_NAME = 60

FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols of nothing to see."""


class Shown:
    """Values of one month in one language, as text."""

    def __init__(self, month: Month, language: Language) -> None:
        self.language = language
        self.labels = language.texts("columns")
        words = language.texts("words")
        self._own_words = {words[word] for word in ("unknown", "others", "total", "unassigned")}
        self.total = Decimal(month.total["total_cost_usd"])
        self.digits = digits_for(self.total)

    def name(self, name: str | None) -> str:
        """A name as it is, or the word for one that is not known or cannot be seen.

        A name that is one of our own words stands in quotes.
        """
        if name is None:
            return self.language.unknown
        if not any(_is_visible(sign) for sign in name):
            return self.language.text("words.blank")
        return self.language.text("words.quoted", name=name) if name in self._own_words else name

    def key_names(self, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """The name of each row's key, with its id where another key is shown by the same name.

        A row without a key is that of all others.
        """
        ids = []
        names: dict[str | None, str] = {}
        for row in rows:
            key = row["api_key_id"]
            ids.append(key)
            names[key] = self.labels["others"] if key is None else self.name(row["api_key_name"])
        count = Counter(names.values())
        return [f"{names[key]} ({key})" if count[names[key]] > 1 else names[key] for key in ids]

    def short(self, name: str | None) -> str:
        """A name that fits into a sentence."""
        return self.cut(self.name(name))

    def cut(self, text: str) -> str:
        """As much of a shown name as fits into a sentence."""
        return text if len(text) <= LONG_NAME else f"{text[: LONG_NAME - 1]}\u2026"

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


def ratio(part: Any, whole: Any) -> Decimal | None:
    """A share; None where there is nothing to have a share of."""
    return Decimal(part) / Decimal(whole) if whole else None


def monthly_change(month: Month, row: Mapping[str, Any]) -> Decimal | None:
    """Of the cost of one of the month's totals against the month before; see Month.comparable."""
    before = month.comparable(row)
    return change(row["total_cost_usd"], before["total_cost_usd"]) if before else None


def change(now: Any, before: Any) -> Decimal | None:
    """Relative change; None where there was nothing before."""
    return (Decimal(now) - Decimal(before)) / Decimal(before) if before else None
