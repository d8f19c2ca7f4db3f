"""Names in exports are hostile input: made harmless to a spreadsheet and to a terminal.

A cell of a CSV that begins with one of these signs runs as a formula when the file is opened. An
apostrophe before it makes it text again: spreadsheets know that sign, and do not show it when
typed.
"""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
GUARD = "'"


def guarded(text: str) -> str:
    """The text as a cell of a CSV that no spreadsheet runs."""
    return GUARD + text if text.startswith(FORMULA_SIGNS) else text


def without_guard(text: str) -> str:
    """The text that was guarded."""
    return text[1:] if text.startswith(GUARD) and text[1:].startswith(FORMULA_SIGNS) else text


def printable(text: str) -> str:
    """The same text on one line, with nothing in it that moves a terminal's cursor."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
