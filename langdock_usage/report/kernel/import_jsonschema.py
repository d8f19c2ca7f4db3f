"""Importing jsonschema, which nbformat and altair stand on, without its slowest part."""

import sys
from importlib import import_module
from typing import Any

GRAMMAR = "rfc3987_syntax"


def import_jsonschema() -> None:
    """Import it as if a grammar of internationalised addresses were not installed.

    It compiles that when it is imported, which takes longer than all the rest, for a check that no
    notebook and no chart asks for: python-jsonschema/jsonschema#1428. A test says when this can go.
    """
    modules: dict[str, Any] = sys.modules
    if GRAMMAR not in modules and "jsonschema" not in modules:
        modules[GRAMMAR] = None
        try:
            import_module("jsonschema")
        finally:
            del modules[GRAMMAR]
