"""What each API key and each model of a Langdock workspace costs, and how well caching works.

import langdock_usage as lu

with lu.open("data/langdock.duckdb") as usage:
    usage.cost_per_key("2026-10")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from langdock_usage import errors

if TYPE_CHECKING:
    from langdock_usage import charts, spark
    from langdock_usage.metrics.tables import table
    from langdock_usage.metrics.usage import Usage, open

__version__ = "0.2.0"

__all__ = ["Usage", "__version__", "charts", "errors", "open", "spark", "table"]

# Loaded with the first use, so that the command line answers `--help` without DuckDB and Altair.
_HOMES = {"Usage": "metrics.usage", "open": "metrics.usage", "table": "metrics.tables"}


def __getattr__(name: str) -> Any:
    if name in ("charts", "spark"):
        return import_module(f".{name}", __name__)
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What is public: not the modules that Python hangs up here."""
    return sorted(__all__)
