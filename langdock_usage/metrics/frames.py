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

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from langdock_usage import text

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_WHOLE = {"tinyint", "smallint", "integer", "bigint", "hugeint"}
_WHOLE |= {f"u{name}" for name in _WHOLE}
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


def to_frame(answer: duckdb.DuckDBPyConnection, *, exact: bool = False) -> pd.DataFrame:
    """The answer to the query just executed; `exact` keeps DECIMAL as Decimal.

    DuckDB's own `df()` is not used: it turns more than a quarter of the amounts of money into
    another float than the nearest one.
    """
    import pandas as pd

    description = answer.description or []
    rows = answer.fetchall()
    values = list(zip(*rows, strict=True)) if rows else [()] * len(description)
    columns = {
        place: _column(values[place], str(column[1].id), exact)
        for place, column in enumerate(description)
    }
    frame = pd.DataFrame(columns)
    frame.columns = pd.Index([column[0] for column in description], dtype="str")
    return frame


def _column(values: tuple[Any, ...], kind: str, exact: bool) -> pd.Series[Any]:
    import pandas as pd

    if kind == "decimal":
        if exact:
            return pd.Series(
                [None if value is None else Decimal(text.exact(value)) for value in values],
                dtype=object,
            )
        values = tuple(None if value is None else float(value) for value in values)
    elif kind in _WHOLE and any(value is not None and abs(value) >= _INT64 for value in values):
        return pd.Series(values, dtype=object)
    return pd.Series(values, dtype=_DTYPES.get(kind, "object"))
