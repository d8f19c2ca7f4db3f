"""Lines at the top that need a look: an invoice that differs, amounts that changed."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
from markupsafe import Markup

from langdock_usage.analysis.invoices import PARTS, is_beyond
from langdock_usage.report.language import Language
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.provenance import moment_of
from langdock_usage.report.monthly.since import Since
from langdock_usage.report.wording.status_texts import Statement
from langdock_usage.rounding import rounded, rounded_to_sum


def invoices_that_differ(
    invoices: pd.DataFrame, tolerance: float, language: Language
) -> Iterator[tuple[str, Statement]]:
    """Number and line of each invoice that differs from the exports by more than the tolerance.

    Nothing is left to wish for where all of it is explained.
    """
    for row in invoices.to_dict("records"):
        amounts = row["difference"], row["unexplained"]
        differs, is_open = (is_beyond(one, row["invoiced"], tolerance) for one in amounts)
        if not differs and not is_open:
            continue
        name = "invoice_differs" if is_open else "invoice_explained"
        text = language.markup(
            "status.invoice_text", number=row["number"], **_amounts(row, language)
        )
        word = language.text(f"status.{name}")
        yield row["number"], Statement(not is_open, word, text, about="invoices")


def of_invoice(row: Mapping[Any, Any], language: Language) -> Markup:
    """What was invoiced for which days, what the exports say, and what explains the difference."""
    days = {name: language.day(row[name]) for name in ("period_start", "period_end")}
    name = "invoice" if any(_shown_parts(row).values()) else "invoice_agrees"
    values = {"number": row["number"], **days, **_amounts(row, language)}
    return language.markup(f"notes.{name}", **values)


def changed(changes: Since, formatter: Formatter) -> Statement:
    """What the version before said otherwise."""
    language = formatter.language
    name = "changed_since" if changes.change else "changed_within_since"
    text = language.markup(
        f"notes.{name}",
        moment=formatter.moment(moment_of(changes.data_of)),
        before=formatter.money(changes.total_before),
        after=formatter.money(changes.total_after),
        difference=formatter.difference(changes.change),
        count=len(changes.moved),
    )
    return Statement(False, language.text("status.changed"), text, about="since")


def _amounts(row: Mapping[Any, Any], language: Language) -> dict[str, object]:
    currency = row["currency"]
    return {
        "invoiced": language.amount(row["invoiced"], currency),
        "exported": language.amount(row["exported"], currency),
        "difference": _signed(row["difference"], currency, language),
        "parts": _parts(row, language),
    }


def _shown_parts(row: Mapping[Any, Any]) -> dict[str, Decimal]:
    """What explains the difference of an invoice, in cents that add up to it."""
    shown = rounded_to_sum([row[name] for name in PARTS], rounded(row["difference"]))
    return dict(zip(PARTS, shown, strict=True))


def _parts(row: Mapping[Any, Any], language: Language) -> Markup:
    """What explains the difference, as it adds up; parts of nothing are left out."""
    words = language.texts("invoice_parts")
    texts = [
        Markup('{} <bdi class="short">{}</bdi>').format(
            words[name], _signed(amount, row["currency"], language)
        )
        for name, amount in _shown_parts(row).items()
        if amount
    ]
    return Markup(", ").join(texts)


def _signed(amount: Decimal, currency: str, language: Language) -> str:
    sign = "\u2212" if amount < 0 else "+"
    return f"{sign}{language.amount(abs(amount), currency)}"
