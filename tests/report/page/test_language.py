"""Two languages that say the same, each by its own habits."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from langdock_usage.errors import InvalidRequest
from langdock_usage.report.language import LANGUAGES, Language, digits_for
from langdock_usage.report.language import _texts as texts
from tests.support.pages.quick import NOTEBOOK


def flat(found: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(found, str):
        return {prefix: found}
    return {
        name: text
        for key, value in found.items()
        for name, text in flat(value, f"{prefix}.{key}").items()
    }


def test_languages_have_the_same_texts_with_the_same_values() -> None:
    english, *others = (flat(texts(code)) for code in LANGUAGES)
    for other in others:
        assert other.keys() == english.keys()
        for name, text in english.items():
            values = set(re.findall(r"{\w*}", text))
            assert set(re.findall(r"{\w*}", other[name])) == values, name


def test_notebooks_show_notes_and_sections_that_there_are() -> None:
    known = texts("en")
    for notebook in ("monthly_report", "cache_report", "team_statement"):
        source = NOTEBOOK.with_name(f"{notebook}.ipynb").read_text(encoding="utf-8")
        for method, section in (("note", "notes"), ("heading", "sections")):
            names = re.findall(rf'report\.{method}\(\\"([a-z_]+)\\"', source)
            assert names
            assert set(names) <= known[section].keys(), notebook


def test_money_by_the_habits_of_the_language() -> None:
    english, german = Language("en"), Language("de")
    assert english.money(Decimal("1234567.891")) == "$1,234,567.89"
    assert german.money(Decimal("1234567.891")) == "1.234.567,89\u00a0$"
    assert english.money(Decimal("0.0000001")) == "<$0.01"
    assert english.money(Decimal("0.0000001"), 9) == "$0.000000100"
    assert german.money(None) == "k. A."
    assert german.amount(Decimal("-1.5"), "EUR") == "\u22121,50\u00a0\u20ac"
    assert english.difference(Decimal("-3.5")) == "\u2212$3.50"
    assert german.percent(Decimal("0.1234")) == "12,3\u00a0%"
    assert english.change(0.5) == "+50.0%"
    assert english.change(None) == "n/a"


def test_days_in_a_row_are_periods() -> None:
    days = [date(2026, 10, n) for n in (3, 1, 2, 20)]
    assert Language("en").days(days) == "Oct 1, 2026 \u2013 Oct 3, 2026, Oct 20, 2026"
    assert Language("de").days(days) == "01.10.2026 \u2013 03.10.2026, 20.10.2026"


@pytest.mark.parametrize(
    ("amount", "digits"),
    [(None, 2), (0, 2), (10_000_000, 2), (1, 2), (Decimal("0.0123"), 4), (Decimal("1e-7"), 9)],
)
def test_small_amounts_get_more_digits(amount: Any, digits: int) -> None:
    assert digits_for(amount) == digits


def test_values_in_markup_are_text() -> None:
    found = Language("en").markup("sentences.largest", name="<b>&", share="5%")
    assert "&lt;b&gt;&amp;" in found
    assert "<b>" not in found


def test_unknown_language_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="en or de"):
        Language("fr")
