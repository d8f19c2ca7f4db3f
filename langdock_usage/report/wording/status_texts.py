"""The status of a month's data in words."""

from collections.abc import Callable
from dataclasses import dataclass

from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.data_status import DataStatus


@dataclass(frozen=True)
class Statement:
    """One part of the status in words; `is_good` where nothing is left to wish for.

    `about` is the subheading in the small print that says more, if one does.
    """

    is_good: bool
    word: str
    text: str
    about: str = ""


def statements(status: DataStatus, formatter: Formatter) -> list[Statement]:
    """Final or not, complete or not, reconciled or not."""
    language = formatter.language

    def statement(is_good: bool, name: str, **values: object) -> Statement:
        word = language.text(f"status.{name}")
        return Statement(is_good, word, language.text(f"status.{name}_text", **values))

    found = []
    if status.is_running:
        found.append(statement(False, "running", days=language.days(status.days_to_come)))
    if status.is_final:
        found.append(statement(True, "final"))
    elif status.provisional_days:
        days = language.days(status.provisional_days)
        found.append(statement(False, "provisional", days=days))
    elif not status.is_running:
        found.append(statement(False, "open"))
    if status.missing_days:
        days = language.days(status.missing_days)
        found.append(statement(False, "incomplete", days=days))
    elif not status.is_running:
        found.append(statement(True, "complete"))
    if not (status.is_running and not status.is_compared):
        found.append(_reconciled(status, formatter, statement))
    return found


def _reconciled(
    status: DataStatus, formatter: Formatter, statement: Callable[..., Statement]
) -> Statement:
    if status.is_reconciled:
        name = "reconciled" if status.compared_keys else "reconciled_empty"
        return statement(True, name, keys=status.compared_keys)
    if not status.is_compared:
        return statement(False, "unchecked")
    return statement(
        False,
        "differs",
        difference=formatter.difference(status.difference_usd),
        count=status.differing_keys,
        keys=status.compared_keys,
    )
