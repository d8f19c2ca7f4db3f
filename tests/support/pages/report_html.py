"""Reading a report the way a program would."""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any


@dataclass
class ReadTable:
    """A table of the page: the exact values of its cells, text where there is none.

    `shown` is what people read of rows and total.
    """

    name: str
    heads: list[str]
    rows: list[list[str]]
    total: list[str]
    shown: list[list[str]] = field(default_factory=list)

    def column(self, head: str) -> list[Decimal]:
        """The numbers of a column."""
        place = self.heads.index(head)
        return [Decimal(row[place]) for row in self.rows if row[place]]

    def total_of(self, head: str) -> Decimal:
        """What the last row says."""
        return Decimal(self.total[self.heads.index(head)])


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[ReadTable] = []
        self._part = ""
        self._value: str | None = None
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "details" and "data-file" in attributes:
            name = str(attributes["data-file"]).rsplit("-", 2)[0]
            self.tables.append(ReadTable(name, [], [], []))
        if tag in ("thead", "tbody", "tfoot"):
            self._part = tag
        if tag == "tr" and self._part == "tbody":
            self.tables[-1].rows.append([])
        if tag == "tr" and self._part in ("tbody", "tfoot"):
            self.tables[-1].shown.append([])
        if tag in ("th", "td"):
            self._value, self._text = attributes.get("data-value"), ""

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td") and self._text is not None:
            table = self.tables[-1]
            value = self._text if self._value is None else self._value
            row = {"thead": table.heads, "tfoot": table.total}.get(self._part)
            (table.rows[-1] if row is None else row).append(value)
            if self._part != "thead":
                table.shown[-1].append(self._text)
            self._text = None


def tables_of(html: str) -> dict[str, ReadTable]:
    """The tables of a report by name."""
    reader = _Tables()
    reader.feed(html)
    return {table.name: table for table in reader.tables}


def summary_of(html: str) -> Any:
    """The machine-readable summary."""
    found = re.search(r'<script type="application/json" id="report-summary">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


def visible_text(html: str) -> str:
    """What people can read, tags left out."""
    body = html[html.index("<body>") :]
    body = re.sub(r"<script\b.*?</script>", " ", body, flags=re.DOTALL)
    body = re.sub(r'<details class="code">.*?</details>', " ", body, flags=re.DOTALL)
    body = re.sub(r"</?bdi[^>]*>", "", body)
    return re.sub(r"<[^>]*>", "|", body)


def assert_sound(html: str, total: Decimal, cost: str = "Cost (USD)") -> None:
    """What holds for every report: sums equal the total, and what is unknown is no value."""
    summary = summary_of(html)
    assert Decimal(summary["total_cost_usd"]) == total
    for group in ("keys", "models"):
        assert sum(Decimal(entry["total_cost_usd"]) for entry in summary[group]) == total
    tables = tables_of(html)
    for name in ("days", "keys", "models", "keys-and-models", "cache", "accounting"):
        if name in tables:
            table = tables[name]
            assert sum(table.column(cost)) == total, name
            assert not table.total or table.total_of(cost) == total, name
    for name in ("days", "keys-and-models"):
        if name in tables:
            table = tables[name]
            first = table.heads.index(cost)
            models = table.heads[first + 1 : None if name != "days" else _models_end(table, first)]
            assert sum(sum(table.column(model)) for model in models) == total, name
    text = visible_text(html)
    for word in ("None", "NaN", "nan", "inf", "Infinity", "undefined", "null", "NaT"):
        assert not re.search(rf"(?<![\w-]){word}(?![\w-])", text), word
    assert len(html.encode()) <= 3_000_000


def _models_end(table: ReadTable, first: int) -> int:
    """Where the columns of the models end in the table of days."""
    after = [place for place in range(first + 1, len(table.heads)) if _is_other(table.heads[place])]
    return min(after)


def _is_other(head: str) -> bool:
    return head in ("Month before", "Vormonat", "Requests", "Anfragen")
