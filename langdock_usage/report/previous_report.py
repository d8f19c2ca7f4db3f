"""What the report of a month said that was made before."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

PRICE_BOOK = {"book": int, "list_version": str, "sha256": str}
SUMMARY = re.compile(r'<script type="application/json" id="report-summary">(.*?)</script>')


def summary_of_report(path: Path) -> dict[str, Any]:
    """What the report at `path` carries for programs; empty where there is none to be read."""
    try:
        return summary_in(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def summary_in(page: str) -> dict[str, Any]:
    """What a page carries for programs; empty where it carries nothing."""
    found = SUMMARY.search(page)
    try:
        summary = json.loads(found[1]) if found else {}
    except ValueError:
        return {}
    return summary if isinstance(summary, dict) else {}


def price_book_of(summary: Mapping[str, Any], org_id: str) -> dict[str, Any] | None:
    """The price book that a report rests on: `book`, `list_version`, `sha256`.

    None where the summary is none, where it is another workspace's, or where it says of none.
    """
    book = summary.get("price_book")
    if summary.get("org_id") != org_id or not isinstance(book, dict):
        return None
    known = {name: book.get(name) for name in PRICE_BOOK}
    is_whole = all(isinstance(known[name], kind) for name, kind in PRICE_BOOK.items())
    return known if is_whole else None


def moment_of_data(summary: Mapping[str, Any], org_id: str) -> str | None:
    """The moment (UTC) of the data that a report rests on.

    None where the summary is none, or another workspace's.
    """
    try:
        is_naive = datetime.fromisoformat(summary["data_of"]).tzinfo is None
        return str(summary["data_of"]) if is_naive and summary["org_id"] == org_id else None
    except (ValueError, KeyError, TypeError):
        return None
