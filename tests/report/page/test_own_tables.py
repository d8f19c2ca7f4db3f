"""What an analyst hands to a table: shown whole, or refused in one line that says what to do."""

import math
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from langdock_usage.errors import InvalidRequest
from langdock_usage.report.tables.table import Table
from tests.support.pages.tables import table

KEYS = pd.DataFrame(
    {
        "api_key_name": ["Search", "Wiki", "Search"],
        "model": ["gpt-5", "gpt-5", "o3"],
        "month": pd.to_datetime(["2026-09-01", "2026-10-01", "2026-10-01"]),
        "year": [2025, 2026, 2026],
        "requests": [1, 2, 4],
        "cost_usd": [1.5, 2.0, 4.0],
    }
)


def heads(made: Table) -> list[str]:
    return [column.label for column in made.columns]


def rows(made: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in made.rows]


def only(values: list[Any], name: str = "weight", **options: Any) -> list[tuple[str, str | None]]:
    [column] = table(pd.DataFrame({name: pd.Series(values, **options)})).columns
    return [(cell.text, cell.value) for cell in column.cells]


def test_an_index_with_a_name_says_whose_numbers_these_are() -> None:
    made = table(KEYS.groupby(["api_key_name", "year"])[["requests"]].sum(), total=True)
    assert heads(made) == ["API key", "year", "Requests"]
    assert rows(made) == [["Search", "2025", "1"], ["Search", "2026", "4"], ["Wiki", "2026", "2"]]
    assert [cell.text for cell in made.total] == ["Total", "", "7"]
    series = table(KEYS.groupby("model")["requests"].sum())
    assert heads(series) == ["Model", "Requests"]
    described = table(KEYS[["requests"]].describe().loc[["min", "max"]])
    assert rows(described) == [["min", "1.00"], ["max", "4.00"]]
    assert heads(table(KEYS.set_index("model", drop=False)[["model"]])) == ["Model"]


def test_the_word_total_stands_in_place_of_no_sum() -> None:
    made = table(KEYS[["requests", "model"]], total=True)
    assert [cell.text for cell in made.total] == ["Total", "7", ""]


def test_a_share_is_of_the_whole_month() -> None:
    compared = pd.DataFrame(
        {
            "model": ["a", "b", "c"],
            "cost_before_usd": [Decimal(0)] * 3,
            "cost_after_usd": [Decimal("0.5"), Decimal("0.5"), Decimal(1)],
            "change_usd": [Decimal("0.5"), Decimal("0.5"), Decimal(1)],
            "change_ratio": [None] * 3,
        }
    )
    made = table(compared.head(2), total=True)  # of the 2 USD that October cost
    place = heads(made).index("Share")
    assert [row[place] for row in rows(made)] == ["25.0%", "25.0%"]
    assert made.total[place].text == "50.0%"
    assert made.total[place].value == "0.5"


def test_decimals_are_numbers_where_one_is_missing() -> None:
    frame = pd.DataFrame({"model": ["a", "b", "c"], "budget": [Decimal("1.5"), None, Decimal(2)]})
    made = table(frame, total=True)
    assert [row[1] for row in rows(made)] == ["1.50", "n/a", "2.00"]
    assert made.total[1].text == "3.50"
    mixed = frame.rename(columns={"budget": "budget_usd"}).fillna({"budget_usd": 0.25})
    assert table(mixed, total=True).total[1].value == "3.75"


def test_sums_of_small_integers_do_not_overflow() -> None:
    frame = pd.DataFrame({"model": ["a", "b"], "seats": pd.Series([100, 100], dtype="int8")})
    assert table(frame, total=True).total[1].text == "200"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([math.inf, -math.inf, 1.0], [("n/a", ""), ("n/a", ""), ("1.00", "1")]),
        ([1.5, 1e-7, -2.0], [("1.50", "1.5"), ("<0.01", "0.0000001"), ("\u22122.00", "-2")]),
        ([0.1 + 0.2], [("0.30", "0.30000000000000004")]),
        ([-1234], [("\u22121,234", "-1234")]),
        ([True, None], [("yes", None), ("n/a", None)]),
        ([np.array([1, 2]), None], [("1, 2", None), ("n/a", None)]),
        (
            [date(2026, 10, 1), None],
            [("Oct 1, 2026", "2026-10-01"), ("n/a", "")],
        ),
    ],
)
def test_cells_read_as_what_they_hold(
    values: list[Any], expected: list[tuple[str, str | None]]
) -> None:
    assert only(values, dtype=object) == expected


