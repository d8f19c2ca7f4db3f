"""Our SQL in the SQL of Spark: by sqlglot, and here what it leaves with another meaning."""

from functools import cache

import sqlglot
from sqlglot import exp


@cache
def to_spark(query: str) -> str:
    """A query of DuckDB as Spark has to read it, whatever the settings of its session are.

    Raises sqlglot.UnsupportedError.
    """
    tree = sqlglot.parse_one(query, read="duckdb")
    return tree.transform(_with_our_meaning).sql(
        "spark", comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE
    )


def _with_our_meaning(node: exp.Expression) -> exp.Expression:
    match node:
        case exp.ArgMax() if not isinstance(node.parent, exp.Filter):
            # only of rows that have a value; in Spark, the newest may be one without
            has_value = node.this.copy().is_(exp.null()).not_()
            return exp.Filter(this=node, expression=exp.Where(this=has_value))
        case exp.AtTimeZone():
            return _local_time(node.this, node.args["zone"])
        case _:
            return node


def _local_time(instant: exp.Expression, zone: exp.Expression) -> exp.Expression:
    """The local time of an instant. Other ways depend on the time zone of the session."""
    epoch = exp.cast(exp.Literal.string("1970-01-01"), "timestamp_ntz", dialect="spark")
    microseconds = _call("unix_micros", instant)
    in_utc = _call("timestampadd", exp.var("microsecond"), microseconds, epoch)
    return _call("convert_timezone", exp.Literal.string("UTC"), zone, in_utc)


def _call(function: str, *arguments: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this=function, expressions=arguments)
