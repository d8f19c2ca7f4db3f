"""What the database holds already, as fetch and load ask before and after taking something in."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import duckdb

from langdock_usage.raw.archive import RawExport
from langdock_usage.sql import read_sql
from langdock_usage.text import counted, exact
from langdock_usage.windows import DateForm, Period, month_of


@dataclass(frozen=True)
class DayUsage:
    """A stored day with usage: its export, and the rows and cost in USD that it states."""

    export_id: str
    rows: int
    total_cost_usd: Decimal


@dataclass(frozen=True)
class Totals:
    """What counts in a period: days that are known, requests, and cost in USD."""

    days: int
    requests: int
    total_cost_usd: Decimal

    def changes_to(self, later: "Totals") -> str:
        """How these totals became the later ones, for people; empty where they are alike."""
        costs = f"cost {exact(self.total_cost_usd)} USD before, {exact(later.total_cost_usd)} now"
        requests = f"had {counted(self.requests, 'request')} before, {later.requests} now"
        days = f"covered {counted(self.days, 'day')} before, {later.days} now"
        told = {
            costs: self.total_cost_usd != later.total_cost_usd,
            requests: self.requests != later.requests,
            days: self.days != later.days,
        }
        return "; ".join(text for text, differs in told.items() if differs)


class Lookups:
    """Questions to the exports, days and owners of a database."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def totals(self, org_id: str, days: Period) -> Totals:
        """What counts in these days, or in a period that holds some of them."""
        [row] = self._connection.execute(
            read_sql("store/lookup/totals"),
            {"org_id": org_id, "first": days.first, "last": days.last},
        ).fetchall()
        return Totals(*row)

    def counts(self, export_id: str) -> bool:
        """Whether an export is one of those that count."""
        query = "select count(*) from counted_exports where export_id = ?"
        [(count,)] = self._connection.execute(query, [export_id]).fetchall()
        return bool(count)

    def straddled(self) -> list[tuple[date, date, str]]:
        """Periods (first and last day) in which an API key with usage changed hands."""
        return self._connection.execute(read_sql("store/lookup/straddled")).fetchall()

    def reference_loads(self, file: str) -> set[datetime]:
        """When a reference file of this name was loaded, each time."""
        query = "select loaded_at from reference_loads where file = ?"
        return {loaded_at for (loaded_at,) in self._connection.execute(query, [file]).fetchall()}

    def models(self) -> list[str]:
        """Every model with usage, of any workspace."""
        rows = self._connection.execute("select distinct model from prices_in_force").fetchall()
        return [model for (model,) in rows]

    def owners(self) -> list[tuple[str | None, str | None]]:
        """Every team with every cost centre that API keys belong, or belonged, to."""
        query = "select distinct team, cost_center from key_owners"
        return self._connection.execute(query).fetchall()

    def key_names(self) -> list[tuple[str, str | None]]:
        """Every name that each API key ever had."""
        return self._connection.execute(read_sql("store/lookup/key_names")).fetchall()

    def workspaces(self) -> dict[str, str]:
        """Every workspace of the database with its time zone."""
        rows = self._connection.execute(read_sql("store/lookup/workspaces")).fetchall()
        return dict(rows)

    def missing_days(self, first: date, last: date, org_id: str | None) -> list[date]:
        """The days of a period that are not known of the workspace, or of any."""
        query = read_sql("store/lookup/covered_days")
        parameters = {"first": first, "last": last, "org_id": org_id}
        known = {day for (day,) in self._connection.execute(query, parameters).fetchall()}
        return [day for day in Period(first, last).days() if day not in known]

    def timezone_of(self, org_id: str | None, *, other_than: str = "") -> str | None:
        """The zone of a workspace, or of the days whose workspace is not known yet."""
        found = self._connection.execute(
            "select timezone from exports where org_id is not distinct from ? and timezone <> ?",
            [org_id, other_than],
        ).fetchone()
        return str(found[0]) if found else None

    def unfinished_days(self, org_id: str | None) -> set[date]:
        """Stored days that were fetched before they were over."""
        rows = self._connection.execute(
            read_sql("store/lookup/unfinished_days"), {"org_id": org_id}
        ).fetchall()
        return {day for (day,) in rows}

    def single_days(self, org_id: str | None) -> set[date]:
        """The days for which an export of just that day, grouped by model, is stored."""
        rows = self._connection.execute(
            read_sql("store/lookup/single_days"), {"org_id": org_id}
        ).fetchall()
        return {day for (day,) in rows}

    def export_ids(self) -> set[str]:
        """The id of every export in the database."""
        rows = self._connection.execute("select export_id from exports").fetchall()
        return {export_id for (export_id,) in rows}

    def usage_of_days(self, org_id: str | None, days: Period) -> dict[date, DayUsage]:
        """Of the days that are stored each as an export of its own: those that have usage."""
        rows = self._connection.execute(
            read_sql("store/lookup/usage_of_days"),
            {"org_id": org_id, "first": days.first, "last": days.last},
        ).fetchall()
        return {day: DayUsage(*usage) for day, *usage in rows}

    def date_form(self, source: str) -> DateForm | None:
        """The form of dates that this API took last; None where it has not taken any."""
        row = self._connection.execute(
            read_sql("store/lookup/date_form"), {"source": source}
        ).fetchone()
        return row[0] if row else None

    def months_to_reconcile(self, org_id: str, first: date) -> list[Period]:
        """Complete months since `first` that no ungrouped export newer than their days covers."""
        rows = self._connection.execute(
            read_sql("store/lookup/months_to_reconcile"), {"org_id": org_id, "first": first}
        ).fetchall()
        return [month_of(month) for (month,) in rows]

    def differences(self, org_id: str) -> list[tuple[date, str, str | None, int, Decimal]]:
        """Month, key, name, requests and USD by which a month differs from its days."""
        return self._connection.execute(
            read_sql("store/lookup/differences"), {"org_id": org_id}
        ).fetchall()

    def find(
        self, org_id: str, window: Period, timezone: str, group_by: str | None, sha256: str | None
    ) -> str | None:
        """The export of this period with this very content that was added already."""
        found = self._connection.execute(
            read_sql("store/write/same_export"),
            {
                "org_id": org_id,
                "window_start": window.first,
                "window_end": window.last,
                "timezone": timezone,
                "group_by": group_by,
                "sha256": sha256,
            },
        ).fetchone()
        return str(found[0]) if found else None

    def in_force(self, raw: RawExport) -> str | None:
        """The export that is the newest statement of the same period and grouping as this one."""
        found = self._connection.execute(
            read_sql("store/write/in_force"),
            {
                "org_id": raw.org_id,
                "window_start": raw.window.first,
                "window_end": raw.window.last,
                "group_by": raw.group_by,
            },
        ).fetchone()
        return str(found[0]) if found else None

    def covered_days(self, org_id: str | None, days: Period) -> set[date]:
        """Those of these days that are known; of any workspace where none is given."""
        rows = self._connection.execute(
            read_sql("store/lookup/covered_days"),
            {"org_id": org_id, "first": days.first, "last": days.last},
        ).fetchall()
        return {day for (day,) in rows}

    def first_day(self, org_id: str | None) -> date | None:
        """The first day of any period that is stored, or that a fetch asked for."""
        row = self._connection.execute(
            read_sql("store/lookup/first_day"), {"org_id": org_id}
        ).fetchone()
        return row[0] if row else None
