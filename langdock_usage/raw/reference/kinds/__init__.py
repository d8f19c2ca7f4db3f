"""All kinds of reference files."""

from typing import Any

from langdock_usage.raw.reference.budgets import BUDGETS
from langdock_usage.raw.reference.expected import EXPECTED
from langdock_usage.raw.reference.invoices import INVOICES
from langdock_usage.raw.reference.keys import KEYS
from langdock_usage.raw.reference.prices import PRICES
from langdock_usage.raw.reference.rates import RATES
from langdock_usage.raw.reference.rates_used import RATES_USED
from langdock_usage.raw.reference.reference_file import ReferenceFile
from langdock_usage.raw.reference.workspaces import WORKSPACES

STATED: tuple[ReferenceFile[Any], ...] = (
    KEYS,
    WORKSPACES,
    PRICES,
    BUDGETS,
    EXPECTED,
    RATES,
    INVOICES,
)
"""What people state, each with commands of its own."""

KINDS = (*STATED, RATES_USED)
