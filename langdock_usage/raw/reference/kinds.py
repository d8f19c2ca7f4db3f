"""All kinds of reference files."""

from typing import Any

from langdock_usage.raw.reference.keys import KEYS
from langdock_usage.raw.reference.prices import PRICES
from langdock_usage.raw.reference.reference_file import ReferenceFile
from langdock_usage.raw.reference.workspaces import WORKSPACES

KINDS: tuple[ReferenceFile[Any], ...] = (KEYS, WORKSPACES, PRICES)
