"""What the database holds, per workspace: for programs as plain values, for people as text."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from langdock_usage.files import size_bytes
from langdock_usage.raw.archive import Archive
from langdock_usage.sql import read_sql
from langdock_usage.store.connection import open_for_reading
from langdock_usage.text import counted, exact
from langdock_usage.windows import ONE_DAY, Period, ranges, today, zone

Status = dict[str, Any]


def status(database: Path, now: datetime | None = None) -> Status:
    """Workspaces with the days covered and missing, and what there is to know of them.

    Days are text as YYYY-MM-DD, periods pairs of first and last day, money text and exact, moments
    ISO 8601 in the zone of the workspace.
    Raises DatabaseMissing, DatabaseLocked.
    """
    now = now or datetime.now(UTC)
    with open_for_reading(database) as connection:
        workspaces = connection.execute(read_sql("store/lookup/workspaces")).fetchall()
        names = dict(connection.execute("from workspace_names").fetchall())
        return {
            "database": str(database),
            "database_bytes": size_bytes(database),
            "raw_bytes": 0 if database.is_dir() else size_bytes(Archive(database).folder),
            "workspaces": [
                _workspace(connection, org_id, names.get(org_id), today(timezone, now), timezone)
                for org_id, timezone in workspaces
            ],
        }


def _workspace(
    connection: duckdb.DuckDBPyConnection,
    org_id: str,
    name: str | None,
    local_today: date,
    timezone: str,
) -> Status:
    def ask(name: str) -> list[tuple[Any, ...]]:
        return connection.execute(read_sql(f"store/status/{name}"), {"org_id": org_id}).fetchall()

    def local(moment: datetime | None) -> str | None:
        return moment.astimezone(zone(timezone)).isoformat(timespec="seconds") if moment else None

    stored = dict(ask("days"))  # day → is it provisional?
    missing = set(Period(min(stored), max(max(stored), local_today - ONE_DAY)).days()) - set(stored)
    [(last_fetch, last_load, exports, superseded, rows)] = ask("exports")
    return {
        "org_id": org_id,
        "name": name,
        "timezone": timezone,
        "days_covered": len(stored),
        "covered": _pairs(stored),
        "missing": _pairs(missing - {local_today}),
        "provisional": _pairs(day for day, provisional in stored.items() if provisional),
        "last_fetch": local(last_fetch),
        "last_load": local(last_load),
        "exports": exports,
        "exports_superseded": superseded,
        "rows": rows,
        "restated": [
            {
                "window": [str(first), str(last)],
                "restated_at": local(moment),
                "difference_usd": exact(usd),
                "difference_requests": requests,
            }
            for first, last, moment, usd, requests in ask("restated")
        ],
        "reconciliation": [
            {
                "month": f"{month:%Y-%m}",
                "keys": keys,
                "keys_that_differ": differing,
                "difference_usd": exact(usd),
            }
            for month, keys, differing, usd in ask("reconciled")
        ],
        "token_accounting": {kind or "no tokens": count for kind, count in ask("accounting")},
        "periods_across_months": [[str(first), str(last)] for first, last in ask("across_months")],
    }


def as_text(status: Status) -> str:
    """The same for people, on one screen."""
    mib = 1024 * 1024
    lines = [
        f"{status['database']}: {status['database_bytes'] / mib:.1f} MiB, "
        f"raw exports {status['raw_bytes'] / mib:.1f} MiB"
    ]
    for workspace in status["workspaces"]:
        lines += ["", *_workspace_lines(workspace)]
    if not status["workspaces"]:
        lines.append("No workspace yet: no answer has named one.")
    return "\n".join(lines)


def _workspace_lines(workspace: Status) -> list[str]:
    restated, months = workspace["restated"], workspace["reconciliation"]
    differing = [month for month in months if month["keys_that_differ"]]
    kinds = workspace["token_accounting"].items()
    facts = {
        "days covered": f"{workspace['days_covered']}: {_spans(workspace['covered'])}",
        "days missing": _spans(workspace["missing"]),
        "provisional": _spans(workspace["provisional"]),
        "last fetch": _moment(workspace["last_fetch"]),
        "last load": _moment(workspace["last_load"]),
        "exports": f"{workspace['exports']}, of which {workspace['exports_superseded']} superseded",
        "rows": f"{workspace['rows']} ({', '.join(f'{kind}: {n}' for kind, n in kinds) or 'none'})",
        "restated": counted(len(restated), "period") if restated else "none",
        "reconciled": counted(len(months), "month") + _agreement(len(months), len(differing)),
        "across months": _spans(workspace["periods_across_months"]) + " (in no monthly view)"
        if workspace["periods_across_months"]
        else "none",
    }
    details = [
        f"  {month['month']} differs by {month['difference_usd']} USD in "
        f"{month['keys_that_differ']} of {counted(month['keys'], 'key')}: "
        "see the view reconciliation"
        for month in differing
    ] + [
        f"  {_spans([entry['window']])} restated {_moment(entry['restated_at'])}: "
        f"{entry['difference_usd']} USD, {counted(entry['difference_requests'], 'request')}"
        for entry in restated[-5:]
    ]
    head = f"{workspace['org_id']} ({workspace['timezone']})"
    if workspace["name"]:
        head = f"{workspace['name']}: {head}"
    return [head, *(f"  {name:<14} {fact}" for name, fact in facts.items()), *details]


def _moment(iso: str | None) -> str:
    """The local day and time, as the zone stands in the head."""
    return iso[:16].replace("T", " ") if iso else "never"


def _agreement(months: int, differing: int) -> str:
    if differing:
        return f"; {differing} {'differs' if differing == 1 else 'differ'}"
    return {0: "", 1: ", it agrees"}.get(months, ", all agree")


def _pairs(days: Any) -> list[list[str]]:
    return [[str(period.first), str(period.last)] for period in ranges(days)]


def _spans(pairs: list[list[str]]) -> str:
    named = [first if first == last else f"{first} to {last}" for first, last in pairs]
    more = f" and {len(named) - 4} more" if len(named) > 4 else ""
    return (", ".join(named[:4]) + more) or "none"
