"""Which findings are told, and from how much on: `data/check.toml`, or what is sensible without it.

[anomaly]
usd = 500

[unassigned]
enabled = false
"""

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from langdock_usage.analysis.invoices import TOLERANCE
from langdock_usage.errors import SettingsError
from langdock_usage.text import suggestion

USUAL: dict[str, tuple[str, float]] = {
    "days_missing": ("days", 1),  # at least so many
    "stale": ("days", 2),  # a fetch is older than this
    "not_reconciled": ("usd", 0),  # the days differ from the month by more
    "restated": ("usd", 0),  # exports changed by at least this
    "invoice": ("share", TOLERANCE),  # of it that is not explained, and more than 1 of its currency
    "over_budget": ("share", 1),  # spent of the budget, or more than that
    "at_risk": ("share", 1),  # expected to be spent of the budget, or more than that
    "anomaly": ("usd", 100),  # beyond what was expected, or less than expected, by at least this
    "unpriced": ("tokens", 1_000_000),  # of a model, at least
    "unassigned": ("share", 0.2),  # of the cost, or more than that
}
"""By kind, the name of the threshold and its value without a file."""


Thresholds = Mapping[str, float]
"""By kind of finding; a kind that is not there is not told."""


def read_thresholds(path: Path) -> Thresholds:
    """What the file says; what it leaves out is as without it. Raises SettingsError."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.") from error
    for kind in tables:
        if kind not in USUAL:
            raise SettingsError(
                f"{path}: there is no finding {kind!r}; {suggestion(kind, [*USUAL])}"
            )
    told: dict[str, float] = {}
    for kind, (name, usual) in USUAL.items():
        table = _table(path, kind, name, tables.get(kind, {}))
        if table.get("enabled", True):
            told[kind] = float(table.get(name, usual))
    return told


def _table(path: Path, kind: str, threshold: str, table: Any) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: {kind} is a table; write [{kind}] above its lines.")
    for name, value in table.items():
        if name not in ("enabled", threshold):
            hint = suggestion(name, ["enabled", threshold])
            raise SettingsError(f"{path}, [{kind}]: there is no {name!r}; {hint}")
        if name == "enabled" and not isinstance(value, bool):
            raise SettingsError(f"{path}, [{kind}]: enabled is true or false, not {value!r}.")
        if name == threshold and not _is_amount(value):
            raise SettingsError(
                f"{path}, [{kind}]: {name} is a number that is not negative, not {value!r}."
            )
    return table


def _is_amount(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value >= 0
