"""Findings as text, as Markdown to paste into a message, and as plain values for JSON."""

import re
from typing import Any

from langdock_usage.check.finding import Checked
from langdock_usage.text import counted

_COMMAND = re.compile(r"\\`(langdock-usage [a-z0-9 -]+)\\`")
# what Markdown, and the chats that read it, take for markup
_MARKUP = re.compile(r"([\\`*_\[\]{}<>#|~!@&])")


def as_text(checked: Checked) -> str:
    lines = [f"{finding.kind}: {finding.text}" for finding in checked.findings]
    return "\n".join([_head(checked), *lines])


def as_markdown(checked: Checked) -> str:
    lines = [f"- **{one.kind}**: {_without_markup(one.text)}" for one in checked.findings]
    return "\n".join([f"**{_head(checked)}**", *([""] if lines else []), *lines])


def as_values(checked: Checked) -> dict[str, Any]:
    findings = [{"kind": one.kind, "text": one.text, **one.facts} for one in checked.findings]
    return {"month": checked.month, "org_id": checked.org_id, "findings": findings}


def _head(checked: Checked) -> str:
    count = len(checked.findings)
    return f"{checked.month}: {counted(count, 'finding') if count else 'nothing to do'}"


def _without_markup(text: str) -> str:
    """Names mean nothing but themselves; our own commands stay code."""
    return _COMMAND.sub(r"`\1`", _MARKUP.sub(r"\\\1", text))
