"""A message with a report, for any mail program to open and send."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

from langdock_usage.errors import InvalidRequest, ReportError
from langdock_usage.escaping import printable
from langdock_usage.files import atomic_write
from langdock_usage.report.language import Language

LINES = 5
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+", re.ASCII)


def check_address(address: str | None) -> None:
    """Raises InvalidRequest for what is no address."""
    if address is not None and not _ADDRESS.fullmatch(address):
        raise InvalidRequest(f"{address!r} is no address; write it like name@example.com.")


def write_mail(
    html: Path,
    summary: Mapping[str, Any],
    title: str,
    language: Language,
    address: str | None,
) -> Path | None:
    """`NAME.eml` beside a report: subject, five lines, the file attached; nothing is sent.

    `summary` is what the report carries for programs. Without an address, a message of an older
    version is removed: it would say something else. Raises ReportError.
    """
    eml = html.with_suffix(".eml")
    try:
        if address is None:
            eml.unlink(missing_ok=True)
            return None
        with atomic_write(eml) as unfinished:
            unfinished.write_bytes(bytes(_message(html, summary, title, language, address)))
    except OSError as error:
        raise ReportError(f"Cannot write {eml}: {error.strerror}.") from error
    return eml


def _message(
    html: Path, summary: Mapping[str, Any], title: str, language: Language, address: str
) -> EmailMessage:
    lines = [printable(line) for line in _lines(summary, language)][:LINES]
    message = EmailMessage(policy=SMTP)
    total = language.money(Decimal(summary["total_cost_usd"]))
    message["Subject"] = printable(f"{title}: {total}")
    message["To"] = address
    message["Date"] = format_datetime(datetime.now(UTC))
    message["X-Unsent"] = "1"  # opens as a draft
    message.set_content("\n".join(lines) + "\n")
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    message.add_alternative(
        f'<!DOCTYPE html><html lang="{language.code}"><body>{paragraphs}</body></html>',
        subtype="html",
    )
    message.add_attachment(html.read_bytes(), maintype="text", subtype="html", filename=html.name)
    return message


def _lines(summary: Mapping[str, Any], language: Language) -> Iterator[str]:
    """The sentences of the report, and after them, should they be few, what else is telling."""
    yield from summary.get("lines", [])
    words = language.texts("mail")
    yield words["total"].format(amount=language.money(Decimal(summary["total_cost_usd"])))
    for kind in ("keys", "models"):
        named = [entry for entry in summary[kind] if entry["name"] is not None]
        if named:
            amount = language.money(Decimal(named[0]["total_cost_usd"]))
            yield words[kind].format(name=named[0]["name"], amount=amount)
    yield words["requests"].format(count=language.number(summary["requests"]))
    yield words["cache"].format(ratio=language.percent(summary["cache_hit_ratio"]))
