"""Whose a statement is, in words."""

from langdock_usage.report.language import Language
from langdock_usage.report.monthly.summary import UNASSIGNED


def name_of(name: str, language: Language) -> str:
    """The name of a team or cost centre; for nobody's usage a word of the language."""
    return language.text("words.unassigned") if name == UNASSIGNED else name
