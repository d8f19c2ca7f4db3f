"""The views in a Spark session, and over Spark Connect: row for row those of DuckDB."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

import langdock_usage as lu
from langdock_usage.errors import DatabaseMissing, PackageMissing, StoreError
from langdock_usage.sql import VIEWS
from langdock_usage.store.connection import open_for_reading
from langdock_usage.store.lake.manifest import MANIFEST, NEXT, TABLES
from langdock_usage.writers.lake.write import write_lake
from tests.support.data.all_kinds import build_all_kinds
from tests.support.data.databases import UsageRow, add_usage
from tests.support.documents import Reader, blocks_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
]
# Whatever a session of others is set to, the views say the same.
UNUSUAL = {
    "spark.sql.session.timeZone": "Pacific/Kiritimati",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.caseSensitive": "true",
}
TYPES = {"VARCHAR": "string", "TIMESTAMP WITH TIME ZONE": "timestamp"}


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def session(port: int, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[SparkSession]":
    """A session that answers Spark Connect, too, because it takes seconds to start."""
    if os.environ.get("REQUIRE_SPARK") != "1":
        pytest.importorskip("pyspark")
        if not shutil.which("java") and "JAVA_HOME" not in os.environ:
            pytest.skip("no Java: install openjdk-17-jre-headless")
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    settings: dict[str, bool | float | int | str | None] = {
        # for a minute, a quick start counts more than quick code
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.ui.enabled": False,
        "spark.ui.showConsoleProgress": False,
        "spark.sql.shuffle.partitions": 1,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
    }
    settings |= UNUSUAL
    session = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("all kinds") / "usage.duckdb"
    build_all_kinds(database)
    return database


@pytest.fixture(scope="module")
def lake(database: Path) -> Path:
    """In a folder whose name Spark could take for a pattern."""
    folder = database.with_name("a lake [of] {all} *kinds*")
    write_lake(folder, [database], lambda *_: None)
    return folder


@pytest.fixture(scope="module")
def filled(session: "SparkSession", lake: Path) -> "SparkSession":
    before = {name: session.conf.get(name) for name in UNUSUAL}
    assert before == UNUSUAL
    names = lu.spark.views(session, lake)
    assert set(names) == {*TABLES, *VIEWS, "export_rows", "export_sums"}
    assert {name: session.conf.get(name) for name in UNUSUAL} == before
    return session


def in_spark(session: "SparkSession", view: str) -> list[tuple[Any, ...]]:
    return [tuple(map(comparable, row)) for row in session.table(view).collect()]


def in_duckdb(path: Path, view: str) -> list[tuple[Any, ...]]:
    with open_for_reading(path) as connection:
        found = connection.execute(f"from {view}").fetchall()
    return [tuple(map(comparable, row)) for row in found]


def comparable(value: Any) -> Any:
    """An instant in UTC; Spark hands them out in the time zone of this machine."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def assert_same(some: list[tuple[Any, ...]], others: list[tuple[Any, ...]]) -> None:
    """Each row and digit; a ratio may differ in the last bit."""
    pairs = list(zip(in_order(some), in_order(others), strict=True))
    for one, other in pairs:
        close = tuple(
            pytest.approx(value, rel=1e-15, abs=0) if isinstance(value, float) else value
            for value in other
        )
        assert one == close


def in_order(some: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(some, key=lambda row: [str(v) for v in row if not isinstance(v, float)])


@pytest.mark.parametrize("view", [*TABLES, *(name for name in VIEWS if name not in TABLES)])
def test_view_is_that_of_duckdb(
    filled: "SparkSession", database: Path, lake: Path, view: str
) -> None:
    rows = in_spark(filled, view)
    assert rows or view == "exchange_rates"  # none is used but by a report
    assert_same(rows, in_duckdb(lake, view))
    # people's files are those of each workspace in a lake, and sums are the rows themselves
    if (view not in TABLES and view != "usage_sums") or view == "usage":
        assert_same(rows, in_duckdb(database, view))


def test_columns_and_types_are_those_of_duckdb(filled: "SparkSession", lake: Path) -> None:
    with open_for_reading(lake) as connection:
        for view in VIEWS:
            described = connection.execute(f"describe {view}").fetchall()
            types = [(name, TYPES.get(kind, kind.lower())) for name, kind, *_ in described]
            assert filled.table(view).dtypes == types, view


@pytest.fixture(scope="module")
def connected(filled: "SparkSession", port: int, lake: Path) -> "Iterator[SparkSession]":
    """A client, as of a cluster; what it is told is not what the session is told."""
    from pyspark.sql.connect.session import SparkSession as Client

    assert filled.table("usage").count()
    client = cast("SparkSession", Client.builder.remote(f"sc://127.0.0.1:{port}").create())
    lu.spark.views(client, str(lake))
    yield client
    client.stop()


@pytest.mark.parametrize("view", ["usage", "priced_usage", "cost_per_team", "stored_days"])
def test_the_same_over_spark_connect(connected: "SparkSession", lake: Path, view: str) -> None:
    assert_same(in_spark(connected, view), in_duckdb(lake, view))


def test_only_the_partitions_of_a_month_are_read(filled: "SparkSession") -> None:
    query = "select sum(requests) from cost_per_key where org_id = '0042' and month = '2026-09-01'"
    plan = filled.sql(f"explain formatted {query}").first()
    assert plan
    [filters] = [line for line in plan[0].splitlines() if line.startswith("PartitionFilters:")]
    assert "0042" in filters and "2026-09-01" in filters


def test_what_is_no_lake_is_refused(
    session: "SparkSession", connected: "SparkSession", lake: Path, tmp_path: Path
) -> None:
    for one in (session, connected):
        with pytest.raises(DatabaseMissing, match=r"There is no lake in .*nowhere; make one with"):
            lu.spark.views(one, tmp_path / "nowhere")
    state = (lake / MANIFEST).read_text(encoding="utf-8")
    for text, problem in (
        (state.replace('"format": 1', '"format": 0'), "was written by another version"),
        (state[:-9], "is damaged"),
        (state.replace("exports/rows.parquet", "exports/gone.parquet"), "cannot be read"),
    ):
        (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
        with pytest.raises(StoreError, match=problem) as refused:
            lu.spark.views(session, tmp_path)
        assert "\n" not in str(refused.value)
    (tmp_path / NEXT).mkdir()
    (tmp_path / NEXT / MANIFEST).write_text(state, encoding="utf-8")
    with pytest.raises(StoreError, match="is being written"):
        lu.spark.views(session, tmp_path)


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_every_step_of_the_page_shows_what_it_says(session: "SparkSession", tmp_path: Path) -> None:
    assert session.version  # the page's own session is this one
    rows = [UsageRow(date(2026, 10, 5), "key-1", "Search", "gpt-5", 15, Decimal("4.50"))]
    add_usage(tmp_path / "data" / "langdock.duckdb", rows)
    reader = Reader(tmp_path)
    for block in blocks_of("docs/lake-and-spark.md"):
        if not block.not_run:
            reader.run(block)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, lake: Path) -> None:
    monkeypatch.setitem(sys.modules, "langdock_usage.spark.dialect", None)
    with pytest.raises(PackageMissing, match=r"pip install 'langdock-usage\[spark\]'"):
        lu.spark.views(cast("SparkSession", None), lake)
