"""Questions about cost in another currency, and about invoices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from langdock_usage.analysis.exchange_rates import Rate, rates_for
from langdock_usage.analysis.invoices import DIGITS, explained
from langdock_usage.errors import InvalidRequest
from langdock_usage.metrics.groups import COLUMNS, By
from langdock_usage.metrics.questions.comparisons import cost_per_period
from langdock_usage.periods import as_period
from langdock_usage.rounding import rounded, rounded_to_sum
from langdock_usage.sql import read_sql

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.periods import PeriodLike

_RATES = "metrics/lookup/currencies/rates"


def cost_in_currency(
    self: Usage,
    period: PeriodLike,
    currency: str,
    by: By = "key",
    *,
    org: str | None = None,
    exact: bool = False,
) -> pd.DataFrame:
    """One row per API key, model …, costliest first: cost in USD and in another currency.

    `by` as in `monthly_cost`. The column of the group (with `api_key_name` for keys),
    `total_cost_usd`, `total_cost` (in the currency, to 12 digits, which add up to the digit).
    Each day at its rate: one that a report used before, else a stated one (`rates load`), else the
    European Central Bank's reference rate, of the last day before that has one. A period longer
    than a day has the rate of its last day. Raises InvalidRequest, NoData, NoRate.

    >>> usage.cost_in_currency("2026-10", "EUR", by=None).round(2)  # 5.75 / 1.1298 + 4.50 / 1.1225
       total_cost_usd  total_cost
    0           10.25         9.1
    """
    import pandas as pd

    costs = cost_per_period(self, period, by, org=org, exact=True)
    rates = _rates_of(self, _days(costs), currency)
    names = [COLUMNS[by]] if by else []
    names += ["api_key_name"] if "api_key_name" in costs else []
    used = costs[(costs["requests"] > 0) | (costs["total_cost_usd"] != 0)]
    converted = [
        rates[day.date()].in_currency(usd)
        for day, usd in zip(used["last_day"], used["total_cost_usd"], strict=True)
    ]
    amounts = used[[*names, "total_cost_usd"]].copy()
    amounts["total_cost"] = pd.Series(converted, index=amounts.index, dtype=object)
    answer = _sums(amounts, names[:1])
    exact_costs = [*answer["total_cost"]]
    whole = rounded_to_sum(exact_costs, rounded(sum(exact_costs), DIGITS), DIGITS)
    answer["total_cost"] = pd.Series(whole, dtype=object)
    if not exact:
        answer = answer.astype({"total_cost_usd": "float64", "total_cost": "float64"})
    answer.attrs["currency"] = currency.strip().upper()
    return answer


def _sums(amounts: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    """Exact sums by group, or of all, costliest first; of names, the newest."""
    whole = amounts.assign(everything=0)
    sums = whole.groupby(group or ["everything"], dropna=False, as_index=False, sort=False)
    newest = {"api_key_name": "last"} if "api_key_name" in amounts else {}
    answer = sums.agg({**newest, "total_cost_usd": "sum", "total_cost": "sum"})
    answer = answer.drop(columns=[] if group else "everything")
    return answer.sort_values("total_cost_usd", ascending=False, kind="stable", ignore_index=True)


def rates(
    self: Usage,
    period: PeriodLike,
    currency: str,
    *,
    org: str | None = None,
    exact: bool = False,
) -> pd.DataFrame:
    """One row per day of the period: the exchange rates that `cost_in_currency` uses.

    `day`, `currency`, `usd`, `units` (so many US dollars are worth so much of the currency),
    `rate_day`, `source`. Raises InvalidRequest, NoData, NoRate.

    >>> usage.rates("2026-10-03", "EUR")[["day", "usd", "units", "rate_day"]]  # a Saturday
             day     usd  units   rate_day
    0 2026-10-03  1.1225    1.0 2026-10-02
    """
    import pandas as pd

    found = [asdict(rate) for rate in rates_of_period(self, period, currency, org)]
    frame = pd.DataFrame(found, columns=[field.name for field in fields(Rate)])
    days = dict.fromkeys(("day", "rate_day"), "datetime64[us]")
    return frame.astype(days if exact else {**days, "usd": "float64", "units": "float64"})


def rates_of_period(usage: Usage, period: PeriodLike, currency: str, org: str | None) -> list[Rate]:
    """The rates of the days of a period, in their order. Raises InvalidRequest, NoData, NoRate."""
    costs = cost_per_period(usage, period, None, org=org, exact=True)
    return [*_rates_of(usage, _days(costs), currency).values()]


def rates_used(usage: Usage) -> dict[tuple[date, str], Rate]:
    """Every rate that a report used, by day and currency."""
    with usage._reader.connection() as connection:
        rows = connection.execute("from exchange_rates order by day, currency").fetchall()
    return {(row[0], row[1]): Rate(*row) for row in rows}


def invoices(
    self: Usage, period: PeriodLike = None, *, org: str | None = None, exact: bool = False
) -> pd.DataFrame:
    """One row per invoice about days of the period: what was invoiced, and what explains it.

    `number`, `period_start`, `period_end`, `currency`, `tax`, `invoiced` (net), `exported_usd` and
    `exported` (the cost of the invoice's own period, each day at its rate), `difference` (invoiced
    - exported), and its parts, which add up to it to the last digit:

    - `surcharge`: what the contract adds, of `exported`
    - `late_usage`: usage that came, or went, after the invoice was loaded
    - `rate`: as much of the rest as another rate of the invoice's period explains; 0 for USD
    - `unexplained`

    All in the currency of the invoice. Raises InvalidRequest, NoData, NoRate.

    >>> usage.invoices("2026-10").empty
    True
    """
    import pandas as pd

    org_id = self.workspace(org)
    asked = as_period(period)
    with self._reader.connection() as connection:
        found = connection.execute(
            read_sql("metrics/lookup/currencies/invoices_of"),
            {"org_id": org_id, "first": asked and asked.first, "last": asked and asked.last},
        ).fetchall()
    rows = [_tied(self, org_id, *row) for row in found]
    columns = [
        *("number", "period_start", "period_end", "currency", "tax", "invoiced", "exported_usd"),
        *("exported", "difference", "rate", "surcharge", "late_usage", "unexplained"),
    ]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("period_start", "period_end"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    return frame if exact else frame.astype(dict.fromkeys(columns[4:], "float64"))


def _tied(
    usage: Usage,
    org_id: str,
    number: str,
    first: date,
    last: date,
    currency: str,
    amount: Decimal,
    tax: Decimal | None,
    surcharge_percent: Decimal | None,
    loaded_at: datetime,
) -> dict[str, Any]:
    import pandas as pd

    period = first.isoformat(), last.isoformat()
    costs = cost_per_period(usage, period, None, org=org_id, exact=True)
    by_day: dict[date, Decimal] = {}
    for row in costs.to_dict("records"):
        day = row["last_day"].date()
        by_day[day] = by_day.get(day, Decimal(0)) + row["total_cost_usd"]
    late: dict[date, Decimal] = {}
    restated = usage.restatements(period, org=org_id, exact=True)
    for row in restated[restated["restated_at"] > pd.Timestamp(loaded_at)].to_dict("records"):
        day = row["last_day"].date()
        late[day] = late.get(day, Decimal(0)) + row["change_usd"]
    rates = None if currency == "USD" else _rates_of(usage, [*by_day, *late], currency)
    parts = explained(amount, by_day, late, rates, surcharge_percent or Decimal(0))
    return {
        "number": number,
        "period_start": first,
        "period_end": last,
        "currency": currency,
        "tax": tax,
        "invoiced": amount,
        "exported_usd": sum(by_day.values(), Decimal(0)),
        **parts,
    }


def _days(costs: pd.DataFrame) -> list[date]:
    return [day.date() for day in costs["last_day"]]


def _rates_of(usage: Usage, days: Iterable[date], currency: str) -> dict[date, Rate]:
    code = currency.strip().upper()
    if len(code) != 3 or not code.isalpha() or code == "USD":
        raise InvalidRequest(f"{currency!r} is no other currency than USD; write it like EUR.")
    with usage._reader.connection() as connection:
        asked = {"currency": code}
        used = connection.execute(read_sql(f"{_RATES}_used"), asked).fetchall()
        stated = connection.execute(read_sql(f"{_RATES}_stated"), asked).fetchall()
    return rates_for(days, code, {row[0]: Rate(*row) for row in used}, dict(stated))
