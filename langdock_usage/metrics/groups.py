"""What usage can be grouped by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from langdock_usage.metrics.filters import known_choice

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.filters import Filters
    from langdock_usage.metrics.reader import Reader
    from langdock_usage.periods import PeriodLike

By = Literal["key", "model", "team", "cost_center", "owner", "chain"] | None
COLUMNS = {
    "key": "api_key_id",
    "model": "model",
    "team": "team",
    "cost_center": "cost_center",
    "owner": "owner",
    "chain": "chain_id",
}
WITH_NAMES = ("key", "chain")


def grouped(
    reader: Reader,
    question: str,
    by: By,
    filters: Filters,
    periods: Mapping[str, PeriodLike],
    *,
    exact: bool,
) -> pd.DataFrame:
    """The answer to a question by group: the group's column under its own name.

    Only API keys have a name beside it; without a group there is neither. Raises InvalidRequest.
    """
    if by is not None:
        known_choice("by", by, COLUMNS)
    group = COLUMNS[by] if by else ""
    sums = filters.sums(group)
    answer = reader.answer(question, filters, periods, exact=exact, group=group, sums=sums)
    if by not in WITH_NAMES:
        answer = answer.drop(columns="api_key_name")
    if by is None:
        return answer.drop(columns="grouped_by")
    return answer.rename(columns={"grouped_by": group})
