"""The verdict on a month in words."""

from dataclasses import dataclass

from langdock_usage.report.page.shown import Shown
from langdock_usage.report.verdict import Verdict


@dataclass(frozen=True)
class Statement:
    """One part of the verdict in words; `is_good` where nothing is left to wish for."""

    is_good: bool
    word: str
    text: str


def statements(verdict: Verdict, shown: Shown) -> list[Statement]:
    """Final or not, complete or not, reconciled or not."""
    language = shown.language

    def statement(is_good: bool, name: str, **values: object) -> Statement:
        word = language.text(f"verdict.{name}")
        return Statement(is_good, word, language.text(f"verdict.{name}_text", **values))

    if verdict.is_final:
        final = statement(True, "final")
    elif verdict.provisional_days:
        final = statement(False, "provisional", days=language.days(verdict.provisional_days))
    else:
        final = statement(False, "open")
    if verdict.is_complete:
        complete = statement(True, "complete")
    else:
        complete = statement(False, "incomplete", days=language.days(verdict.missing_days))
    if verdict.is_reconciled:
        name = "reconciled" if verdict.compared_keys else "reconciled_empty"
        reconciled = statement(True, name, keys=verdict.compared_keys)
    elif not verdict.is_compared:
        reconciled = statement(False, "unchecked")
    else:
        reconciled = statement(
            False,
            "differs",
            difference=shown.difference(verdict.difference_usd),
            count=verdict.differing_keys,
            keys=verdict.compared_keys,
        )
    return [final, complete, reconciled]
