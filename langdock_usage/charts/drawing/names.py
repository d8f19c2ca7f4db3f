"""The names that marks of a chart have: whose they are can be told, and none is too long."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from langdock_usage.charts.drawing.style import text_of

LONG_NAME = 60

TURNED = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of writing."""


def key_names(
    frame: pd.DataFrame, key: str = "api_key_id", name: Callable[[str, Any], str] = text_of
) -> list[str]:
    """The last name of each row's key, with its id where the name does not say which key it is.

    So where other keys have the same name, and where signs in it turn the direction of writing: it
    can read like any other.
    """
    ids = frame[key].tolist()
    stated = dict(zip(ids, frame["api_key_name"].tolist(), strict=True))
    last_name = {one: name("api_key_name", own) for one, own in stated.items()}
    count = Counter(last_name.values())
    named = {one: _told_apart(own, one, count[own]) for one, own in last_name.items()}
    return [named[one] for one in ids]


def _told_apart(name: str, key: Any, count: int) -> str:
    if TURNED.search(name):
        return f"\u2068{name}\u2069 ({key})"
    return f"{name} ({key})" if count > 1 else name


def shorten(text: str) -> str:
    """The beginning of a long name."""
    return text if len(text) <= LONG_NAME else f"{text[: LONG_NAME - 1]}\u2026"


def shortened(names: Sequence[str], full: int = 0) -> list[str]:
    """Only the beginning of long names, which each mark repeats, but for the first `full`.

    Names that begin alike stay as they are.
    """
    starts = Counter(map(shorten, set(names)))
    return [
        name if place < full or starts[shorten(name)] > 1 else shorten(name)
        for place, name in enumerate(names)
    ]
