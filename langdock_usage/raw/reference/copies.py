"""The copies of reference files that were loaded, kept beside the raw exports for `rebuild`."""

from datetime import UTC, datetime
from pathlib import Path

from langdock_usage.errors import StoreError
from langdock_usage.files import atomic_write
from langdock_usage.raw.archive import MOMENT, Archive


class ReferenceCopies:
    """The copies of one kind of reference file; each held until the next one was loaded."""

    def __init__(self, archive: Archive, name: str) -> None:
        self.name = name
        self._folder = archive.folder / name

    def keep(self, content: bytes, loaded_at: datetime) -> Path:
        """Keep a file as it was loaded."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{loaded_at.astimezone(UTC):{MOMENT}}.csv"
        with atomic_write(path) as unfinished:
            unfinished.write_bytes(content)
        return path

    def by_moment(self) -> dict[datetime, Path]:
        """The copies by when they were loaded, oldest first. Raises StoreError."""
        copies = sorted(self._folder.glob("*.csv"))
        try:
            return {
                datetime.strptime(path.stem, MOMENT).replace(tzinfo=UTC): path for path in copies
            }
        except ValueError as error:
            raise StoreError(
                f"In {self._folder}, a name does not say when the file was loaded "
                f"({error}); move it out of the folder."
            ) from error


def set_aside(copy: Path) -> Path:
    """Move a copy that cannot be read to where people can look at it."""
    folder = copy.parent.parent / "refused" / copy.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    return copy.replace(folder / copy.name)
