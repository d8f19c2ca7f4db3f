"""The dictionary explains every column that people meet, in the database and in answers."""

import inspect
from pathlib import Path

import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage import columns


def answers(usage: lu.Usage) -> dict[str, list[pd.DataFrame]]:
    """What every question answers, with every group that it knows; by name of the question."""
    asked: dict[str, list[pd.DataFrame]] = {}
    needed = {"before": "2026-09", "after": "2026-10", "key": "Helpdesk", "month": "2026-10"}
    for name, method in inspect.getmembers(lu.Usage, inspect.isfunction):
        signature = inspect.signature(method)
        if name.startswith("_") or "DataFrame" not in str(signature.return_annotation):
            continue
        if name == "sql":  # answers whatever it is asked
            continue
        parameters = signature.parameters
        given = {
            one: needed[one]
            for one, parameter in parameters.items()
            if one != "self" and parameter.default is inspect.Parameter.empty
        }
        groups = ("key", "model", "team", "cost_center", "owner", "chain", None)
        choices = [{"by": by} for by in groups] if "by" in parameters else [{}]
        asked[name] = [getattr(usage, name)(**given, **choice) for choice in choices]
    return asked


@pytest.fixture(scope="module")
def usage(tiny_database: Path) -> lu.Usage:
    return lu.open(tiny_database)


def test_every_column_of_the_database_has_an_entry(usage: lu.Usage) -> None:
    described = usage.describe()
    assert set(described["view_name"]) == set(columns.views())
    for view, column in zip(described["view_name"], described["column_name"], strict=True):
        assert columns.meaning_of(column, view), f"{view}.{column}"


def test_every_column_of_an_answer_has_an_entry(usage: lu.Usage) -> None:
    asked = answers(usage)
    assert {"cost_per_key", "compare", "key_story", "describe"} <= set(asked)
    for question, frames in asked.items():
        for frame in frames:
            for column in frame.columns:
                assert columns.meaning_of(column, question), f"{question}: {column}"


def test_every_entry_is_complete() -> None:
    for name, entry in columns.columns().items():
        assert entry.meaning.endswith("."), name
        assert entry.label and entry.label_de, name


def test_a_view_may_say_what_differs_and_keeps_the_label() -> None:
    general = columns.meaning_of("difference_usd", "restatements")
    assert columns.meaning_of("difference_usd") == general
    assert columns.meaning_of("difference_usd", "reconciliation") != general
    assert columns.label_of("difference_usd", "de", "reconciliation") == "Unterschied"


def test_a_column_that_is_not_ours_has_its_bare_name_and_the_unit_of_its_suffix() -> None:
    assert columns.meaning_of("cost_per_seat_usd") is None
    assert columns.label_of("cost_per_seat_usd", "de") == "cost_per_seat_usd"
    assert columns.unit_of("cost_per_seat_usd") == "USD"
    assert columns.unit_of("seat") is None


def test_unit_is_that_of_the_suffix_unless_the_entry_says_it() -> None:
    assert columns.unit_of("cached_prompt_tokens") == "tokens"
    assert columns.unit_of("change_ratio") == "ratio"
    assert columns.unit_of("total_cost_usd_of_days") == "USD"
    assert columns.unit_of("days_known") == "days"
