"""The raw exports: each CSV as received, and beside it a small JSON that says what was asked for.

    data/raw/langdock/2026-10-05_2026-10-05_model_20261123T183200.123456Z_1a2b3c4d.csv.gz
    data/raw/langdock/2026-10-05_2026-10-05_model_20261123T183200.123456Z_1a2b3c4d.json

The files of a database lie under `raw/` beside it, in a folder of its name. They are written once
and never edited; the JSON comes last, so that an export with a JSON is whole. A day for which the
service had no data has a JSON alone. A CSV that was loaded by hand is compressed like the others,
or copied where it came compressed. The database can be rebuilt from these files, from those in
`keys/` and such folders, which people stated, and from the price books in `price_books/`. What
was refused or damaged lies in `refused/`, what was taken back in `unloaded/`: kept, and out of
reach.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from langdock_usage.errors import ExportFormatError, StoreError
from langdock_usage.files import UNFINISHED, atomic_write
from langdock_usage.raw.packed import sha256_of, write_csv
from langdock_usage.windows import Period

UNLOADED = "unloaded"
REFUSED = "refused"
MOMENT = "%Y%m%dT%H%M%S.%fZ"  # in names of files; in UTC


@dataclass(frozen=True)
class RawExport:
    """One export as received: what was asked for, when, and the hash of the answer."""

    export_id: str
    window: Period
    timezone: str
    group_by: str | None
    fetched_at: datetime
    source: str
    org_id: str | None  # the workspace asked for, where it was known
    file: str | None  # name of the CSV in the folder; None where the service had no data
    sha256: str | None  # of the CSV, content encoding undone
    yields_to: str | None = None  # an empty answer that does not erase this older export
    date_form: str | None = None  # in which the service took the dates of the request
    asked_from: date | None = None  # first day of all that this fetch asked for

    @property
    def is_loaded(self) -> bool:
        """Whether it was loaded by hand: the source is a file name then, else a URL."""
        return "/" not in self.source

    def to_json(self) -> str:
        fields = asdict(self) | {
            "fetched_at": self.fetched_at.isoformat(),
            "window": [self.window.first.isoformat(), self.window.last.isoformat()],
            "asked_from": self.asked_from.isoformat() if self.asked_from else None,
        }
        return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "RawExport":
        fields: dict[str, Any] = json.loads(text)
        first, last = (date.fromisoformat(day) for day in fields.pop("window"))
        moment = datetime.fromisoformat(fields.pop("fetched_at"))
        asked_from = fields.pop("asked_from", None)
        return cls(
            **fields,
            window=Period(first, last),
            fetched_at=moment,
            asked_from=date.fromisoformat(asked_from) if asked_from else None,
        )


@dataclass(frozen=True)
class Damaged:
    """An export with a file that is missing or not as received; `raw` where its JSON is whole."""

    export_id: str
    raw: RawExport | None
    reason: str


class Archive:
    """The folder of raw exports that belongs to one database."""

    def __init__(self, database: Path) -> None:
        name = database.stem if database.suffix == ".duckdb" else database.name
        self.folder = database.parent / "raw" / name

    def keep(
        self,
        csv: bytes | Path | None,
        *,
        window: Period,
        timezone: str,
        group_by: str | None,
        fetched_at: datetime,
        source: str,
        org_id: str | None,
        yields_to: str | None = None,
        date_form: str | None = None,
        asked_from: date | None = None,
    ) -> RawExport:
        """Write an answer down before anything is made of it; no `csv` means no data.

        What is not compressed yet is compressed; `sha256` is that of the plain CSV.
        """
        sha256 = sha256_of(csv)
        moment = fetched_at.astimezone(UTC).strftime(MOMENT)
        # two workspaces may answer within one microsecond
        mark = hashlib.sha256(f"{source} {org_id} {sha256}".encode()).hexdigest()[:8]
        export_id = f"{window.first}_{window.last}_{group_by or 'total'}_{moment}_{mark}"
        raw = RawExport(
            export_id=export_id,
            window=window,
            timezone=timezone,
            group_by=group_by,
            fetched_at=fetched_at,
            source=source,
            org_id=org_id,
            file=None if csv is None else f"{export_id}.csv.gz",
            sha256=sha256,
            yields_to=yields_to,
            date_form=date_form,
            asked_from=asked_from,
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        # under another name until the CSV is there: `sweep` can tell how far a killed process came
        announced = self._announced_path(raw)
        try:
            _write(announced, raw.to_json().encode())
            if raw.file and csv is not None:
                write_csv(self.folder / raw.file, csv)
            announced.replace(self._json_path(raw))
        finally:
            announced.unlink(missing_ok=True)
        return raw

    def csv_path(self, raw: RawExport) -> Path | None:
        """The CSV of an export; None where the service had no data."""
        return self.folder / raw.file if raw.file else None

    def verified_csv(self, raw: RawExport) -> Path | None:
        """Like `csv_path`, its hash checked. Raises StoreError where it is not as received."""
        path = self.csv_path(raw)
        try:
            intact = sha256_of(path) == raw.sha256
        except (OSError, ExportFormatError) as error:
            raise StoreError(f"{path} is missing or damaged: {error}") from error
        if not intact:
            raise StoreError(f"{path} is not as it was received: its hash differs from its JSON.")
        return path

    def __iter__(self) -> Iterator[RawExport]:
        """Every export kept, in the order in which they were received."""
        return iter(self._in(self.folder))

    def unloaded(self) -> list[RawExport]:
        """Every export that was loaded by mistake, and taken back."""
        return self._in(self.folder / UNLOADED)

    def intact(self) -> tuple[list[RawExport], list[Damaged]]:
        """The exports that are as they were received, in that order, and those that are not."""
        raws: list[RawExport] = []
        damaged: list[Damaged] = []
        for path in sorted(self.folder.glob("*.json")):
            raw = None
            try:
                raw = self._read(path)
                self.verified_csv(raw)
                raws.append(raw)
            except StoreError as error:
                damaged.append(Damaged(path.stem, raw, str(error)))
        return sorted(raws, key=_as_received), damaged

    def ids(self) -> set[str]:
        """The `export_id` of every export kept."""
        return {path.stem for path in self.folder.glob("*.json")}

    def discard(self, raw: RawExport) -> None:
        """Forget an export that the database refused."""
        announced = self._json_path(raw).replace(self._announced_path(raw))
        for path in self._files(raw.export_id):
            path.unlink()
        announced.unlink()

    def set_aside(self, raw: RawExport | str, where: str = REFUSED) -> Path:
        """Move an export, given whole or by its id, to a folder where people can look at it.

        It is gone from the archive with the first of its files, which is the JSON.
        """
        aside = self.folder / where
        aside.mkdir(exist_ok=True)
        export_id = raw if isinstance(raw, str) else raw.export_id
        moved = [path.replace(aside / path.name) for path in self._files(export_id)]
        return moved[-1] if moved else aside

    def sweep(self) -> None:
        """Finish or remove what a killed process left unfinished. Only for whoever holds its lock.

        An export whose CSV is there is whole; one that was being set aside is gone from here.
        """
        for path in self.folder.rglob(f".*{UNFINISHED}"):
            path.unlink()
        for announced in self.folder.glob(f"*.json{UNFINISHED}"):
            raw = self._read(announced)
            csv = self.csv_path(raw)
            if csv is None or csv.exists():
                announced.replace(self._json_path(raw))
            else:
                announced.unlink()
        for path in (self.folder / REFUSED).glob("*.json"):
            self.set_aside(path.stem)

    def _in(self, folder: Path) -> list[RawExport]:
        return sorted((self._read(path) for path in folder.glob("*.json")), key=_as_received)

    def _files(self, export_id: str) -> list[Path]:
        """The files of an export that are there, the JSON first."""
        names = (f"{export_id}{suffix}" for suffix in (".json", ".csv.gz", ".csv"))
        return [path for name in names if (path := self.folder / name).exists()]

    def _json_path(self, raw: RawExport) -> Path:
        return self.folder / f"{raw.export_id}.json"

    def _announced_path(self, raw: RawExport) -> Path:
        return self.folder / f"{raw.export_id}.json{UNFINISHED}"

    def _read(self, path: Path) -> RawExport:
        try:
            return RawExport.from_json(path.read_text(encoding="utf-8"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                f"{path} does not describe an export ({error}); "
                "move it, and the CSV of that name, out of the folder."
            ) from error


def _as_received(raw: RawExport) -> tuple[datetime, str]:
    return raw.fetched_at, raw.export_id


def _write(path: Path, content: bytes) -> None:
    with atomic_write(path) as unfinished:
        unfinished.write_bytes(content)
