"""All kinds of reference files."""

from typing import Any

from langdock_usage.raw.reference.kinds.budgets import BUDGETS
from langdock_usage.raw.reference.kinds.expected import EXPECTED
from langdock_usage.raw.reference.kinds.invoices import INVOICES
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.raw.reference.kinds.prices import PRICES
from langdock_usage.raw.reference.kinds.rates import RATES
from langdock_usage.raw.reference.kinds.rates_used import RATES_USED
from langdock_usage.raw.reference.kinds.workspaces import WORKSPACES
from langdock_usage.raw.reference.reference_file import ReferenceFile

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
