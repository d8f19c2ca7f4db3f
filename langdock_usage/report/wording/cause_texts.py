"""Which sentence says what moved an API key, and the numbers in it: one function per effect."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from langdock_usage.charts.drawing.names import shorten
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import relative_change

if TYPE_CHECKING:
    from langdock_usage.report.wording.causes import Cause

Told = tuple[str, dict[str, object]]
"""The name of a text in `causes`, and its values."""


def told(cause: "Cause", formatter: Formatter) -> Told:
    """What to say of an API key that moved."""
    teller = _TELLERS.get(cause.effect)
    return teller(cause, formatter) if teller else (cause.way, {})


def _volume(cause: "Cause", formatter: Formatter) -> Told:
    change = relative_change(cause.after["requests"], cause.before["requests"])
    moved = change is not None and change * cause.effect_usd > 0
    if change is None or not moved:
        return cause.way, {}
    values: dict[str, object] = {"ratio": formatter.language.percent(abs(change), 0)}
    return f"{cause.way}_on", values | {"model": _model_of(cause, formatter)}


def _mix(cause: "Cause", formatter: Formatter) -> Told:
    changes = cause.pairs.sort_values("change_usd", kind="stable")
    fell, rose = changes.iloc[0], changes.iloc[-1]
    if not fell["change_usd"] < 0 < rose["change_usd"]:
        return cause.way, {}
    return "mix", {
        "from_model": shorten(formatter.name(fell["model"])),
        "to_model": shorten(formatter.name(rose["model"])),
        "minus": formatter.difference(fell["change_usd"]),
        "plus": formatter.difference(rose["change_usd"]),
    }


def _caching(cause: "Cause", formatter: Formatter) -> Told:
    now, then = cause.after.get("cache_hit_ratio"), cause.before.get("cache_hit_ratio")
    if now is None or then is None:
        return cause.way, {}
    percent = formatter.language.percent
    return "caching", {"now": percent(now, 0), "then": percent(then, 0)}


def _size(column: str) -> Callable[["Cause", Formatter], Told]:
    def say(cause: "Cause", formatter: Formatter) -> Told:
        sizes = [_per_request(side, column) for side in (cause.after, cause.before)]
        if None in sizes:
            return cause.way, {}
        now, then = map(formatter.language.number, sizes)
        return cause.effect, {"now": now, "then": then}

    return say


def _new_or_gone(cause: "Cause", formatter: Formatter) -> Told:
    return cause.effect, {"model": _model_of(cause, formatter)}


def _per_request(side: dict[str, Any], column: str) -> float | None:
    tokens, requests = side.get(column), side.get("requests")
    return tokens / requests if tokens is not None and requests else None


def _model_of(cause: "Cause", formatter: Formatter) -> str:
    """The model on which the effect is largest."""
    sizes = cause.pairs[f"{cause.effect}_usd"].map(abs)
    return shorten(formatter.name(cause.pairs["model"].iloc[sizes.astype(float).argmax()]))


_TELLERS: dict[str, Callable[["Cause", Formatter], Told]] = {
    "volume": _volume,
    "mix": _mix,
    "caching": _caching,
    "prompt_size": _size("input_tokens"),
    "answer_size": _size("sum_completion_tokens"),
    "new": _new_or_gone,
    "gone": _new_or_gone,
}
