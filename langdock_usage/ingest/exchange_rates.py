"""Keeping the exchange rates that a report uses, so that no later report uses others."""

from collections.abc import Sequence
from pathlib import Path

from langdock_usage.analysis.exchange_rates import Rate
from langdock_usage.errors import StoreError
from langdock_usage.escaping import csv_line
from langdock_usage.files import temporary_folder
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.metrics.questions.currencies import rates_of_period, rates_used
from langdock_usage.metrics.usage import Usage
from langdock_usage.periods import PeriodLike
from langdock_usage.raw.reference.kinds.rates_used import RATES_USED
from langdock_usage.settings import WAIT_SECONDS
from langdock_usage.store.waiting import OnWait
from langdock_usage.text import exact


def keep_rates(
    database: Path,
    period: PeriodLike,
    currency: str,
    org_id: str | None = None,
    *,
    wait_seconds: float = WAIT_SECONDS,
    on_wait: OnWait | None = None,
) -> int:
    """Keep the rates of a period's days that no report used before; how many.

    Raises InvalidRequest, NoRate, NoData, and what loading a reference file raises.
    """
    usage = Usage(database)
    before = rates_used(usage)
    rates = rates_of_period(usage, period, currency, org_id)
    new = [rate for rate in rates if (rate.day, rate.currency) not in before]
    if new and database.is_dir():
        raise StoreError(
            "A lake keeps no exchange rates: make this report from its database, and then bring "
            "the lake up to date with `langdock-usage lake`."
        )
    if new:
        with temporary_folder() as folder:
            file = folder / "rates_used.csv"
            file.write_text(_csv([*before.values(), *new]), encoding="utf-8")
            load_file(RATES_USED, database, file, wait_seconds=wait_seconds, on_wait=on_wait)
    return len(new)


def _csv(rates: Sequence[Rate]) -> str:
    lines: list[tuple[str, ...]] = [(*RATES_USED.columns,)]
    for one in rates:
        amounts = exact(one.usd), exact(one.units)
        lines.append((str(one.day), one.currency, *amounts, str(one.rate_day), one.source))
    return "".join(f"{csv_line(line)}\n" for line in lines)
