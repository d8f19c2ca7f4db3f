"""What every table, view and column means: the dictionary in `columns.toml`, read once.

`view` is a table or view of the database, or a question (a method of `Usage`): a few columns mean
something else there, and keep the label of the column where they have none of their own.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

# The unit of a column is said by the suffix of its name, unless the dictionary says it.
UNITS = {"_usd": "USD", "_tokens": "tokens", "_ratio": "ratio"}

PERIOD = re.compile(r"_(before|after)$")
CHANGE = re.compile(r"^(change|difference)|_(change|difference)(_|$)")

Kind = Literal["rate_usd", "amount_usd", "ratio", "month", "moment"]


@dataclass(frozen=True)
class Column:
    """One entry: what a column means, its unit where the name does not say it, and its labels."""

    meaning: str
    unit: str | None = None
    label: str | None = None
    label_de: str | None = None


def views() -> Mapping[str, str]:
    """What one row is, of every table and view."""
    return _dictionary()[0]


def columns() -> Mapping[str, Column]:
    """Every entry, by `column`, or by `view.column` where it means something else in a view."""
    return _dictionary()[1]


def entry_name(column: str, view: str | None = None) -> str:
    """The name of the entry that explains a column; the column's own where there is none."""
    own = f"{view}.{column}"
    return own if own in columns() else column


def meaning_of(column: str, view: str | None = None) -> str | None:
    """One sentence on what a column means; None for a column that is not ours."""
    entry = columns().get(entry_name(column, view))
    return entry.meaning if entry else None


def unit_of(column: str, view: str | None = None) -> str | None:
    """`USD`, `tokens`, `ratio` (0.25 is 25 %), `requests` …; None where there is no unit.

    >>> unit_of("total_cost_usd"), unit_of("cost_per_seat_usd"), unit_of("model")
    ('USD', 'USD', None)
    """
    entry = columns().get(entry_name(column, view))
    if entry and entry.unit:
        return entry.unit
    return next((unit for suffix, unit in UNITS.items() if column.endswith(suffix)), None)


def kind_of(column: str) -> Kind | None:
    """How the values of a column are written, by its name alone; None where their type says it.

    >>> kind_of("cost_per_request_usd"), kind_of("input_usd_per_mtok"), kind_of("cost_after_usd")
    ('rate_usd', 'rate_usd', 'amount_usd')
    >>> kind_of("cache_hit_ratio_before"), kind_of("month"), kind_of("fetched_at")
    ('ratio', 'month', 'moment')
    """
    name = PERIOD.sub("", column)
    if "_usd_per_" in name or ("_per_" in name and name.endswith("_usd")):
        return "rate_usd"
    if name.endswith("_usd"):
        return "amount_usd"
    if name.endswith(("_ratio", "_share")):
        return "ratio"
    if name == "month":
        return "month"
    return "moment" if name.endswith("_at") else None


def is_change(column: str) -> bool:
    """Whether the values of a column are differences, whose sign matters."""
    return bool(CHANGE.search(PERIOD.sub("", column)))


def label_of(column: str, language: str = "en", view: str | None = None) -> str:
    """The heading of a column in a table, in `en` or `de`; the bare name where it has none.

    >>> label_of("api_key_name"), label_of("api_key_name", "de"), label_of("cost_per_seat_usd")
    ('API key', 'API-Schlüssel', 'cost_per_seat_usd')
    """
    entry = columns().get(entry_name(column, view))
    label = entry and (entry.label_de if language == "de" else entry.label)
    return label or column


@cache
def _dictionary() -> tuple[dict[str, str], dict[str, Column]]:
    text = files(__package__).joinpath("columns.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    entries: dict[str, dict[str, str]] = read["columns"]
    general = {name: entry for name, entry in entries.items() if "." not in name}
    return read["views"], {
        name: Column(**(general.get(name.partition(".")[2], {}) | entry))
        for name, entry in entries.items()
    }