def test_nullable_and_missing_values() -> None:
    assert only([True, None], dtype="boolean") == [("yes", None), ("n/a", None)]
    assert only([pd.Timestamp("2026-10-01"), None])[1] == ("n/a", "")
    assert only([pd.Period("2026-10", "M")]) == [("October 2026", "2026-10")]
    assert only([1.0, math.inf], "cost_per_seat_usd") == [("$1.00", "1"), ("n/a", "")]
    # 28 digits of a Decimal
    assert only([Decimal(1) / 3], "used_ratio") == [("33.3%", "0." + "3" * 28)]
    assert only([-0.5], "budget_usd") == [("\u2212$0.50", "-0.5")]


def test_pivots_by_year_and_month_and_of_two_measures() -> None:
    years = table(KEYS.pivot_table(index="model", columns="year", values="requests"))
    assert heads(years) == ["Model", "2025", "2026"]
    chosen = KEYS.pivot_table(index="model", columns="year", values="requests")
    assert heads(table(chosen, columns=["model", 2026])) == ["Model", "2026"]
    both = KEYS.pivot_table(
        index="model", columns="month", values=["requests", "cost_usd"], aggfunc="sum"
    )
    assert heads(table(both)) == [
        "Model",
        "Spent: Sep 2026",
        "Spent: Oct 2026",
        "Requests: Sep 2026",
        "Requests: Oct 2026",
    ]


def test_a_ratio_of_nothing_is_not_an_empty_place() -> None:
    wide = pd.DataFrame({("model", ""): ["a", "b"], ("hit_ratio", "Oct"): [0.0, None]})
    assert rows(table(wide)) == [["a", "0.0%"], ["b", "n/a"]]


def test_headings_of_your_own() -> None:
    frame = pd.DataFrame({"model": ["a"], "cost_per_seat_usd": [None]})
    made = table(frame, labels={"cost_per_seat_usd": "Cost per seat"})
    assert heads(made) == ["Model", "Cost per seat"]
    assert rows(made) == [["a", "n/a"]], "a column that an analyst added stays"
    assert rows(table(frame)) == [["a", "n/a"]]


def test_one_name_is_one_column() -> None:
    assert heads(table(KEYS, columns="requests")) == ["Requests"]


TWICE = pd.DataFrame([[1, 2]], columns=["requests", "requests"])
THREE = pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b", "c")]))


@pytest.mark.parametrize(
    ("given", "options", "told"),
    [
        (TWICE, {}, "2 columns that are called 'requests'"),
        (THREE, {}, "this frame has 3"),
        ([1], {}, "this is list"),
        (None, {}, "this is NoneType"),
        (KEYS, {"columns": ["request"]}, "no column 'request'; did you mean 'requests'"),
        (KEYS.head(0), {"columns": ["request"]}, "did you mean 'requests'"),
        (KEYS, {"labels": {"modell": "x"}}, "did you mean 'model'"),
        (KEYS, {"columns": []}, "at least one column"),
        (pd.DataFrame({"budget_usd": ["12 USD"]}), {}, "'budget_usd' holds '12 USD'"),
        (pd.DataFrame({"used_ratio": [Decimal(1), "all"]}), {}, "'used_ratio' holds 'all'"),
        (
            pd.DataFrame({"first_day": ["soon"], "last_day": ["later"]}),
            {},
            "have to be dates like 2026-10-31",
        ),
    ],
)
def test_what_no_table_can_show_is_refused(given: Any, options: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        table(given, **options)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_days_as_text_and_unknown_token_accounting() -> None:
    frame = pd.DataFrame({"first_day": ["2026-10-01"], "last_day": ["2026-10-02"]})
    assert rows(table(frame)) == [["Oct 1, 2026 \u2013 Oct 2, 2026"]]
    assert rows(table(pd.DataFrame({"token_accounting": ["mine"]}))) == [["mine"]]
