"""The SQL of this package, one query a file, beside those who ask it.

A file may be a Jinja template: it takes metrics from `store/metrics` and `store/prices`, and names
of our own relations and columns. Values never stand in it: they are parameters.
"""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

# Where each view is defined, in the order in which they build on each other.
VIEWS = {
    "exclusive_models": "store/staging/exclusive_models",
    "usage": "store/staging/usage",
    "monthly_usage": "store/staging/monthly_usage",
    "cost_per_key": "store/marts/cost_per_key",
    "cost_per_model": "store/marts/cost_per_model",
    "cost_per_key_and_model": "store/marts/cost_per_key_and_model",
    "daily_cost": "store/marts/daily_cost",
    "stored_days": "store/audit/stored_days",
    "restatements": "store/audit/restatements",
    "reconciliation": "store/audit/reconciliation",
    "workspace_names": "store/staging/stated/workspace_names",
    "key_owners": "store/staging/stated/key_owners",
    "key_chains": "store/staging/key_chains",
    "key_ownership": "store/staging/key_ownership",
    "owned_usage": "store/staging/owned_usage",
    "usage_sums": "store/staging/usage_sums",
    "own_rates": "store/staging/stated/own_rates",
    "exchange_rates": "store/staging/stated/exchange_rates",
    "invoices": "store/staging/stated/invoices",
    "own_prices": "store/staging/stated/own_prices",
    "budget_lines": "store/staging/stated/budget_lines",
    "expected_events": "store/staging/stated/expected_events",
    "prices_in_force": "store/staging/prices_in_force",
    "priced_usage": "store/marts/priced_usage",
    "cost_per_team": "store/marts/cost_per_team",
    "cost_per_cost_center": "store/marts/cost_per_cost_center",
}
# Those that are tables in a database, found out again with every change of what they follow from:
# to plan them with each question takes longer than to answer most.
AS_TABLES = ("exclusive_models", "key_chains", "key_ownership")


@cache
def read_sql(name: str, **names: str | bool | tuple[object, ...]) -> str:
    """The query of a file: `store/lookup/key_names` is `store/sql/lookup/key_names.sql`.

    `names` are what a template asks for: relations and columns of our own, never a value.
    """
    text = source_of(name)
    is_template = "{{" in text or "{%" in text
    return _templates().get_template(name).render(names) if is_template else text


@cache
def source_of(name: str) -> str:
    """A file as it stands there, for those who only want to know whether it has changed."""
    package, _, path = name.partition("/")
    return files(__package__).joinpath(package, "sql", f"{path}.sql").read_text(encoding="utf-8")


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(  # noqa: S701, what it makes is SQL
        loader=FunctionLoader(source_of),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
