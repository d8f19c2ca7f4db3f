"""The views are written so that sqlglot can turn them into the SQL of Spark."""

import pytest
import sqlglot

from langdock_usage.sql import VIEWS, read_sql

QUERIES = {"counted_exports": "store/staging/counted_exports", **VIEWS}


@pytest.mark.parametrize("name", QUERIES)
def test_view_becomes_spark_without_complaint(name: str) -> None:
    [spark] = sqlglot.transpile(
        read_sql(QUERIES[name]),
        read="duckdb",
        write="spark",
        unsupported_level=sqlglot.ErrorLevel.RAISE,
    )
    assert sqlglot.parse_one(spark, read="spark")
    # what sqlglot hands on as it is, though Spark has no such thing
    for word in ("ASOF", "QUALIFY", "UNNEST", "EXCLUDE", "DATE_DIFF", "GENERATE_SERIES"):
        assert word not in spark.upper()
