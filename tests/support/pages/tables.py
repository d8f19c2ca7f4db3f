"""Tables of a report, made of any frame."""

from decimal import Decimal
from typing import Any

from langdock_usage.report.language import Language
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import Months
from langdock_usage.report.tables.frame_table import TableWriter
from langdock_usage.report.tables.table import Table
from tests.support.data.frames import MONTHS


def table(frame: Any, code: str = "en", **options: Any) -> Table:
    """The table of a frame, in the report of October 2026 in a language."""
    months = Months("2026-10", MONTHS)
    formatter = Formatter(Language(code), Decimal(1000), ["gpt-5"])
    return TableWriter(formatter, months).table(frame, "any", "Any", **options)
