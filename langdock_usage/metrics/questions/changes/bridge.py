"""Why the bill changed: the change between two periods, taken apart by cause."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any, Literal

from langdock_usage import text
from langdock_usage.metrics.filters import Filters, Names, known_choice
from langdock_usage.metrics.questions.prices.price_book import with_book

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike

By = Literal["key", "model", "team", "cost_center", "key_and_model"] | None
_GROUPS: dict[By, list[str]] = {
    "key": ["org_id", "api_key_id", "api_key_name"],
    "model": ["org_id", "model"],
    "team": ["org_id", "team"],
    "cost_center": ["org_id", "cost_center"],
    "key_and_model": ["org_id", "api_key_id", "api_key_name", "model"],
    None: [],
}


def bridge(
    self: Usage,
    before: PeriodLike,
    after: PeriodLike,
    by: By = "key",
    *,
    key: Names = None,
    model: Names = None,
    org: str | None = None,
    team: Names = None,
    exact: bool = False,
) -> pd.DataFrame:
    """One row per API key, model …: what moved its cost from one period to another.

    `by` is `key`, `model`, `team`, `cost_center`, `key_and_model`, or None: one row for all.
    `org_id` and the columns of the group, `cost_before_usd`, the effects, `cost_after_usd`,
    `change_usd`; the largest change first, whatever its sign. The effects add up to the change,
    row by row, and those of keys or models to those of all:

    - `volume_usd`: the number of requests of the key; `calendar_usd`: the part of it that is due to
      the number of days, weekdays and weekends (0 unless both periods are known day by day)
    - `mix_usd`: requests moved between models of the same key
    - `prompt_size_usd`, `answer_size_usd`: input and output tokens per request
    - `caching_usd`: the part of the input that was read from, or written to, a cache
    - `price_usd`: what a token costs, the sum of `list_price_usd` and `discount_usd` (what is above
      or below the list)
    - `rate_usd`: cost per request, where tokens or prices are not known
    - `new_usd`, `gone_usd`: keys with requests in one of the two periods only

    A key that changed hands is gone from one team and new at the other.

    >>> usage.bridge("2026-09", "2026-10")[["api_key_name", "change_usd", "new_usd"]]
      api_key_name  change_usd  new_usd
    0     Helpdesk        6.50      6.5
    1       Search        1.75      0.0
    """
    from langdock_usage.analysis.bridge import EFFECTS, PARTS_OF_PRICE, effects_of

    if by is not None:
        known_choice("by", by, filter(None, _GROUPS))
    owner = by if by in ("team", "cost_center") else ""
    with self._reader.connection() as connection:
        cells = self._reader.answer_on(
            connection,
            "changes/bridge_cells",
            Filters(key, model, team, org),
            {"before_": before, "after_": after},
            exact=True,
            owner=owner,
        )
        with_book(connection, cells)
    names = {"cost_usd_before": "cost_before_usd", "cost_usd_after": "cost_after_usd"}
    named = cells.rename(columns=names | ({"grouped_by": owner} if owner else {}))
    amounts = named[[*_GROUPS[by], *names.values()]].join(effects_of(cells))
    answer = _sums(amounts, _GROUPS[by])
    columns = [*_GROUPS[by], "cost_before_usd", *EFFECTS, "cost_after_usd", "change_usd"]
    answer = answer[[*columns, *PARTS_OF_PRICE]]
    for name in answer.columns.drop(_GROUPS[by]):
        answer[name] = _converted(answer[name], exact)
    answer.attrs = cells.attrs
    return answer


def _sums(amounts: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    """Exact sums by group, or of all; the largest change first."""
    with localcontext(prec=76):
        if group:
            sums = amounts.groupby(group, dropna=False, sort=False, as_index=False).sum()
        else:
            sums = amounts.sum().to_frame().T
        sums["change_usd"] = sums["cost_after_usd"] - sums["cost_before_usd"]
        sums["order"] = -sums["change_usd"].abs()
        return sums.sort_values(["order", *group], ignore_index=True)


def _converted(amounts: pd.Series[Any], exact: bool) -> pd.Series[Any]:
    """Decimals without trailing zeros, or the nearest floats."""
    if not exact:
        return amounts.astype("float64")
    return amounts.map(lambda amount: Decimal(text.exact(amount))).astype(object)
