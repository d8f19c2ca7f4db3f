"""An export on its way into the database: what it states, and what became of it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from langdock_usage.errors import ExportConflict, ExportFormatError
from langdock_usage.raw.archive import RawExport
from langdock_usage.raw.exports import Stated, first_fault, is_gzip, read_stated
from langdock_usage.raw.header import Header


@dataclass(frozen=True)
class AddedExport:
    """What an export brought. `org_id` is None for a day without usage of an unknown workspace."""

    export_id: str
    org_id: str | None
    record_count: int
    unknown_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Incoming:
    """One export with its CSV (None: the service had no data); `name` is for errors."""

    raw: RawExport
    csv: Path | None
    name: str
    stated: Stated | None
    org_id: str | None

    @classmethod
    def read(cls, raw: RawExport, csv: Path | None, name: str) -> "Incoming":
        """Read what the CSV states of itself. Raises ExportFormatError, ExportConflict."""
        stated = read_stated(csv, name) if csv else None
        if stated and raw.group_by == "model" and not stated.header.has_model:
            raise ExportFormatError(
                f"{name}, line 1: the export was to be grouped by model but has no model column."
            )
        return cls(raw, csv, name, stated, workspace_of(stated, raw.org_id, name))

    @property
    def workspace(self) -> tuple[str | None, str]:
        """The workspace, and the zone that it keeps."""
        return self.org_id, self.raw.timezone

    @property
    def has_rows(self) -> bool:
        return bool(self.stated and self.stated.utc_dates)

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        return self.stated.header.unknown if self.stated else ()

    @property
    def kind(self) -> tuple[Header, bool]:
        """Files of one kind can be read together. Of an export with rows."""
        assert self.csv  # noqa: S101
        assert self.stated  # noqa: S101
        return self.stated.header, is_gzip(self.csv)

    def as_struct(self) -> dict[str, str | date]:
        """For `insert_rows.sql`. Of an export with rows."""
        assert self.stated  # noqa: S101
        assert self.stated.utc_dates  # noqa: S101
        return {
            "path": str(self.csv),
            "export_id": self.raw.export_id,
            "org_id": str(self.org_id),
            "window_start": self.raw.window.first,
            "window_end": self.raw.window.last,
            "first_date": self.stated.utc_dates.first.isoformat(),
            "last_date": self.stated.utc_dates.last.isoformat(),
        }

    def raise_fault(self) -> None:
        """Raise ExportFormatError where a value is not what its column says."""
        fault = first_fault(self.csv, self.name) if self.csv else None
        if fault:
            raise ExportFormatError(fault)


def workspace_of(stated: Stated | None, asked_for: str | None, name: str) -> str | None:
    """The workspace that an export states, else the one asked for. Raises ExportConflict."""
    answered = stated.org_id if stated else None
    if answered and asked_for and answered != asked_for:
        raise ExportConflict(
            f"{name} belongs to workspace {answered!r}, but {asked_for!r} was asked for; "
            f"use the key of that workspace, or say --org {answered} if this one is meant."
        )
    return answered or asked_for
