"""What may be spent per month: by the workspace, a team, a cost centre, an API key, or on a model.

    scope,name,amount_usd,valid_from,note
    workspace,,12000,,
    team,Support,2500,,
    team,Support,3000,2026-10,two more people
    key,Search,400,,

USD per month; a budget holds from the month `valid_from` (empty: since ever) until the next line of
the same scope and name begins. A key is named by its id, or by any name that it ever had. 0 is a
budget; a line without an amount says that there is none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from langdock_usage.raw.reference.cells import decimal_number, month, text
from langdock_usage.raw.reference.kinds.keys import UNASSIGNED
from langdock_usage.raw.reference.reference_file import KnownUsage, ReferenceFile, unknown
from langdock_usage.text import suggestion

WORKSPACE = "workspace"
SCOPES = {
    WORKSPACE: "workspace",
    "team": "team",
    "cost_center": "cost centre",
    "key": "key",
    "model": "model",
}


def _scope(column: str, cell: str) -> str:
    """What the budget is for, in any case of letters."""
    if cell.lower() not in SCOPES:
        raise ValueError(f"{column}: {cell!r}: {suggestion(cell, [*SCOPES]).rstrip('.')}")
    return cell.lower()


def _amount(column: str, cell: str) -> Decimal:
    return decimal_number(column, cell, "amount", "2500")


@dataclass(frozen=True, kw_only=True)
class Budget:
    """One line: what may be spent per month, from a month on; None for no budget."""

    scope: Annotated[str, _scope]
    name: Annotated[str | None, text] = None
    amount_usd: Annotated[Decimal | None, _amount] = None
    valid_from: Annotated[date | None, month] = None
    org_id: Annotated[str | None, text] = None
    note: Annotated[str | None, text] = None


def _states(budget: Budget) -> str:
    since = f"{budget.valid_from:%Y-%m}" if budget.valid_from else "ever"
    return f"what {_subject(budget)} may spend since {since}"


def _subject(budget: Budget) -> str:
    if budget.name is None:
        return f"the {SCOPES[budget.scope]}"
    return f"the {SCOPES[budget.scope]} {budget.name!r}"


def _contradictions(budgets: Mapping[int, Budget]) -> Iterator[tuple[int, str]]:
    """Only the workspace has no name; names that differ in case are one; one line has an amount."""
    first: dict[tuple[object, ...], tuple[int, Budget]] = {}
    for number, budget in budgets.items():
        if budget.scope == WORKSPACE and budget.name is not None:
            yield number, f"the workspace has no name; leave {budget.name!r} out"
        if budget.scope != WORKSPACE and budget.name is None:
            yield number, f"name is empty: which {SCOPES[budget.scope]}?"
        folded = (budget.name or "").casefold()
        same = (budget.scope, folded, budget.valid_from, budget.org_id)
        line, other = first.setdefault(same, (number, budget))
        if other.name != budget.name:
            yield number, f"says again {_states(other)}; see line {line}"
    if budgets and all(budget.amount_usd is None for budget in budgets.values()):
        yield min(budgets), "no line of the file has an amount_usd"


def _warnings(usage: KnownUsage, budgets: Mapping[int, Budget]) -> Iterator[str]:
    """Lines about what has no usage."""
    owners = usage.owners()
    known: dict[str, list[str | None]] = {
        "team": [UNASSIGNED, *(team for team, _ in owners)],
        "cost_center": [UNASSIGNED, *(cost_center for _, cost_center in owners)],
        "key": [name for key in usage.key_names() for name in key],
        "model": [*usage.models()],
    }
    for scope, names in known.items():
        there = {name.casefold(): name for name in names if name}
        mentioned = [
            (number, budget.name)
            for number, budget in budgets.items()
            if budget.scope == scope and (budget.name or "").casefold() not in there
        ]
        yield from unknown(SCOPES[scope], mentioned, there.values())
    workspaces = [(number, budget.org_id) for number, budget in budgets.items()]
    yield from unknown("workspace", workspaces, usage.workspaces())


BUDGETS = ReferenceFile(
    name="budgets",
    purpose="Say what may be spent per month, by whom or on what.",
    line=Budget,
    table="loaded_budgets",
    noun="budget",
    subject=("scope", "name"),
    unique=("scope", "name", "valid_from", "org_id"),
    states=_states,
    to_fill_in=("amount_usd",),
    shown_only=("last_month_usd",),
    check=_contradictions,
    warn=_warnings,
)
