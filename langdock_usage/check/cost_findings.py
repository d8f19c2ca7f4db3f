"""Findings about the cost: is it planned, is it usual, is it priced, whose is it?"""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from langdock_usage.analysis.invoices import is_beyond
from langdock_usage.check.finding import Finding, usd
from langdock_usage.check.month import Month
from langdock_usage.escaping import printable
from langdock_usage.text import exact
from langdock_usage.windows import Period

if TYPE_CHECKING:
    import pandas as pd


def invoice(month: Month, share: float) -> Iterator[Finding]:
    """Invoices that differ from the exports by more than is explained."""
    for row in _records(month.usage.invoices(month.name, org=month.org_id, exact=True)):
        if is_beyond(row["unexplained"], row["invoiced"], share):
            unexplained = f"{row['unexplained']:+,.2f} {row['currency']}"
            yield Finding(
                "invoice",
                f"Invoice {printable(row['number'])} is {row['invoiced']:,.2f} {row['currency']}, "
                f"the exports say {row['exported']:,.2f}, and {unexplained} of the difference are "
                "not explained. See the small print of the report, and ask whoever sent it.",
                _facts(row, "number", "currency", "invoiced", "exported", "unexplained"),
            )


def over_budget(month: Month, share: float) -> Iterator[Finding]:
    """Budgets that are spent already."""
    for row in _budgets(month):
        if row["cost_usd"] > Decimal(str(share)) * row["budget_usd"]:
            over = row["cost_usd"] - row["budget_usd"]
            excess = f", {usd(over)} too much" if over > 0 else ""
            yield Finding(
                "over_budget",
                f"{_whose(row)} has cost {usd(row['cost_usd'])} of {usd(row['budget_usd'])}"
                f"{excess}. Agree on a new budget, or see `usage.bridge` for what moved.",
                _facts(row, "scope", "name", "budget_usd", "cost_usd"),
            )


def at_risk(month: Month, share: float) -> Iterator[Finding]:
    """Budgets that are not spent yet, and are expected to be."""
    for row in _budgets(month):
        expected, budget = row["expected_usd"], row["budget_usd"]
        if (
            row["state"] != "over"
            and expected is not None
            and expected > Decimal(str(share)) * budget
        ):
            yield Finding(
                "at_risk",
                f"{_whose(row)} is expected to cost {usd(expected)} of {usd(budget)}, with "
                f"{usd(row['cost_usd'])} so far. Spend less, or agree on a new budget.",
                _facts(row, "scope", "name", "budget_usd", "cost_usd", "expected_usd"),
            )


def anomaly(month: Month, least_usd: float) -> Iterator[Finding]:
    """Days that cost something else than expected."""
    for row in _records(month.usage.anomalies(month.name, org=month.org_id, exact=True)):
        excess = row["excess_usd"]
        if abs(excess) < least_usd:
            continue
        days = Period(row["first_day"].date(), row["last_day"].date())
        more = "more" if excess > 0 else "less"
        cause = f" Cause: {row['cause'].replace('_', ' ')}." if row["cause"] else ""
        yield Finding(
            "anomaly",
            f"{_subject(row)} cost {usd(row['cost_usd'])} on {days}, {usd(abs(excess))} {more} "
            f"than expected.{cause} Ask its owner; if it was planned, say so in data/expected.csv.",
            {
                "event": row["kind"],
                "first_day": str(days.first),
                "last_day": str(days.last),
                **_facts(row, "team", "api_key_id", "api_key_name", "model", "cause"),
                **_facts(row, "cost_usd", "expected_usd", "excess_usd"),
            },
        )


def unpriced(month: Month, least_tokens: float) -> Iterator[Finding]:
    """Models with many tokens that cost nothing, or of which no price is known."""
    checked = month.usage.price_check(month.name, "model", org=month.org_id, exact=True)
    costs = month.usage.cost_per_model(month.name, org=month.org_id, exact=True)
    models = {row["model"]: row for row in _records(costs)}
    for row in _records(checked):
        used = models[row["model"]]
        tokens = (used["input_tokens"] or 0) + (used["sum_completion_tokens"] or 0)
        if row["finding"] not in ("unpriced", "unknown") or tokens < least_tokens:
            continue
        cost = used["total_cost_usd"]
        why = "cost nothing" if not cost else f"cost {usd(cost)} at a price that is not known"
        yield Finding(
            "unpriced",
            f"{int(tokens):,} tokens of {printable(str(row['model']))} {why}. Ask an admin for its "
            "price in Langdock, and fill it in with `langdock-usage prices template`.",
            {"model": row["model"], "tokens": int(tokens), "cost_usd": exact(cost)},
        )


def unassigned(month: Month, most_share: float) -> Iterator[Finding]:
    """Too much of the cost belongs to no team."""
    teams = month.usage.cost_per_team(month.name, org=month.org_id, exact=True)
    total = sum(teams["total_cost_usd"], Decimal(0))
    nobodys = sum(teams.loc[teams["team"] == "unassigned", "total_cost_usd"], Decimal(0))
    if total and nobodys / total > Decimal(str(most_share)):
        yield Finding(
            "unassigned",
            f"{usd(nobodys)}, {nobodys / total:.0%} of the cost, belong to no team. Say whose the "
            "keys are with `langdock-usage keys template` and `keys load`.",
            {"cost_usd": exact(nobodys), "share": round(float(nobodys / total), 4)},
        )


def _budgets(month: Month) -> list[dict[str, Any]]:
    return _records(month.usage.budgets(month.name, org=month.org_id, exact=True))


def _records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows, None where a value is missing."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _whose(budget: dict[str, Any]) -> str:
    """`The team Sales`, `The workspace`."""
    scope = str(budget["scope"]).replace("_", " ")
    return f"The {scope} {printable(budget['name'])}" if budget["name"] else f"The {scope}"


def _subject(event: dict[str, Any]) -> str:
    """The narrowest that is known: key, team or workspace, and model."""
    if event["api_key_id"]:
        name = printable(event["api_key_name"] or event["api_key_id"])
    else:
        name = f"The team {printable(event['team'])}" if event["team"] else "The workspace"
    return f"{name} on {printable(event['model'])}" if event["model"] else name


def _facts(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """These values for JSON."""
    return {
        name: exact(row[name]) if isinstance(row[name], Decimal) else row[name] for name in names
    }
