"""Which price list is installed, without importing it: that takes half a second."""

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "genai_prices"


@cache
def list_version() -> str:
    """The version of the package, like `0.2.3`."""
    return version(PACKAGE)


@cache
def list_sha256() -> str:
    """A hash of the list, and of the rules by which names are found in it."""
    spec = find_spec(PACKAGE)
    [folder] = (spec and spec.submodule_search_locations) or [""]
    texts = [Path(folder, "data.py").read_bytes()]
    texts += [
        files(__package__).joinpath(f"{name}.py").read_bytes() for name in ("names", "public")
    ]
    return hashlib.sha256(b"".join(texts)).hexdigest()
