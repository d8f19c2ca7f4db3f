"""What the environment says: one frozen object, read once by the command line."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from dotenv import dotenv_values

from langdock_usage.errors import SettingsError

DEFAULT_BASE_URL = "https://api.langdock.com"
DEFAULT_DATABASE = Path("data/langdock.duckdb")
WAIT_SECONDS = 600.0  # of a writer, for other programs that have the database open


@dataclass(frozen=True)
class Settings:
    """Where the service, the database and the project are. `api_key` never shows in a repr."""

    api_key: str | None = field(default=None, repr=False)
    base_url: str = DEFAULT_BASE_URL
    database: Path = DEFAULT_DATABASE
    timezone: str = "UTC"
    project: Path = Path()
    """The folder that holds `data/`, `reports/` and `notebooks/`."""

    def with_database(self, database: Path) -> "Settings":
        """The same settings for another database."""
        return replace(self, database=database)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the variables; a `.env` file fills what they leave open. Raises SettingsError.

        The project is the working directory, or the nearest folder above it in which the database
        is there: a notebook runs in a folder of its own, below the one that holds `data/`. Its
        `.env` counts, and before it the one of the working directory.
        """
        given = {name: value for name, value in environment.items() if value.strip()}
        here = _dotenv(Path())
        settings = cls._of({**here, **given}, Path())
        if settings.database.exists():
            return settings
        for folder in Path.cwd().parents:
            try:
                there = _dotenv(folder)
            except SettingsError:
                if (folder / DEFAULT_DATABASE).is_file():
                    raise
                continue  # some other project's
            database = cls._of({**there, **given}, folder).database
            if database.exists():
                return cls._of({**there, **here, **given}, folder).with_database(database)
        return settings

    @classmethod
    def _of(cls, found: Mapping[str, str], project: Path) -> "Settings":
        def value(name: str, default: str) -> str:
            return found.get(name, "").strip() or default

        return cls(
            api_key=value("LANGDOCK_API_KEY", "") or None,
            base_url=value("LANGDOCK_BASE_URL", DEFAULT_BASE_URL).rstrip("/"),
            database=project / value("LANGDOCK_USAGE_DB", str(DEFAULT_DATABASE)),
            timezone=value("LANGDOCK_USAGE_TIMEZONE", "UTC"),
            project=project,
        )


def find_database() -> Path:
    """The database that the environment names, seen from any folder of the project."""
    return Settings.from_environment().database.absolute()


def _dotenv(folder: Path) -> dict[str, str]:
    path = folder / ".env"
    if not path.is_file():
        return {}
    try:
        values = dotenv_values(path, encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"{path.resolve()} cannot be read; save it as UTF-8 text.") from error
    return {name: value for name, value in values.items() if value}
