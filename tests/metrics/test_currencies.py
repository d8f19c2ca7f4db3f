"""Cost in another currency: each day at its rate, nothing rounded, nothing changed later."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import langdock_usage as lu
from langdock_usage.analysis.exchange_rates import ECB, STATED
from langdock_usage.analysis.invoices import DIGITS
from langdock_usage.errors import InvalidRequest, NoRate
from langdock_usage.ingest.exchange_rates import keep_rates
from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.metrics.questions.currencies import rates_of_period
from langdock_usage.raw.reference.kinds.rates import RATES
from langdock_usage.rounding import rounded, rounded_to_sum
from tests.support.data.databases import DatabaseBuilder, days

pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")

# The euro in US dollars as the European Central Bank published it: Friday 28 March 2025 and
# Monday 31 March 2025.
FRIDAY, MONDAY = Fraction("1.0797"), Fraction("1.0815")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """From a Friday to a Monday, two keys of 10 and 1 USD a day."""
    database = tmp_path / "usage.duckdb"
    with DatabaseBuilder(database) as builder:
        for day in days("2025-03-28", "2025-03-31").days():
            keys = {"key_1": "10", "key_2": "1"}
            rows = [{"api_key_id": key, "total_cost_usd": usd} for key, usd in keys.items()]
            builder.keep(days(str(day)), *rows)
    return database


def load_rates(database: Path, lines: str) -> None:
    file = database.with_name("rates.csv")
    file.write_text(f"day,currency,usd_per_unit\n{lines}", encoding="utf-8")
    load_file(RATES, database, file)


def test_each_day_at_the_rate_of_the_last_day_that_has_one(database: Path) -> None:
    usage = lu.open(database)
    answer = usage.cost_in_currency("2025-03", "eur", exact=True)

    # Saturday and Sunday have Friday's rate
    per_usd = 3 / FRIDAY + 1 / MONDAY
    expected = [round(10 * per_usd, 12), round(per_usd, 12)]
    assert [Fraction(amount) for amount in answer["total_cost"]] == expected
    assert [*answer["total_cost_usd"]] == [40, 4]
    assert answer.attrs["currency"] == "EUR"
    whole = usage.cost_in_currency("2025-03", "EUR", by=None, exact=True)
    assert whole["total_cost"].sum() == answer["total_cost"].sum()

    rates = usage.rates("2025-03", "EUR")
    assert [day.day for day in rates["rate_day"]] == [28, 28, 28, 31]
    assert set(rates["source"]) == {ECB}


def test_a_currency_that_is_quoted_against_the_euro_loses_no_digit(database: Path) -> None:
    [rate] = rates_of_period(lu.open(database), "2025-03-28", "JPY", None)
    # what a euro was worth that day, in both: their quotient has no end
    assert Fraction(rate.usd) == FRIDAY
    assert rate.in_currency(rate.usd) == Fraction(rate.units)
    assert 150 < rate.units < 170


def test_stated_rates_go_first_and_used_ones_never_change(database: Path) -> None:
    usage = lu.open(database)
    before = usage.cost_in_currency("2025-03", "EUR", exact=True)
    assert keep_rates(database, "2025-03", "EUR") == 4
    assert keep_rates(database, "2025-03", "EUR") == 0

    load_rates(database, "2025-03-29,EUR,2\n2025-03-29,XTS,0.5\n2025-03-26,XTS,4\n")
    assert usage.cost_in_currency("2025-03", "EUR", exact=True).equals(before)
    tests = usage.rates("2025-03", "XTS")
    assert [*tests["source"]] == [STATED] * 4
    # 28 March: 1 / 4; from the 29th on 1 / 0.5, for 11 USD a day
    whole = usage.cost_in_currency("2025-03", "XTS", by=None, exact=True)
    assert whole["total_cost"].item() == Decimal("2.75") + 3 * 22

    rebuild(database, lambda *_: None)
    assert usage.cost_in_currency("2025-03", "EUR", exact=True).equals(before)
    assert len(usage.sql("from exchange_rates")) == 4


def test_a_day_without_a_rate_says_how_to_state_one(database: Path, tmp_path: Path) -> None:
    usage = lu.open(database)
    load_rates(database, "2025-03-20,XTS,4\n")
    with pytest.raises(NoRate, match=r"no rate of XTS for 2025-03-28 to 2025-03-31.*rates load"):
        usage.rates("2025-03", "XTS")
    load_rates(database, "2025-03-21,XTS,4\n2025-03-24,XTS,3\n")  # seven days are not too many
    assert usage.rates("2025-03-28", "XTS")["rate_day"].item().date() == date(2025, 3, 24)
    with pytest.raises(InvalidRequest, match="no currency of the European Central Bank"):
        usage.rates("2025-03", "XXX")
    for wrong in ("USD", "euro", ""):
        with pytest.raises(InvalidRequest, match="no other currency than USD"):
            usage.rates("2025-03", wrong)
    with DatabaseBuilder(tmp_path / "new.duckdb") as builder:
        builder.keep(days("2099-01-01"), {})
    with pytest.raises(NoRate, match="2099-01-01"):
        lu.open(tmp_path / "new.duckdb").rates("2099-01", "EUR")


def thirds() -> Iterator[Fraction]:
    yield from (Fraction(numerator, 3) for numerator in (1, 1, 1, -7, 20, 0))


def test_rounded_amounts_add_up_to_the_rounded_sum() -> None:
    amounts = [*thirds()]
    whole = rounded_to_sum(amounts, rounded(sum(amounts, Fraction(0)), DIGITS), DIGITS)
    # 16/3 = 5.333333333333 to twelve digits
    assert sum(whole) == Decimal("5.333333333333")
    for amount, shown in zip(amounts, whole, strict=True):
        assert abs(amount - Fraction(shown)) < Fraction("1e-12")
