"""Invoices: what was invoiced, what the exports say, and what explains the difference."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import langdock_usage as lu
from langdock_usage.errors import ReferenceFileError
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.invoices import INVOICES
from langdock_usage.raw.reference.kinds.rates import RATES
from tests.support.data.databases import DatabaseBuilder, days

HEADER = "period_start,period_end,amount,currency,tax,surcharge_percent,number\n"
PARTS = ["rate", "surcharge", "late_usage", "unexplained"]

pytestmark = pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Two days of 100 USD; the currency XTS is worth 2 USD on the first and 2.5 on the second."""
    database = tmp_path / "usage.duckdb"
    with DatabaseBuilder(database) as builder:
        for day in days("2026-10-01", "2026-10-02").days():
            builder.keep(days(str(day)), {"total_cost_usd": "100"})
    rates = tmp_path / "rates.csv"
    rates.write_text("day,currency,usd_per_unit\n2026-10-01,XTS,2\n2026-10-02,XTS,2.5\n")
    load_file(RATES, database, rates)
    return database


def load(database: Path, *lines: str) -> None:
    file = database.with_name("invoices.csv")
    file.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    load_file(INVOICES, database, file)


def tied(database: Path, line: str) -> dict[Any, Any]:
    load(database, line)
    [row] = lu.open(database).invoices("2026-10", exact=True).to_dict("records")
    assert sum(row[part] for part in PARTS) == row["difference"]
    assert row["invoiced"] - row["exported"] == row["difference"]
    return row


# exported: 100 / 2 + 100 / 2.5 = 90 XTS; at one rate for both days 100 XTS or 80 XTS
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("90,XTS,17.10,", (0, 0, 0, 0)),
        ("99,XTS,,10", (0, 9, 0, 0)),  # 10 % of 90
        ("80,XTS,,", (-10, 0, 0, 0)),  # invoiced at the rate of the second day
        ("95.5,XTS,,", (Decimal("5.5"), 0, 0, 0)),
        ("103,XTS,,", (10, 0, 0, 3)),  # more than any rate of these days explains
        ("200,USD,,", (0, 0, 0, 0)),
        ("212,USD,,5", (0, 10, 0, 2)),
    ],
)
def test_parts_of_the_difference(database: Path, line: str, expected: tuple[Any, ...]) -> None:
    row = tied(database, f"2026-10-01,2026-10-02,{line},R-1")
    assert tuple(row[part] for part in PARTS) == expected
    assert row["exported_usd"] == 200


def test_usage_that_came_after_the_invoice(database: Path) -> None:
    load(database, "2026-10-01,2026-10-02,200,USD,,,R-1")
    with DatabaseBuilder(database) as builder:
        builder.moment = datetime(2099, 1, 1, tzinfo=UTC)
        builder.keep(days("2026-10-02"), {"total_cost_usd": "101.25"})

    # the same file again does not make the invoice newer
    row = tied(database, "2026-10-01,2026-10-02,200,USD,,,R-1")
    assert tuple(row[part] for part in PARTS) == (0, 0, Decimal("-1.25"), 0)


def test_a_period_that_is_not_covered_and_other_mistakes_are_refused(database: Path) -> None:
    with pytest.raises(ReferenceFileError, match=r"line 2: .*'R-1', 2026-10-03 is not in the data"):
        load(database, "2026-10-01,2026-10-31,200,USD,,,R-1")
    with pytest.raises(ReferenceFileError, match=r"before period_start.*line 3.*no currency"):
        load(
            database,
            "2026-10-02,2026-10-01,200,USD,,,R-1",
            "2026-10-01,2026-10-02,200,Euro,,,R-2",
        )
    with pytest.raises(ReferenceFileError, match="says again the invoice 'R-1'"):
        load(database, *["2026-10-01,2026-10-02,200,USD,,,R-1"] * 2)
    assert lu.open(database).invoices().empty
