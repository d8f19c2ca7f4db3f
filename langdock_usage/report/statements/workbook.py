"""The workbooks of statements: one for each, and the control sheet that lists them all."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from langdock_usage.analysis.shares import Due, DueInCurrency, SharingRule
from langdock_usage.report.monthly.open_month import OpenMonth, without_warnings
from langdock_usage.report.tables.cells import plain_values
from langdock_usage.store.own_usage import Grouping
from langdock_usage.text import exact_sum
from langdock_usage.writers.xlsx import Rows, write_workbook

if TYPE_CHECKING:
    Sheet = tuple[Sequence[str], Rows]

DUE = ("name", "total_cost_usd", "shared_usd", "due_usd")
IN_CURRENCY = ("currency", "total_cost", "shared", "due")


def write_control_sheet(
    path: Path,
    dues: Sequence[Due],
    in_currency: Mapping[str, DueInCurrency],
    month: str,
    org_id: str,
    rule: SharingRule,
) -> None:
    """`control`: every statement with its amounts; `month`: what their sums have to be.

    `in_currency` are the amounts in another currency, by name; empty without one.
    """
    total = exact_sum(due.total_cost_usd for due in dues)
    shared = exact_sum(due.shared_usd for due in dues)
    names = ["month", "org_id", "shared", "statements", "due_usd"]
    whole = [month, org_id, rule, len(dues), exact_sum([total, shared])]
    lines = [_due(due, in_currency.get(due.name)) for due in dues]
    if in_currency:
        [currency] = {one.currency for one in in_currency.values()}
        names += ["currency", "due"]
        whole += [currency, exact_sum(one.due for one in in_currency.values())]
    control = _heads(DUE, in_currency), _rows(lines)
    write_workbook(path, {"control": control, "month": (names, _rows([whole]))})


def write_statement_workbook(
    path: Path, month: OpenMonth, due: Due, in_currency: DueInCurrency | None, per: Grouping
) -> None:
    """What is due, and the month by key, model, both, and day: every amount with all its digits."""
    usage = month.usage
    with without_warnings():
        frames = {
            "keys": usage.cost_per_key(month.name, org=month.org_id, exact=True),
            "models": usage.cost_per_model(month.name, org=month.org_id, exact=True),
            "keys_and_models": usage.cost_per_key_and_model(
                month.name, org=month.org_id, exact=True
            ),
            "days": usage.cost_per_period(month.name, by="model", org=month.org_id, exact=True),
        }
    sheets = {"statement": (_heads((per, *DUE[1:]), in_currency), _rows([_due(due, in_currency)]))}
    write_workbook(path, sheets | {name: _sheet(frame) for name, frame in frames.items()})


def _heads(names: tuple[str, ...], in_currency: object) -> tuple[str, ...]:
    return (*names, *IN_CURRENCY) if in_currency else names


def _due(due: Due, in_currency: DueInCurrency | None) -> tuple[Any, ...]:
    amounts = due.name, due.total_cost_usd, due.shared_usd, due.due_usd
    if in_currency is None:
        return amounts
    same = in_currency
    return (*amounts, same.currency, same.total_cost, same.shared, same.due)


def _rows(rows: Any) -> Rows:
    kept = list(rows)
    return lambda: iter(kept)


def _sheet(frame: pd.DataFrame) -> "Sheet":
    columns = [map(_value, plain_values(frame[name])) for name in frame]
    return list(frame.columns), _rows(zip(*columns, strict=True))


def _value(value: Any) -> Any:
    """A day as a date: a sheet shows the hour of everything else."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value
