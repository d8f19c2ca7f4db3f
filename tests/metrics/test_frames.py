"""From an answer of DuckDB to a frame: every digit, every type, and what is missing."""

from decimal import Decimal
from random import Random

import duckdb
import pandas as pd
import pytest

from langdock_usage.metrics.frames import to_frame

TYPES = {
    "1::bigint": (1, "Int64"),
    "9007199254740993::bigint": (9007199254740993, "Int64"),  # no float has this value
    "12::hugeint": (12, "Int64"),
    "3::utinyint": (3, "Int64"),
    "date '2026-10-01'": (pd.Timestamp("2026-10-01"), "datetime64[us]"),
    "timestamp '2026-10-01 12:00:01'": (pd.Timestamp("2026-10-01 12:00:01"), "datetime64[us]"),
    "timestamptz '2026-10-01 12:00:01+02:00'": (
        pd.Timestamp("2026-10-01 10:00:01", tz="UTC"),
        "datetime64[us, UTC]",
    ),
    "1.50::decimal(38, 24)": (1.5, "float64"),
    "100::decimal(5, 0)": (100.0, "float64"),
    "0.25::double": (0.25, "float64"),
    "'text'": ("text", "str"),
    "true": (True, "boolean"),
}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    return connection


@pytest.mark.parametrize("beside", ["", ", [1, 2] as a_list"])
def test_each_type_has_its_own(connection: duckdb.DuckDBPyConnection, beside: str) -> None:
    """Of rows, as lists need them, as of arrays; where a value is missing, and where none is."""
    known = f"select {', '.join(TYPES)}{beside}"
    missing = f"select {', '.join(f'case when false then {value} end' for value in TYPES)}{beside}"
    none = f"from ({known}) limit 0"
    for query, count in ((known, 1), (f"{known} union all {missing}", 2), (none, 0)):
        frame = to_frame(connection.sql(query)).iloc[:, : len(TYPES)]
        assert [str(kind) for kind in frame.dtypes] == [kind for _, kind in TYPES.values()]
        assert len(frame) == count
        if count:
            assert list(frame.iloc[0]) == [value for value, _ in TYPES.values()]
        assert frame.iloc[1:].isna().all(axis=None)


def test_lists_and_numbers_that_no_int64_holds(connection: duckdb.DuckDBPyConnection) -> None:
    frame = to_frame(connection.sql("select 36893488147419103232::hugeint as a, ['x', null] as b"))
    assert frame.to_dict("list") == {"a": [2**65], "b": [["x", None]]}
    frame = to_frame(connection.sql("select 1 as a, 2 as a, $name as b", params={"name": "x"}))
    assert list(frame.columns) == ["a", "a", "b"]
    assert list(frame.iloc[0]) == [1, 2, "x"]


def test_money_is_exact_or_the_nearest_float(connection: duckdb.DuckDBPyConnection) -> None:
    random = Random(14)
    digits = [f"{random.randrange(10**9)}.{random.randrange(10**24):024}" for _ in range(10_000)]
    connection.execute("create table money as select unnest($digits) as text", {"digits": digits})
    query = "select text::decimal(38, 24) as cost_usd from money"
    nearest, exact = to_frame(connection.sql(query)), to_frame(connection.sql(query), exact=True)
    assert list(exact["cost_usd"]) == list(map(Decimal, digits))
    assert list(nearest["cost_usd"]) == [float(Decimal(one)) for one in digits]
    few = to_frame(connection.sql("select unnest([2.50, 100.00, 0]) as cost_usd"), exact=True)
    assert list(map(str, few["cost_usd"])) == ["2.5", "100", "0"]
