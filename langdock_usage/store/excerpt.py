"""A copy of a database that holds what a report may show, and nothing else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from langdock_usage.errors import StoreError
from langdock_usage.files import temporary_folder
from langdock_usage.sql import AS_TABLES, read_sql
from langdock_usage.store.connection import attach_for_reading, open_for_writing
from langdock_usage.store.pseudonyms import Pseudonym, pseudonyms
from langdock_usage.store.schema import count_exports
from langdock_usage.text import first_line


@contextmanager
def redacted(database: Path) -> Iterator[Path]:
    """A copy, until the end of the block, with pseudonyms for keys, teams, cost centres and owners.

    Notes of reference files are left out. Raises PseudonymsError, StoreError.
    """
    names = pseudonyms(database)
    with temporary_folder() as folder:
        copy = folder / database.name
        with open_for_writing(copy) as connection:
            try:
                _copy(connection, database, names)
            except duckdb.Error as error:
                raise StoreError(f"{database} cannot be copied: {first_line(error)}") from error
        yield copy


def _copy(
    connection: duckdb.DuckDBPyConnection, database: Path, names: Sequence[Pseudonym]
) -> None:
    attach_for_reading(connection, database, "original")
    parameters = {
        "kinds": [one.kind for one in names],
        "names": [one.name for one in names],
        "pseudonyms": [one.pseudonym for one in names],
    }
    connection.execute(read_sql("store/excerpt/pseudonyms"), parameters)
    found_again = {"found_again": list(AS_TABLES)}
    tables = connection.execute(read_sql("store/excerpt/base_tables"), found_again).fetchall()
    for table, columns in tables:
        connection.execute(
            read_sql("store/excerpt/redacted_rows", table=table, columns=tuple(columns))
        )
    count_exports(connection)
