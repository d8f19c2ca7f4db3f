"""Who has to bear what of a month."""

from decimal import Decimal

from langdock_usage.analysis.shares import Due, DueInCurrency, SharingRule, share_out
from langdock_usage.errors import NoData
from langdock_usage.report.monthly.open_month import OpenMonth, without_warnings
from langdock_usage.report.monthly.summary import UNASSIGNED
from langdock_usage.store.own_usage import Grouping

_WORDS = {"team": "team", "cost_center": "cost centre"}


def dues_of_month(month: OpenMonth, per: Grouping, rule: SharingRule) -> list[Due]:
    """Every team, or cost centre, that used something, costliest first; adds up to the month.

    Raises NoData where nothing was used, or no key has an owner; and what `share_out` raises.
    """
    owners = month.usage.sql("select team, cost_center from key_ownership")
    if owners[per].isna().all():
        raise NoData(
            f"No API key has a {_WORDS[per]}; `langdock-usage keys template` writes a file to fill "
            "in, and `langdock-usage keys load` loads it."
        )
    ask = month.usage.cost_per_team if per == "team" else month.usage.cost_per_cost_center
    with without_warnings():
        groups = ask(month.name, org=month.org_id, exact=True)
    used = groups[(groups["requests"] > 0) | (groups["total_cost_usd"] != 0)]
    if used.empty:
        raise NoData(f"Nothing was used in {month.name}, so there is nothing to be borne.")
    costs: dict[str, Decimal] = dict(zip(used[per], used["total_cost_usd"], strict=True))
    return share_out(costs, UNASSIGNED, rule)


def dues_in_currency(
    month: OpenMonth, per: Grouping, rule: SharingRule, currency: str
) -> dict[str, DueInCurrency]:
    """The same in another currency, by name: each day at its rate, shared out by the same rule.

    Raises what `Usage.cost_in_currency` and `share_out` raise.
    """
    with without_warnings():
        costs = month.usage.cost_in_currency(
            month.name, currency, per, org=month.org_id, exact=True
        )
    dues = share_out(dict(zip(costs[per], costs["total_cost"], strict=True)), UNASSIGNED, rule)
    code = costs.attrs["currency"]
    # what is shared out has no currency of its own
    return {one.name: DueInCurrency(code, one.total_cost_usd, one.shared_usd) for one in dues}
