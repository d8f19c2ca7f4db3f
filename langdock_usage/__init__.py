"""What each API key and each model of a Langdock workspace costs, and how well caching works.

import langdock_usage as lu

with lu.open("data/langdock.duckdb") as usage:
    usage.cost_per_key("2026-10")
"""

from . import errors
from .queries import Usage, open

__version__ = "0.1.0"

__all__ = ["Usage", "__version__", "errors", "open"]
