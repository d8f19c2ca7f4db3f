"""The tables of the monthly report that have a row for each key, model or month."""

import pandas as pd

from langdock_usage.report.folded import folded
from langdock_usage.report.monthly import Month, Row, records
from langdock_usage.report.page.shown import Shown, change, monthly_change, ratio
from langdock_usage.report.page.table import FILTER_FROM, Columns, Table, known
from langdock_usage.report.summary import ROOM_BYTES

CACHE_BYTES = 260_000
"""Room for the table of the cache: about a hundred keys with names of 300 characters."""


def comparison(month: Month, shown: Shown, frame: pd.DataFrame, section: str) -> Table:
    """All keys, models or teams of this month and the month before, and the total."""
    name = {"keys": "api_key_name", "models": "model", "teams": "team"}[section]
    rows = folded(records(frame), name, ROOM_BYTES[section])
    before = month.comparable(month.total)
    total = {**month.total, "previous_cost_usd": before and before["total_cost_usd"]}
    lines = [*rows, total]
    make = Columns(shown)
    changes = [change(line["total_cost_usd"], line["previous_cost_usd"]) for line in lines]
    title = shown.language.text(f"titles.{section}", count=shown.language.number(len(frame)))
    return Table(
        name=section,
        caption=title,
        columns=known(
            make.names(
                name,
                [*_names(rows, name, shown), shown.language.text("words.total")],
                [_mark(month, shown, row, section) for row in rows],
            ),
            make.money("total_cost_usd", [line["total_cost_usd"] for line in lines]),
            make.percents("share", [ratio(line["total_cost_usd"], shown.total) for line in lines]),
            *([make.changes("change", changes)] if before else []),
            make.counts("requests", [line["requests"] for line in lines]),
            make.rates("cost_per_request_usd", [line["cost_per_request_usd"] for line in lines]),
            make.counts("input_tokens", [line["input_tokens"] for line in lines]),
            make.counts("sum_completion_tokens", [line["sum_completion_tokens"] for line in lines]),
            make.percents("cache_hit_ratio", [line["cache_hit_ratio"] for line in lines]),
        ),
        has_total=True,
        title=title,
        is_open=len(rows) < FILTER_FROM,
    )


def _names(rows: list[Row], name: str, shown: Shown) -> list[str]:
    if name == "api_key_name":
        return shown.key_names(rows)
    if name == "team":  # shown by `Drawn.named_teams`
        return [shown.labels["others"] if row.get("others") else row[name] for row in rows]
    return [shown.labels["others"] if row.get("others") else shown.name(row[name]) for row in rows]


def _mark(month: Month, shown: Shown, row: Row, section: str) -> str:
    if month.previous is None or section == "teams" or row.get("others"):
        return ""
    # a day that is not known may be the one on which it was used
    if not row["was_used"]:
        is_new = month.previous["is_complete"] and not row["was_ever_used"]
        return shown.language.text("words.new") if is_new else ""
    if not row["is_used"]:
        return shown.language.text("words.gone") if month.total["is_complete"] else ""
    if section == "keys" and row["previous_name"] != row["api_key_name"]:
        name = shown.short(row["previous_name"])
        return shown.language.text("words.renamed", name=name)
    return ""


def months(month: Month, shown: Shown) -> Table:
    """The twelve months in figures; a star beside those that are only partly known."""
    rows = month.totals
    make = Columns(shown)
    rates = ("cost_per_request_usd", "cost_per_million_tokens_usd")
    partial = {row["month"] for row in rows if not row["is_complete"]}
    title = shown.language.text("titles.figures_by_month")
    return Table(
        name="figures_by_month",
        caption=title,
        columns=known(
            make.months("month", [row["month"] for row in rows], partial),
            make.counts("covered_days", [row["covered_days"] for row in rows]),
            make.money("total_cost_usd", [row["total_cost_usd"] for row in rows]),
            make.changes("change", [monthly_change(month, row) for row in rows]),
            make.counts("requests", [row["requests"] for row in rows]),
            *(make.rates(rate, [row[rate] for row in rows]) for rate in rates),
            make.percents("cache_hit_ratio", [row["cache_hit_ratio"] for row in rows]),
        ),
        title=title,
        is_open=True,
    )


def ratios(shown: Shown, frame: pd.DataFrame, by: str) -> Table:
    """Cache-hit ratio by key or model and month."""
    name = "api_key_name" if by == "keys" else "model"
    rows = records(frame)
    found = {(row["place"], row["month"]): row["cache_hit_ratio"] for row in rows}
    shown_names = _names(rows, name, shown)
    names = dict(zip([row["place"] for row in rows], shown_names, strict=True))
    make = Columns(shown)
    return Table(
        name=f"cache-{by}",
        caption=shown.language.text(f"titles.cache_{by}"),
        columns=[
            make.names(name, names.values()),
            *(
                make.percents(
                    "cache_hit_ratio",
                    [found.get((place, month)) for place in names],
                    heading=shown.language.month(month, "MMM y"),
                )
                for month in sorted({row["month"] for row in rows})
            ),
        ],
    )


def cache(shown: Shown, keys: pd.DataFrame) -> Table:
    """What each key reads from and writes to the cache, and what it costs."""
    used = [row for row in records(keys) if row["is_used"]]
    rows = folded(used, "api_key_name", CACHE_BYTES)
    make = Columns(shown)
    counts = ("input_tokens", "cached_prompt_tokens", "cache_creation_tokens")
    return Table(
        name="cache",
        caption=shown.language.text("titles.cache_scatter"),
        columns=[
            make.names("api_key_name", shown.key_names(rows)),
            make.money("total_cost_usd", [row["total_cost_usd"] for row in rows]),
            *(make.counts(count, [row[count] for row in rows]) for count in counts),
            make.percents("cache_hit_ratio", [row["cache_hit_ratio"] for row in rows]),
        ],
    )
