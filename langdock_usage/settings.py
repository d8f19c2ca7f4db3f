"""What the environment says: one frozen object, read once by the command line."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from dotenv import dotenv_values

from .errors import SettingsError

DEFAULT_BASE_URL = "https://api.langdock.com"
DEFAULT_DATABASE = Path("data/langdock.duckdb")
WAIT_SECONDS = 600.0  # of a writer, for other programs that have the database open


@dataclass(frozen=True)
class Settings:
    """Where the service and the database are. `api_key` never shows in a repr."""

    api_key: str | None = field(default=None, repr=False)
    base_url: str = DEFAULT_BASE_URL
    database: Path = DEFAULT_DATABASE
    timezone: str = "UTC"

    def with_database(self, database: Path) -> "Settings":
        """The same settings for another database."""
        return replace(self, database=database)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the variables; a `.env` file in the working directory fills what they leave open."""
        found = {**_dotenv(), **{name: value for name, value in environment.items() if value}}

        def value(name: str, default: str) -> str:
            return (found.get(name) or "").strip() or default

        return cls(
            api_key=value("LANGDOCK_API_KEY", "") or None,
            base_url=value("LANGDOCK_BASE_URL", DEFAULT_BASE_URL).rstrip("/"),
            database=Path(value("LANGDOCK_USAGE_DB", str(DEFAULT_DATABASE))),
            timezone=value("LANGDOCK_USAGE_TIMEZONE", "UTC"),
        )


def find_database() -> Path:
    """The database that the environment names, seen from any folder of the project.

    A notebook runs in its own folder, below the one that holds `data/` and `.env`.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        named = {**_dotenv(folder), **os.environ}.get("LANGDOCK_USAGE_DB", "").strip()
        database = folder / (named or DEFAULT_DATABASE)
        if database.is_file():
            return database
    return Settings.from_environment().database


def _dotenv(folder: Path = Path()) -> dict[str, str]:
    path = folder / ".env"
    if not path.is_file():
        return {}
    try:
        values = dotenv_values(path, encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"{path.resolve()} cannot be read; save it as UTF-8 text.") from error
    return {name: value for name, value in values.items() if value is not None}
