"""Loading exports that were downloaded by hand. Each file stands for itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from langdock_usage.errors import ExportFormatError, InvalidRequest, LangdockUsageError, StoreError
from langdock_usage.ingest.recover import recover
from langdock_usage.raw.archive import Archive, RawExport
from langdock_usage.raw.exports import read_stated
from langdock_usage.raw.packed import sha256_of
from langdock_usage.store.writing.incoming import AddedExport
from langdock_usage.store.writing.store import Store
from langdock_usage.text import counted
from langdock_usage.windows import ONE_DAY, Period, local_period, month_of, today, utc_dates, zone


@dataclass(frozen=True)
class Loaded:
    """What became of one file: it was added, was there already, or was refused."""

    file: Path
    window: Period | None = None
    added: AddedExport | None = None
    already: str | None = None
    error: LangdockUsageError | None = None
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line for people."""
        if self.error:
            return f"Error: {self.error}"
        if self.added:
            unknown = ", ".join(map(repr, self.added.unknown_columns))
            rows = counted(self.added.record_count, "row")
            return f"{self.file}: {rows} of {self.window} loaded as {self.added.export_id}" + (
                f"; not known here, kept in the raw file: {unknown}" if unknown else ""
            )
        return f"{self.file}: nothing new, it was loaded before as {self.already}"


def load(
    store: Store,
    files: Iterable[Path],
    *,
    timezone: str | None = None,
    period: Period | None = None,
    default_timezone: str = "UTC",
) -> Iterator[Loaded]:
    """Load each file, plain or gzip; a bad one is told and the next ones go on.

    The period is `period`, else what the file says in UTC dates, as local days of `timezone`; where
    that is not given, of the zone that the workspace has in the database, else of the default.
    """
    archive = Archive(store.path)
    for refused in recover(store, archive):
        yield Loaded(archive.folder, error=StoreError(refused))
    for file in files:
        try:
            yield _load_one(store, archive, file, timezone, period, default_timezone)
        except LangdockUsageError as error:
            yield Loaded(file, error=error)
        except OSError as error:
            yield Loaded(file, error=StoreError(f"{file}: {error.strerror or error}"))


def _load_one(
    store: Store,
    archive: Archive,
    file: Path,
    asked_zone: str | None,
    period: Period | None,
    default_timezone: str,
) -> Loaded:
    stated = read_stated(file, str(file))
    if stated.org_id is None:
        raise ExportFormatError(f"{file} has no rows, so it does not say whose usage it states.")
    known_zone = _known_zone(store, stated.org_id)
    timezone = asked_zone or known_zone or default_timezone
    zone(timezone)
    window = period or _stated_period(file, stated.utc_dates, timezone)
    if period:
        _check_told_period(file, stated.utc_dates, period, timezone)
    _check_begun(file, window, timezone)
    group_by = "model" if stated.header.has_model else None
    sha256 = sha256_of(file)
    already = store.lookups.find(stated.org_id, window, timezone, group_by, sha256)
    if already:
        late = f"{file}: another export of {window} counts, a newer or a finer one."
        return Loaded(
            file, window, already=already, warnings=() if store.lookups.counts(already) else (late,)
        )
    before = store.lookups.totals(stated.org_id, window)
    raw = archive.keep(
        file,
        window=window,
        timezone=timezone,
        group_by=group_by,
        fetched_at=datetime.now(UTC),
        source=file.name,
        org_id=stated.org_id,
    )
    try:
        added = store.add_export(raw, archive.csv_path(raw), str(file))
    except LangdockUsageError:
        archive.discard(raw)
        raise
    changes = before.changes_to(store.lookups.totals(stated.org_id, window)) if before.days else ""
    warnings = list(_warnings(raw, changes, store.lookups.counts(raw.export_id)))
    if known_zone is None and asked_zone is None and timezone == "UTC":
        warnings.append(
            f"without --timezone, {window} are days in UTC; a workspace keeps its zone. If this is "
            f"not meant, take it back with `langdock-usage unload {raw.export_id}`, and load it "
            "with --timezone."
        )
    return Loaded(file, window, added, warnings=tuple(f"{file}: {text}" for text in warnings))


def _warnings(raw: RawExport, changes: str, is_counted: bool) -> Iterator[str]:
    """What this export changed of what was stored, or why it did not, and what it holds up."""
    if changes:
        yield f"what counts in {raw.window} {changes}."
    if not is_counted:
        yield (
            f"exports by model, or by day, that cover {raw.window} count in its place; "
            "it serves to compare them."
        )
    local_today = today(raw.timezone, raw.fetched_at)
    if raw.window.last >= local_today and len(raw.window) > 1:
        yield (
            f"{raw.window} is not over; days of it that are fetched one by one count as soon as "
            f"they reach {local_today}."
        )


def _known_zone(store: Store, org_id: str) -> str | None:
    """The zone of a workspace in the database, or of days whose workspace this file names first."""
    known = store.lookups.timezone_of(org_id)
    return known if known or store.lookups.workspaces() else store.lookups.timezone_of(None)


def _check_told_period(file: Path, stated: Period | None, told: Period, timezone: str) -> None:
    """The days that were told are those of the file, give or take one that the zone may shift."""
    if stated is None:
        return
    expected = utc_dates(told, timezone)
    if max(abs(stated.first - expected.first), abs(stated.last - expected.last)) > ONE_DAY:
        raise InvalidRequest(
            f"{file} states the UTC dates {stated}, which are not those of {told}: its usage would "
            "be counted on wrong days."
        )


def _check_begun(file: Path, window: Period, timezone: str) -> None:
    """A day that has not begun would count as known, and as one without usage."""
    local_today = today(timezone, datetime.now(UTC))
    if window.first > local_today:
        raise InvalidRequest(
            f"{file} is of {window}, which lies in the future: it is {local_today} in {timezone}. "
            "Check the period of the file, or the clock of this computer."
        )


def _stated_period(file: Path, utc_dates: Period | None, timezone: str) -> Period:
    if utc_dates is None:
        raise ExportFormatError(f"{file} has no rows; say its period with --from and --to.")
    try:
        local = local_period(utc_dates, timezone)
    except InvalidRequest as error:
        raise InvalidRequest(f"{file}: {error}") from error
    is_whole_months = utc_dates.first.day == 1 and utc_dates.last == month_of(utc_dates.last).last
    if is_whole_months and local != utc_dates:
        raise InvalidRequest(
            f"{file} says {utc_dates} in UTC dates, which are whole months; in {timezone} that is "
            f"{local}. Say which days were exported: --from {utc_dates.first} --to "
            f"{utc_dates.last}, or --from {local.first} --to {local.last}."
        )
    return local
