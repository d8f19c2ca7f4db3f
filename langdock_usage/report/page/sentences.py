"""Three or four sentences, written from the data: what moved, and who moved it."""

from collections.abc import Mapping
from decimal import Decimal
from statistics import median
from typing import Any

from markupsafe import Markup

from langdock_usage.report.monthly import Month, Row
from langdock_usage.report.page.shown import Shown, change, ratio
from langdock_usage.windows import month_of

SPIKE = Decimal("1.75")
"""A day that costs this many times an ordinary day is worth a sentence."""


def sentences(month: Month, shown: Shown) -> list[Markup]:
    """The month in words."""
    if not month.total["requests"] and not shown.total:
        nothing = _sentence(shown, "nothing", month=shown.language.month(month.first))
        return [nothing, *_partial(month, shown)]
    found = [_total(month, shown), *_partial(month, shown)]
    before = month.comparable(month.total)
    if before and before["total_cost_usd"]:
        found += _moves(month, shown)
    notable = _spike(month, shown) or _largest(month, shown)
    return [*found, *([notable] if notable else [])]


def _sentence(shown: Shown, name: str, /, **values: object) -> Markup:
    return shown.language.markup(f"sentences.{name}", **values)


def _total(month: Month, shown: Shown) -> Markup:
    previous = month.comparable(month.total)
    values = {"month": shown.language.month(month.first), "amount": shown.money(shown.total)}
    if previous is None:
        return _sentence(shown, "not_compared" if month.previous else "alone", **values)
    before = previous["total_cost_usd"]
    values["before"] = shown.language.month(previous["month"])
    moved = change(shown.total, before)
    if moved is None:
        return _sentence(shown, "more_than_nothing", **values)
    if not moved:
        return _sentence(shown, "same", **values)
    values["difference"] = shown.money(abs(shown.total - before))
    values["ratio"] = shown.language.percent(abs(moved))
    return _sentence(shown, "more" if moved > 0 else "less", **values)


def _partial(month: Month, shown: Shown) -> list[Markup]:
    """Why there is no comparison, where there is a month before."""
    partial = [row for row in (month.previous, month.total) if row and not row["is_complete"]]
    return [
        _sentence(
            shown,
            "partial",
            month=shown.language.month(row["month"]),
            days=row["covered_days"],
            all=len(month_of(row["month"])),
        )
        for row in partial[:1]
        if month.previous
    ]


def _moves(month: Month, shown: Shown) -> list[Markup]:
    pairs = month.rows("groups/moves")
    names = _key_names(month, shown)
    found = []
    for name, column in (("key", "api_key_id"), ("model", "model")):
        rows = month.rows(f"groups/{name}_comparison")
        top = max(rows, key=lambda row: abs(_difference(row)))
        its = [pair for pair in pairs if pair[column] == top[column]]
        found += _move(name, top, its, names, shown)
    return found


def _key_names(month: Month, shown: Shown) -> dict[str, str]:
    keys = month.rows("groups/key_comparison")
    return dict(zip([row["api_key_id"] for row in keys], shown.key_names(keys), strict=True))


def _move(
    name: str, top: Row, pairs: list[Row], names: Mapping[str, str], shown: Shown
) -> list[Markup]:
    """What moved most, and the largest of its parts that moved the same way."""
    moved = _difference(top)
    main = next((pair for pair in pairs if pair["difference_usd"] * moved > 0), None)
    if main is None:
        return []
    part = main["difference_usd"]
    is_all = part == moved and not any(pair["difference_usd"] for pair in pairs if pair is not main)
    ending = "_offset" if abs(part) > abs(moved) else "_all" if is_all else ""
    values = {
        "name": shown.cut(names[main["api_key_id"]]),
        "model": shown.short(main["model"]),
        "difference": shown.difference(moved),
        "part": shown.difference(part),
    }
    return [_sentence(shown, f"{name}{ending}", **values)]


def _difference(row: Row) -> Decimal:
    return Decimal(row["total_cost_usd"]) - Decimal(row["previous_cost_usd"] or 0)


def _spike(month: Month, shown: Shown) -> Markup | None:
    costs: dict[Any, Decimal] = {}
    for row in month.rows("month/cost_per_window"):
        if row["window_start"] == row["window_end"]:
            day = row["window_start"]
            costs[day] = costs.get(day, Decimal(0)) + row["total_cost_usd"]
    if len(costs) < 7:
        return None
    ordinary = median(costs.values())
    day = max(costs, key=lambda day: costs[day])
    if not ordinary or costs[day] < SPIKE * ordinary:
        return None
    return _sentence(
        shown,
        "day",
        day=shown.language.day(day),
        amount=shown.money(costs[day]),
        factor=shown.language.decimal(costs[day] / ordinary),
    )


def _largest(month: Month, shown: Shown) -> Markup | None:
    keys = [row for row in month.rows("groups/key_comparison") if row["is_used"]]
    share = ratio(keys[0]["total_cost_usd"], shown.total) if keys else None
    if share is None or len(keys) < 2:
        return None
    name = shown.cut(_key_names(month, shown)[keys[0]["api_key_id"]])
    return _sentence(shown, "largest", name=name, share=shown.language.percent(share))
