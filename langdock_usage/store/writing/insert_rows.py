"""The rows that exports state, from their CSVs into the table `export_rows`."""

from collections.abc import Sequence

import duckdb

from langdock_usage.errors import ExportFormatError
from langdock_usage.raw.header import Header
from langdock_usage.sql import read_sql
from langdock_usage.store.writing.incoming import Incoming
from langdock_usage.text import first_line


def insert_rows(
    connection: duckdb.DuckDBPyConnection, incoming: Sequence[Incoming]
) -> dict[str, int]:
    """Insert the rows of these exports; how many each has. Files of one kind are read together.

    Raises ExportFormatError where a value is not what its column says.
    """
    kinds: dict[tuple[Header, bool], list[Incoming]] = {}
    for export in incoming:
        if export.has_rows:
            kinds.setdefault(export.kind, []).append(export)
    counts: dict[str, int] = {}
    for (header, is_packed), exports in kinds.items():
        try:
            found = _insert_files(connection, header, is_packed, exports)
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            for export in exports:
                export.raise_fault()
            raise ExportFormatError(f"{exports[0].name}: {first_line(error)}") from error
        repeated = {export_id for export_id, _, is_repeated in found if is_repeated}
        for export in exports:
            if export.raw.export_id in repeated:
                export.raise_fault()
                raise ExportFormatError(f"{export.name}: states a key twice")
        counts |= {export_id: count for export_id, count, _ in found}
    return counts


def _insert_files(
    connection: duckdb.DuckDBPyConnection,
    header: Header,
    is_packed: bool,
    exports: Sequence[Incoming],
) -> list[tuple[str, int, bool]]:
    """For each export: how many rows it has, and whether it states an API key and model twice."""
    export_ids = [export.raw.export_id for export in exports]
    connection.execute(
        read_sql("store/write/insert_rows", has_raw_model=header.has_raw_model),
        {
            "incoming": [export.as_struct() for export in exports],
            "paths": [str(export.csv) for export in exports],
            "columns": header.duckdb_columns(),
            "compression": "gzip" if is_packed else "none",
        },
    )
    connection.execute(read_sql("store/write/insert_export_models"), {"export_ids": export_ids})
    connection.execute(read_sql("store/write/insert_export_sums"), {"export_ids": export_ids})
    return connection.execute(
        read_sql("store/write/row_counts"), {"export_ids": export_ids}
    ).fetchall()
