"""What each API key and each model of a Langdock workspace costs, and how well caching works.

import langdock_usage as lu

with lu.open("data/langdock.duckdb") as usage:
    usage.cost_per_key("2026-10")
"""

from typing import TYPE_CHECKING, Any

from . import errors

if TYPE_CHECKING:
    from .queries import Usage, open

__version__ = "0.1.0"

__all__ = ["Usage", "__version__", "errors", "open"]


def __getattr__(name: str) -> Any:
    if name in ("Usage", "open"):  # with the first use: `--help` does without DuckDB
        from . import queries

        return getattr(queries, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
