"""The SQL of this package, one statement or view a file."""

from functools import cache
from importlib.resources import files

# In the order in which they build on each other.
VIEWS = (
    "counted_exports",
    "usage",
    "monthly_usage",
    "cost_per_key",
    "cost_per_model",
    "cost_per_key_and_model",
    "daily_cost",
    "stored_days",
    "restatements",
    "reconciliation",
    "key_owners",
    "key_chains",
    "key_ownership",
    "owned_usage",
    "cost_per_team",
    "cost_per_cost_center",
)

# All that a database is made of, in order.
DEFINITIONS = ("schema", "loaded_key_owners", *VIEWS)


@cache
def read_sql(name: str) -> str:
    """The text of `sql/NAME.sql`."""
    return files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
