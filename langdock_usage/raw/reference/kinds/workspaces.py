"""What each workspace is called: exports know it by its id alone.

org_id,name
0f3a…,Example Ltd
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from langdock_usage.raw.reference.cells import text
from langdock_usage.raw.reference.reference_file import KnownUsage, ReferenceFile, unknown


@dataclass(frozen=True)
class WorkspaceName:
    """One line: the name of a workspace; None where nobody has filled it in yet."""

    org_id: Annotated[str, text]
    name: Annotated[str | None, text] = None


def _warnings(usage: KnownUsage, names: Mapping[int, WorkspaceName]) -> Iterator[str]:
    mentioned = [(number, line.org_id) for number, line in names.items()]
    return unknown("workspace", mentioned, usage.workspaces())


WORKSPACES = ReferenceFile(
    name="workspaces",
    purpose="Give names to workspaces.",
    line=WorkspaceName,
    table="loaded_workspace_names",
    noun="workspace",
    subject=("org_id",),
    unique=("org_id",),
    states=lambda line: f"what the workspace {line.org_id!r} is called",
    to_fill_in=("name",),
    shown_only=("timezone", "total_cost_usd"),
    warn=_warnings,
)
