"""A chart as a picture, for what draws no charts: nbconvert, mail, web views of notebooks."""

import re
from contextlib import suppress
from typing import Any

# at a sign that XML forbids vl-convert ends the whole process; where a long name is cut within a
# sign of two halves, an emoji for one, it fails
UNDRAWABLE = (
    re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"),
    re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd]"),
)

# Text is laid out here and drawn elsewhere: in a font of which both have one of the same widths.
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"


def svg(spec: dict[str, Any]) -> str | None:
    """The chart as SVG, signs that cannot be drawn replaced; None where that fails."""
    import vl_convert

    drawn = spec | {"config": {**spec.get("config", {}), "font": FONT}}
    for undrawable in UNDRAWABLE:
        with suppress(ValueError):
            return vl_convert.vegalite_to_svg(_without(undrawable, drawn))
    return None


def _without(signs: re.Pattern[str], value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(signs, part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without(signs, part) for part in value]
    return signs.sub("\ufffd", value) if isinstance(value, str) else value
