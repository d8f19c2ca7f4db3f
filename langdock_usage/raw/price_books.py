"""Copies of the price books of a database, kept beside the raw exports for `rebuild`.

    data/raw/langdock/price_books/20261123T183200.123456Z.json

A book is what the prices of all models with usage were worked out to be at a moment. With another
list installed it could not be made again, and nobody could tell what an older report rested on.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from langdock_usage.files import atomic_write
from langdock_usage.raw.archive import MOMENT, Archive

FOLDER = "price_books"


@dataclass(frozen=True)
class PriceBookCopy:
    """A row of the table `price_books`, and its rows of `model_prices`."""

    book: int
    made_at: datetime
    list_version: str
    list_sha256: str
    sha256: str
    prices: Sequence[Mapping[str, Any]]

    def keep(self, archive: Archive) -> None:
        """Write it down, in place of an older copy, which has fewer models."""
        path = path_of(archive, self.made_at)
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False, default=str) + "\n"
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as unfinished:
            unfinished.write_text(text, encoding="utf-8")


def path_of(archive: Archive, made_at: datetime) -> Path:
    """Where the copy of the book lies that was made then."""
    return archive.folder / FOLDER / f"{made_at.astimezone(UTC):{MOMENT}}.json"


def kept_books(archive: Archive) -> list[PriceBookCopy]:
    """The copies, oldest first, without those that cannot be read."""
    return [copy for path in _paths(archive) if (copy := _read(path))]


def unreadable_books(archive: Archive) -> dict[Path, str]:
    """The copies that cannot be read, and what to say of each."""
    return {
        path: f"{path} does not describe a price book."
        for path in _paths(archive)
        if _read(path) is None
    }


def _paths(archive: Archive) -> list[Path]:
    return sorted((archive.folder / FOLDER).glob("*.json"))


def _read(path: Path) -> PriceBookCopy | None:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        made_at = datetime.fromisoformat(fields.pop("made_at"))
        return PriceBookCopy(made_at=made_at, **fields)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
