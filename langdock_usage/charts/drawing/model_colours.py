"""Which colour a model has: one that it keeps from month to month."""

from __future__ import annotations

from typing import Any

import pandas as pd

from langdock_usage.charts.drawing.style import PALETTE

MONTHS_BACK = 12


def model_colours(monthly: pd.DataFrame) -> dict[Any, str]:
    """The colours of the costliest models, told apart by `model`; in the order of the palette.

    Month by month, the models with the highest cost of any one of thirteen months have a colour
    each, and keep it as long as they are among these. A newcomer has the colour that it had before
    where that is free, else the first free one, whatever the others cost. `monthly` is
    `usage.monthly_cost(…, by="model")`: from the same first month on, it gives the same colours.
    """
    by_month: dict[Any, dict[Any, Any]] = {}
    rows = zip(monthly["month"], monthly["model"], monthly["total_cost_usd"], strict=True)
    for first, name, cost in rows:
        costs, model = by_month.setdefault(first, {}), None if pd.isna(name) else name
        costs[model] = costs.get(model, 0) + cost
    held: dict[Any, str] = {}
    former: dict[Any, str] = {}
    for month in sorted(by_month):
        costliest = _costliest(by_month, month)
        held = {model: colour for model, colour in held.items() if model in costliest}
        for model in costliest:
            if model not in held:
                free = [colour for colour in PALETTE if colour not in held.values()]
                held[model] = former[model] if former.get(model) in free else free[0]
        former |= held
    return dict(sorted(held.items(), key=lambda pair: PALETTE.index(pair[1])))


def _costliest(by_month: dict[Any, dict[Any, Any]], last: Any) -> list[Any]:
    """Those with the highest cost of any one month up to `last`, the highest first."""
    peaks: dict[Any, Any] = {}
    for month, costs in by_month.items():
        if last - pd.DateOffset(months=MONTHS_BACK) <= month <= last:
            for model, cost in costs.items():
                peaks[model] = max(cost, peaks.get(model, cost))
    order = sorted(peaks, key=lambda model: (-peaks[model], model is None, str(model)))
    return order[: len(PALETTE)]
