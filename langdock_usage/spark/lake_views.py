"""The tables of a lake, and the views on them, in a Spark session."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from langdock_usage.errors import DatabaseMissing, PackageMissing, StoreError
from langdock_usage.sql import read_sql
from langdock_usage.store.lake.manifest import MANIFEST, NEXT, TABLES, Manifest
from langdock_usage.store.lake.reading import LAKE_VIEWS
from langdock_usage.text import first_line

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Recursive, and small: made once, by DuckDB. Spark would do it again with each question, in at most
# 100 steps; Spark 4.0 cannot at all.
_OF_OWNERS = ("key_chains", "key_ownership")


def views(session: "SparkSession", folder: str | Path) -> tuple[str, ...]:
    """Make temporary views of a lake in a Spark session; their names, tables of the lake first.

    `folder` is where Spark finds the lake: a path, or a URL like `s3a://…`. The views are those of
    a database, row for row, and show the lake as it is now: call it again after
    `langdock-usage lake` has changed it. The settings of the session stay as they are.
    Raises DatabaseMissing, StoreError, PackageMissing.
    """
    try:
        from pyspark.errors import PySparkException

        from langdock_usage.spark.dialect import to_spark
    except ImportError as error:
        problem = "Spark needs other packages: `pip install 'langdock-usage[spark]'`."
        raise PackageMissing(problem) from error

    root = _url(folder)
    try:
        manifest = _manifest(session, root)
        for table in TABLES:
            _table(session, root, manifest, table).createOrReplaceTempView(table)
        for name, definition in LAKE_VIEWS.items():
            if name in _OF_OWNERS:
                _by_duckdb(session, definition).createOrReplaceTempView(name)
            else:
                query = to_spark(read_sql(definition))
                session.sql(f"create or replace temporary view {name} as {query}")
    except PySparkException as error:
        raise StoreError(f"The lake {folder} cannot be read: {first_line(error)}") from error
    return (*TABLES, *LAKE_VIEWS)


def _url(folder: str | Path) -> str:
    """Where Spark finds it, wherever Spark runs."""
    text = str(folder)
    is_url = re.match(r"[A-Za-z][\w+.-]+:/", text)
    return text.rstrip("/") if is_url else Path(folder).absolute().as_posix()


def _manifest(session: "SparkSession", root: str) -> Manifest:
    """What the lake holds, read where Spark runs."""
    from pyspark.errors import AnalysisException

    folder = _no_pattern(root)
    # a pattern, because the second need not be there; one alone is logged with a stack trace
    paths = [f"{folder}/{MANIFEST}", f"{folder}/{{{MANIFEST},{NEXT}/{MANIFEST}}}"]
    try:
        files = session.read.text(paths, wholetext=True).select("_metadata.file_path", "value")
        texts = {path.removesuffix(f"/{MANIFEST}"): text for path, text in files.collect()}
    except AnalysisException as error:
        if error.getCondition() != "PATH_NOT_FOUND":
            raise
        problem = f"There is no lake in {root}; make one with `langdock-usage lake`."
        raise DatabaseMissing(problem) from error
    if any(path.endswith(f"/{NEXT}") for path in texts):
        raise StoreError(
            f"The lake {root} is being written; wait, or let `langdock-usage lake` end what was "
            "interrupted."
        )
    [text] = texts.values()
    return Manifest.parse(text, root)


def _table(session: "SparkSession", root: str, manifest: Manifest, table: str) -> "DataFrame":
    """A table of the lake: the files that belong to it now, with the types that they have.

    Spark would take a workspace called 0042 for a number.
    """
    names = [name for name in manifest.files if name.startswith(f"{table}/")]
    files = [_no_pattern(f"{root}/{name}") for name in names]
    schema = session.read.parquet(files[0]).schema
    reader = session.read.schema(schema).option("basePath", f"{root}/{table}")
    return reader.parquet(*files, datetimeRebaseMode="CORRECTED").select(*schema.names)


def _no_pattern(path: str) -> str:
    """A path that Spark takes as it stands."""
    return re.sub(r"[\\{}\[\]*?]", r"\\\g<0>", path)


def _by_duckdb(session: "SparkSession", definition: str) -> "DataFrame":
    """A view on the owners of keys, with the rows that it has now."""
    with duckdb.connect() as connection:
        connection.register("key_owners", session.table("key_owners").toArrow())
        return session.createDataFrame(connection.sql(read_sql(definition)).to_arrow_table())
