"""Texts that take a second to make and never change for a version of vl-convert: kept on disk."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from typing import Any

from platformdirs import user_cache_path

from langdock_usage.files import atomic_write, remove_stale

D3_LOCALES = {"en": "en-US", "de": "de-DE"}
OWN_FORMATS: dict[str, dict[str, Any]] = {
    "en": {},
    "de": {"currency": ["", "\u00a0$"], "percent": "\u00a0%"},
}


@cache
def vega_script() -> str:
    """Vega, Vega-Lite and vega-embed as one script."""

    def make() -> str:
        import vl_convert

        bundle: Any = vl_convert.javascript_bundle  # its types want an argument it does not need
        return str(bundle())

    return _cached("vega.js", make)


@cache
def vega_locale(language: str) -> dict[str, Any]:
    """How Vega writes numbers and times in a language."""

    def make() -> str:
        import vl_convert

        name: Any = D3_LOCALES[language]
        number = vl_convert.get_format_locale(name)
        time = vl_convert.get_time_format_locale(name)
        return json.dumps({"formatLocale": number, "timeFormatLocale": time})

    found: dict[str, Any] = json.loads(_cached(f"locale-{language}.json", make))
    found["formatLocale"].update(OWN_FORMATS[language])
    return found


def _cached(name: str, make: Callable[[], str]) -> str:
    """The text of this name in the user's cache; made, and kept if that is possible."""
    folder = user_cache_path("langdock-usage") / f"vl-convert-{version('vl-convert-python')}"
    path = folder / name
    with suppress(OSError, UnicodeError):
        return path.read_text(encoding="utf-8")
    text = make()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        remove_stale(folder)
        with atomic_write(path) as unfinished:  # another report may read it now
            unfinished.write_text(text, encoding="utf-8", newline="")
    return text
