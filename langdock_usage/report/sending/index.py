"""The page that lists every report of a folder, kept true by whoever writes one."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from filelock import FileLock

from langdock_usage.embedding import embedded_json
from langdock_usage.errors import ReportError
from langdock_usage.files import atomic_write
from langdock_usage.report.language import LANGUAGES, Language
from langdock_usage.report.previous_report import summary_in
from langdock_usage.report.sending.pages import sealed_page

INDEX = "index.html"
_LOCK = ".index.lock"
_KNOWN = re.compile(r'<script type="application/json" id="reports">(.*?)</script>', re.DOTALL)
_TITLE = re.compile(r'<html lang="(\w+)">.*?<title>(.*?)</title>', re.DOTALL)
_BAR_STEP, _BAR_HEIGHT = 72, 96


@dataclass(frozen=True)
class Listed:
    """A report of the folder. `changed_at` and `size` tell whether its file was written again."""

    path: str
    changed_at: int
    size: int
    title: str
    language: str
    month: str
    workspace: str
    total_cost_usd: str
    change_usd: str | None
    objections: list[str]
    """What the month is not: `final`, `complete`, `reconciled`, and to its invoices `tied`."""
    changed_usd: str | None
    """By how much the total is another one than in the version before."""
    is_statement: bool
    """Of a part of the month: of one team, or cost centre."""


def update_index(folder: Path) -> Path:
    """Write `index.html` of a folder of reports: each with month, total, change and verdict.

    Of several processes that write reports, each waits for the other. Raises ReportError.
    """
    index = folder / INDEX
    try:
        with FileLock(folder / _LOCK):
            known = {one.path: one for one in _known(index)}
            reports = [one for path in _reports(folder) if (one := _listed(folder, path, known))]
            reports.sort(key=lambda one: (one.workspace, one.path))
            reports.sort(key=lambda one: one.month, reverse=True)
            with atomic_write(index) as unfinished:
                unfinished.write_text(_page(reports), encoding="utf-8", newline="\n")
    except OSError as error:
        raise ReportError(f"Cannot write {index}: {error.strerror}.") from error
    return index


def _reports(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*.html") if path.name != INDEX)


def _known(index: Path) -> list[Listed]:
    """What the page listed before: a report that was not written again is not read again."""
    try:
        found = _KNOWN.search(index.read_text(encoding="utf-8"))
        return [Listed(**one) for one in json.loads(found[1])] if found else []
    except (OSError, ValueError, TypeError):
        return []


def _listed(folder: Path, path: Path, known: dict[str, Listed]) -> Listed | None:
    """A report of the folder; None for a page that is none."""
    name = path.relative_to(folder).as_posix()
    state = path.stat()
    before = known.get(name)
    if before and (before.changed_at, before.size) == (state.st_mtime_ns, state.st_size):
        return before
    text = path.read_text(encoding="utf-8", errors="replace")
    summary, title = summary_in(text), _TITLE.search(text)
    if not summary or not title:
        return None
    try:
        verdict = summary["verdict"]
        return Listed(
            path=name,
            changed_at=state.st_mtime_ns,
            size=state.st_size,
            title=unescape(title[2]),
            language=title[1],
            month=str(summary["month"]),
            workspace=str(summary.get("workspace") or summary["org_id"]),
            total_cost_usd=str(Decimal(summary["total_cost_usd"])),
            change_usd=summary.get("change_usd"),
            objections=_objections(verdict),
            changed_usd=verdict.get("changed_usd"),
            is_statement="due_usd" in summary,
        )
    except (KeyError, TypeError, ArithmeticError):
        return None  # somebody else's page


def _objections(verdict: Mapping[str, Any]) -> list[str]:
    found = [name for name in ("final", "complete", "reconciled") if not verdict[name]]
    return [*found, *["tied"] * bool(verdict.get("differing_invoices"))]


def _page(reports: Sequence[Listed]) -> str:
    newest = reports[0].language if reports else LANGUAGES[0]
    language = Language(newest if newest in LANGUAGES else LANGUAGES[0])
    return sealed_page(
        "reports.html.j2",
        language,
        title=language.text("index.title"),
        rows=[_row(one, language) for one in reports],
        lines=list(_lines(reports, language)),
        data=embedded_json([asdict(one) for one in reports]),
    )


def _row(one: Listed, language: Language) -> dict[str, Any]:
    words = language.texts("index")
    change = None if one.change_usd is None else Decimal(one.change_usd)
    verdict = [", ".join(words[f"not_{name}"] for name in one.objections) or words["good"]]
    if one.changed_usd is not None:
        difference = language.difference(Decimal(one.changed_usd))
        verdict.append(words["changed"].format(difference=difference))
    return {
        "href": quote(one.path),
        "title": one.title,
        "month": one.month,
        "workspace": one.workspace,
        "total": language.money(Decimal(one.total_cost_usd)),
        "change": language.difference(change),
        "is_good": not one.objections and one.changed_usd is None,
        "verdict": "; ".join(verdict),
    }


def _lines(reports: Sequence[Listed], language: Language) -> Iterable[dict[str, Any]]:
    """Per workspace, the total of each month as a bar."""
    totals: dict[str, dict[str, Decimal]] = {}
    for one in [one for one in reports if not one.is_statement]:
        whole = totals.setdefault(one.workspace, {})
        amount = Decimal(one.total_cost_usd)
        whole[one.month] = max(amount, whole.get(one.month, amount))
    for workspace, months in totals.items():
        most = max(months.values()) or Decimal(1)
        bars = [
            {
                "x": place * _BAR_STEP,
                "height": round(_BAR_HEIGHT * max(amount, Decimal(0)) / most, 1),
                "amount": language.money(amount, 0),
                "month": month,
            }
            for place, (month, amount) in enumerate(sorted(months.items()))
        ]
        yield {"workspace": workspace, "bars": bars, "width": len(bars) * _BAR_STEP}
