"""The verdict on a month in words."""

from dataclasses import dataclass

from langdock_usage.verdict import Verdict

from .shown import Shown


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

    if verdict.provisional_days:
        final = statement(False, "provisional", days=language.days(verdict.provisional_days))
    elif verdict.missing_days:
        final = statement(False, "open")
    else:
        final = statement(True, "final")
    if verdict.missing_days:
        complete = statement(False, "incomplete", days=language.days(verdict.missing_days))
    else:
        complete = statement(True, "complete")
    if not verdict.is_compared:
        reconciled = statement(False, "unchecked")
    elif not verdict.compared_keys:
        reconciled = statement(True, "reconciled_empty")
    elif verdict.differing_keys:
        reconciled = statement(
            False,
            "differs",
            difference=shown.difference(verdict.difference_usd),
            count=verdict.differing_keys,
            keys=verdict.compared_keys,
        )
    else:
        reconciled = statement(True, "reconciled", keys=verdict.compared_keys)
    return [final, complete, reconciled]
