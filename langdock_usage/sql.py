"""The SQL of this package, one statement or view a file, beside those who ask it."""

from functools import cache
from importlib.resources import files

# Where each view is defined, in the order in which they build on each other.
VIEWS = {
    "counted_exports": "store/staging/counted_exports",
    "usage": "store/staging/usage",
    "monthly_usage": "store/staging/monthly_usage",
    "cost_per_key": "store/marts/cost_per_key",
    "cost_per_model": "store/marts/cost_per_model",
    "cost_per_key_and_model": "store/marts/cost_per_key_and_model",
    "daily_cost": "store/marts/daily_cost",
    "stored_days": "store/audit/stored_days",
    "restatements": "store/audit/restatements",
    "reconciliation": "store/audit/reconciliation",
    "key_owners": "store/staging/key_owners",
    "key_chains": "store/staging/key_chains",
    "key_ownership": "store/staging/key_ownership",
    "owned_usage": "store/staging/owned_usage",
    "cost_per_team": "store/marts/cost_per_team",
    "cost_per_cost_center": "store/marts/cost_per_cost_center",
}

# All that a database is made of, in order.
DEFINITIONS = ("store/schema/schema", "store/schema/loaded_key_owners", *VIEWS.values())


@cache
def read_sql(name: str) -> str:
    """The text of a file: `store/lookup/key_names` is `store/sql/lookup/key_names.sql`."""
    package, _, path = name.partition("/")
    return files(__package__).joinpath(package, "sql", f"{path}.sql").read_text(encoding="utf-8")
