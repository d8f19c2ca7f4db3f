"""The raw exports: each CSV as received, and beside it a small JSON that says what was asked for.

    data/raw/langdock/2026-10-05_2026-10-05_model_20261123T183200.123456Z_1a2b3c4d.csv.gz
    data/raw/langdock/2026-10-05_2026-10-05_model_20261123T183200.123456Z_1a2b3c4d.json

The files of a database lie under `raw/` beside it, in a folder of its name. They are written once
and never edited; the JSON comes last, so that an export with a JSON is whole. A day for which the
service had no data has a JSON alone. The database can be made anew from these files.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from .errors import StoreError
from .windows import Period


@dataclass(frozen=True)
class RawExport:
    """One export as received: what was asked for, when, and the hash of the answer."""

    export_id: str
    window: Period
    timezone: str
    group_by: str | None
    fetched_at: datetime
    source: str
    sha256: str | None  # of the CSV; None where the service had no data
    org_id: str | None  # the workspace asked for, where it was known

    def to_json(self) -> str:
        fields = {
            "export_id": self.export_id,
            "window_start": self.window.first.isoformat(),
            "window_end": self.window.last.isoformat(),
            "timezone": self.timezone,
            "group_by": self.group_by,
            "fetched_at": self.fetched_at.isoformat(),
            "source": self.source,
            "sha256": self.sha256,
            "org_id": self.org_id,
        }
        return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "RawExport":
        fields: dict[str, Any] = json.loads(text)
        return cls(
            export_id=fields["export_id"],
            window=Period(
                date.fromisoformat(fields["window_start"]),
                date.fromisoformat(fields["window_end"]),
            ),
            timezone=fields["timezone"],
            group_by=fields["group_by"],
            fetched_at=datetime.fromisoformat(fields["fetched_at"]),
            source=fields["source"],
            sha256=fields["sha256"],
            org_id=fields["org_id"],
        )


class Archive:
    """The folder of raw exports that belongs to one database."""

    def __init__(self, database: Path) -> None:
        self.folder = database.parent / "raw" / database.stem

    def keep(
        self,
        csv: bytes | None,
        *,
        window: Period,
        timezone: str,
        group_by: str | None,
        fetched_at: datetime,
        source: str,
        org_id: str | None,
    ) -> RawExport:
        """Write an answer down before anything is made of it; no `csv` means no data."""
        sha256 = None if csv is None else hashlib.sha256(csv).hexdigest()
        moment = fetched_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        # two workspaces may answer within one microsecond
        mark = hashlib.sha256(f"{source} {org_id} {sha256}".encode()).hexdigest()[:8]
        raw = RawExport(
            export_id=f"{window.first}_{window.last}_{group_by or 'total'}_{moment}_{mark}",
            window=window,
            timezone=timezone,
            group_by=group_by,
            fetched_at=fetched_at,
            source=source,
            sha256=sha256,
            org_id=org_id,
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        if csv is not None:
            _write(self.csv_path(raw), gzip.compress(csv, compresslevel=6, mtime=0))
        _write(self._json_path(raw), raw.to_json().encode())
        return raw

    def csv_path(self, raw: RawExport) -> Path:
        return self.folder / f"{raw.export_id}.csv.gz"

    def verified_csv(self, raw: RawExport) -> Path | None:
        """The CSV of an export, its hash checked; None where the service had no data.

        Raises StoreError where it is missing or not as it was received.
        """
        if raw.sha256 is None:
            return None
        path = self.csv_path(raw)
        try:
            content = gzip.decompress(path.read_bytes())
        except (OSError, EOFError) as error:
            raise StoreError(f"{path} is missing or damaged: {error}") from error
        if hashlib.sha256(content).hexdigest() != raw.sha256:
            raise StoreError(f"{path} is not as it was received: its hash differs from its JSON.")
        return path

    def _json_path(self, raw: RawExport) -> Path:
        return self.folder / f"{raw.export_id}.json"

    def __iter__(self) -> Iterator[RawExport]:
        """Every export kept, in the order in which they were received."""
        raws = [self._read(path) for path in self.folder.glob("*.json")]
        return iter(sorted(raws, key=lambda raw: (raw.fetched_at, raw.export_id)))

    def ids(self) -> set[str]:
        """The `export_id` of every export kept."""
        return {path.stem for path in self.folder.glob("*.json")}

    def get(self, export_id: str) -> RawExport:
        return self._read(self.folder / f"{export_id}.json")

    def refuse(self, raw: RawExport) -> Path:
        """Set aside an export that the database refused; returns where it lies now."""
        aside = self.folder / "refused"
        aside.mkdir(exist_ok=True)
        for path in (self._json_path(raw), self.csv_path(raw)):
            if path.exists():
                path.replace(aside / path.name)
        return aside / self.csv_path(raw).name

    def _read(self, path: Path) -> RawExport:
        try:
            return RawExport.from_json(path.read_text(encoding="utf-8"))
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{path} does not describe an export ({error}); move it out of the folder."
            ) from error


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, whenever the process dies."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
