"""Requests to the Usage Export API: how many at a time, and what the answers mean."""

import sys

# The command line that httpx has, too, would import rich and pygments: a fifth of the time that a
# fetch takes where nothing is missing. Without it, httpx does as if they were not there.
is_first = "httpx" not in sys.modules
if is_first:
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
import httpx as httpx  # noqa: E402

if is_first:
    del sys.modules["httpx._main"]
