"""A frame as a table: how a column reads follows from its name and its type."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from tests.support.pages.tables import table


def cells(values: dict[str, Any], code: str = "en") -> dict[str, list[tuple[str, str | None]]]:
    made = table(pd.DataFrame(values), code)
    return {column.label: [(c.text, c.value) for c in column.cells] for column in made.columns}


@pytest.mark.parametrize(
    ("name", "value", "english", "german", "exact"),
    [
        ("budget_usd", Decimal("1234.5"), "$1,234.50", "1.234,50\u00a0$", "1234.5"),
        ("budget_usd", 0.25, "$0.25", "0,25\u00a0$", "0.25"),
        ("change_of_plan_usd", Decimal("-2"), "\u2212$2.00", "\u22122,00\u00a0$", "-2"),
        ("price_per_seat_usd", 0.0012, "$0.00120", "0,00120\u00a0$", "0.0012"),
        ("used_ratio", 0.255, "25.5%", "25,5\u00a0%", "0.255"),
        ("change_in_use_ratio", 0.5, "+50.0%", "+50,0\u00a0%", "0.5"),
        ("fresh_tokens", 1234, "1,234", "1.234", "1234"),
        ("weight", 1.5, "1.50", "1,50", "1.5"),
        ("seen_at", datetime(2026, 10, 1, 12, tzinfo=UTC), None, None, "2026-10-01 12:00:00"),
        ("due", pd.Timestamp("2026-10-01"), "Oct 1, 2026", "01.10.2026", "2026-10-01"),
        ("month", pd.Timestamp("2026-09-01"), "September 2026*", "September 2026*", "2026-09"),
        ("is_agreed", True, "yes", "ja", None),
        ("names", ["a", "b"], "a, b", "a, b", None),
    ],
)
def test_a_value_reads_by_the_name_of_its_column(
    name: str, value: Any, english: str | None, german: str | None, exact: str | None
) -> None:
    for code, text in (("en", english), ("de", german)):
        [found] = cells({name: [value]}, code).values()
        if text is not None:
            assert found == [(text, exact)]
        assert found[0][1] == exact


def test_headings_come_from_the_dictionary_else_they_are_the_bare_name() -> None:
    frame = {"model": ["gpt-5"], "requests": [3], "cost_per_seat_usd": [1.0]}
    assert list(cells(frame)) == ["Model", "Requests", "cost_per_seat_usd"]
    assert list(cells(frame, "de")) == ["Modell", "Anfragen", "cost_per_seat_usd"]


def test_columns_of_which_nothing_is_known_are_left_out() -> None:
    frame = {"model": ["gpt-5"], "input_tokens": pd.Series([None], dtype="Int64")}
    assert list(cells(frame)) == ["Model"]


def test_ids_stand_where_no_name_does() -> None:
    keys = {"api_key_id": ["a", "b"], "api_key_name": ["prod", "prod"], "requests": [1, 2]}
    assert [text for text, _ in cells(keys)["API key"]] == ["prod (a)", "prod (b)"]
    assert "API key id" not in cells(keys)
    assert "API key id" in cells({"api_key_id": ["a"], "requests": [1]})


def test_total_adds_what_can_be_added_and_leaves_out_the_rest() -> None:
    frame = pd.DataFrame(
        {"model": ["a", "b"], "cost_usd": [1.5, 2.0], "per_seat_ratio": [0.1, 0.2]}
    )
    made = table(frame, total=True)
    assert [(cell.text, cell.value) for cell in made.total] == [
        ("Total", None),
        ("$3.50", "3.5"),
        ("", ""),
    ]


def test_pivot_tables_have_a_column_for_each_group() -> None:
    frame = pd.DataFrame(
        {"team": ["A", "A", "B"], "model": ["x_ratio", "y", "y"], "cost_usd": [1.0, 2.0, 0.0]}
    )
    wide = frame.pivot_table(index="team", columns="model", values=["cost_usd"]).reset_index()
    made = table(wide)
    assert [column.label for column in made.columns] == ["Team", "x_ratio", "y"]
    assert [cell.text for cell in made.rows[0]] == ["A", "$1.00", "$2.00"]


def test_what_is_shown_adds_up_to_the_rounded_sum() -> None:
    frame = pd.DataFrame(
        {
            "team": list("abcd"),
            # each would be 0.00, and their sum is 0.01
            "spent_usd": [Decimal("0.004"), Decimal("0.004"), None, Decimal("0.004")],
            # each would be -0.01, and their sum is -0.02
            "change_usd": [Decimal("-0.006")] * 3 + [Decimal(0)],
            "used_share": [Decimal("0.3333"), Decimal("0.3333"), Decimal("0.3334"), Decimal(0)],
            "seen_tokens": [30_040_000, 30_040_000, 30_040_000, 1],
            "weight": [Decimal("1.004")] * 3 + [Decimal("-0.004")],
        }
    )
    made = table(frame, total=True)
    shown = {column.label: [cell.text for cell in column.cells] for column in made.columns}
    assert shown["spent_usd"] == ["$0.01", "<$0.01", "n/a", "<$0.01", "$0.01"]
    assert shown["Change (USD)"] == [
        *("\u2212<$0.01", "\u2212$0.01", "\u2212$0.01", "\xb1$0.00", "\u2212$0.02")
    ]
    assert shown["seen_tokens (M)"] == ["30.1", "30.0", "30.0", "<0.1", "90.1"]
    assert shown["weight"] == ["1.01", "1.00", "1.00", "<0.01", "3.01"]
    # the exact values stay
    assert made.columns[1].cells[0].value == "0.004"
