"""From the answer of DuckDB to a pandas DataFrame: no value is rounded, no missing one is guessed.

| DuckDB            | DataFrame                                                  |
| ----------------- | ---------------------------------------------------------- |
| DATE, TIMESTAMP   | datetime64[us]                                             |
| TIMESTAMPTZ       | datetime64[us, UTC]                                        |
| whole numbers     | Int64, which knows missing values                          |
| DECIMAL           | float64, the nearest to the exact value; exact: Decimal    |
| DOUBLE            | float64                                                    |
| VARCHAR           | str                                                        |
| BOOLEAN           | boolean, which knows missing values                        |
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb
    import pandas as pd
    from duckdb.sqltypes import DuckDBPyType

_LARGE = {"ubigint", "hugeint", "uhugeint"}
_WHOLE = {"tinyint", "utinyint", "smallint", "usmallint", "integer", "uinteger", "bigint", *_LARGE}
_DTYPES = {
    **dict.fromkeys(_WHOLE, "Int64"),
    "date": "datetime64[us]",
    "timestamp": "datetime64[us]",
    "timestamp with time zone": "datetime64[us, UTC]",
    "decimal": "float64",
    "double": "float64",
    "float": "float64",
    "varchar": "str",
    "boolean": "boolean",
}
_INT64 = 2**63


def ask(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    parameters: Mapping[str, object],
    *,
    exact: bool = False,
) -> pd.DataFrame:
    """The answer to one of our queries; `exact` keeps DECIMAL as Decimal.

    By way of a table, because what `to_frame` has to know of an answer, DuckDB finds out by
    planning the query again; and to plan one takes longer than to execute it.
    """
    connection.execute(f"create or replace temp table answer as {query}", parameters)
    return to_frame(connection.table("answer"), exact=exact)


def to_frame(answer: duckdb.DuckDBPyRelation, *, exact: bool = False) -> pd.DataFrame:
    """The answer to a query; `exact` keeps DECIMAL as Decimal."""
    import pandas as pd

    kinds = [str(kind.id) for kind in answer.types]
    columns = [
        f"{_handed_over(n, kind, exact)} as c{n}" for n, kind in enumerate(answer.types, start=1)
    ]
    handed_over = answer.project(", ".join(columns))
    values: Sequence[Any]
    if set(kinds) <= _DTYPES.keys():
        values = list(handed_over.fetchnumpy().values())
    else:  # lists and the like, which arrays do not hold as they are
        rows = handed_over.fetchall()
        values = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
    pairs = zip(values, kinds, strict=True)
    frame = pd.DataFrame({n: _array(column, kind, exact) for n, (column, kind) in enumerate(pairs)})
    frame.columns = pd.Index(answer.columns, dtype="str")
    return frame


def _handed_over(number: int, type_: DuckDBPyType, exact: bool) -> str:
    """A column in a form that loses nothing on its way out of DuckDB.

    As an array, a DECIMAL would be a float, and more than a quarter of the amounts of money another
    one than the nearest; a text of it has every digit.
    """
    kind = str(type_.id)
    if kind == "decimal":
        scale: Any = dict(type_.children)["scale"]
        if exact and scale > 0:  # without zeros at the end
            return f"rtrim(rtrim(#{number}::varchar, '0'), '.')"
        return f"#{number}::varchar" if exact else f"#{number}::varchar::double"
    return f"#{number}::varchar" if kind in _LARGE else f"#{number}"


def _array(values: Any, kind: str, exact: bool) -> Any:
    """A column, which DuckDB hands over as an array or, of rows, as a tuple."""
    import numpy as np
    import pandas as pd

    if isinstance(values, np.ma.MaskedArray):
        values = values.tolist()  # with None for what is missing
    if kind == "decimal" and exact:
        decimals = [None if digits is None else Decimal(digits) for digits in values]
        return pd.array(decimals, dtype=object)
    if kind in _LARGE:
        values = [None if digits is None else int(digits) for digits in values]
        if any(value is not None and abs(value) >= _INT64 for value in values):
            return pd.array(values, dtype=object)
    if kind not in _DTYPES:
        return pd.Series(values, dtype=object)  # of lists, an array would be one of two dimensions
    return pd.array(values, dtype=_DTYPES[kind])
