"""What the command `load` does."""

from collections.abc import Iterable
from pathlib import Path

from langdock_usage.ingest.load import Loaded, load
from langdock_usage.store.writing.store import Store
from langdock_usage.windows import Period
from tests.support.data.databases import days, make_empty

OCTOBER = days("2026-10-01", "2026-10-31")


def load_into(
    database: Path, *files: Path, timezone: str | None = None, period: Period | None = None
) -> list[Loaded]:
    make_empty(database)
    with Store(database) as store:
        return list(load(store, files, timezone=timezone, period=period))


def errors(loaded: Iterable[Loaded]) -> list[str]:
    return [str(one) for one in loaded if one.error]


def file_of(tmp_path: Path, content: bytes, name: str = "october.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path
