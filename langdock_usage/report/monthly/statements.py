"""The status of a month's data in words."""

from dataclasses import dataclass

from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.data_status import DataStatus


@dataclass(frozen=True)
class Statement:
    """One part of the status in words; `is_good` where nothing is left to wish for."""

    is_good: bool
    word: str
    text: str


def statements(status: DataStatus, formatter: Formatter) -> list[Statement]:
    """Final or not, complete or not, reconciled or not."""
    language = formatter.language

    def statement(is_good: bool, name: str, **values: object) -> Statement:
        word = language.text(f"status.{name}")
        return Statement(is_good, word, language.text(f"status.{name}_text", **values))

    if status.is_final:
        final = statement(True, "final")
    elif status.provisional_days:
        final = statement(False, "provisional", days=language.days(status.provisional_days))
    else:
        final = statement(False, "open")
    if status.is_complete:
        complete = statement(True, "complete")
    else:
        complete = statement(False, "incomplete", days=language.days(status.missing_days))
    if status.is_reconciled:
        name = "reconciled" if status.compared_keys else "reconciled_empty"
        reconciled = statement(True, name, keys=status.compared_keys)
    elif not status.is_compared:
        reconciled = statement(False, "unchecked")
    else:
        reconciled = statement(
            False,
            "differs",
            difference=formatter.difference(status.difference_usd),
            count=status.differing_keys,
            keys=status.compared_keys,
        )
    return [final, complete, reconciled]
