"""Importing what papermill, nbconvert and altair stand on, without its slowest part."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

GRAMMAR = "rfc3987_syntax"


@contextmanager
def without_uri_grammar() -> Iterator[None]:
    """For the first import of jsonschema, which nbformat and altair import.

    It compiles a grammar of internationalised addresses, which takes longer than all the rest, for
    a check that no notebook and no chart asks for. It does without where that is not installed.
    """
    modules: dict[str, Any] = sys.modules
    if GRAMMAR in modules or "jsonschema" in modules:
        yield
        return
    modules[GRAMMAR] = None  # as if it were not installed
    try:
        yield
    finally:
        del modules[GRAMMAR]
