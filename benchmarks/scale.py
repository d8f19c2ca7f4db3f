"""The same questions of ever more usage: to a DuckDB file, to DuckDB over a lake, and to Spark.

python benchmarks/scale.py FOLDER [ROWS...]

A workspace has 730,000 rows: a year of 200 API keys and 10 models. Databases and lakes are made
once in FOLDER, 55 bytes a row. Without ROWS: 5, 50 and 500 million. Needs Java 17 and
`pip install -e '.[spark]'`. The three have to answer the same.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

SIZES = (5_000_000, 50_000_000, 500_000_000)
DAYS, KEYS = 365, 200
MODELS = (
    *("gpt-5", "gpt-5-mini", "gpt-4.1", "gpt-4o", "o4-mini"),
    *("claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-1"),
    *("gemini-2.5-pro", "gemini-2.5-flash"),
)
ROWS_OF_WORKSPACE = DAYS * KEYS * len(MODELS)
ROUNDS = 3

EXPORTS = """
    insert into exports by name
    select
        $org_id || '-' || day as export_id,
        $org_id as org_id,
        date '2025-11-01' + day::integer as window_start,
        window_start as window_end,
        'UTC' as timezone,
        'model' as group_by,
        window_start + interval 5 day as fetched_at,
        $keys * len($models) as record_count,
        sha256(export_id) as sha256,
        'benchmark' as source
    from range($days) as days(day)
"""
ROWS = """
    insert into export_rows by name
    with rows as (
        select
            export_id,
            org_id,
            window_start,
            window_end,
            date_trunc('month', window_start)::date as month,
            org_id || '-key-' || key as api_key_id,
            'Name ' || key as api_key_name,
            model,
            (hash(export_id, key, model) % 1000003)::bigint as chance
        from exports
        cross join range($keys) as keys(key)
        cross join (select unnest($models) as model)
        where org_id = $org_id
    )

    select
        * exclude (chance),
        1 + chance % 97 as requests,
        (chance + 1) * 0.000000731123 as total_cost_usd,
        1000 + chance % 777 as no_cache_tokens,
        chance % 5000 as cached_prompt_tokens,
        chance % 111 as cache_creation_tokens,
        no_cache_tokens + cached_prompt_tokens + cache_creation_tokens as sum_prompt_tokens,
        10 + chance % 333 as sum_completion_tokens,
        'inclusive' as row_accounting,
        sum_prompt_tokens as input_tokens
    from rows
"""

QUESTIONS = {
    "cost per key": "select count(*), sum(requests), sum(total_cost_usd) from cost_per_key",
    "cost per key of a month": "select count(*), sum(requests), sum(total_cost_usd) "
    "from cost_per_key where month = '2026-09-01'",
    "cost per model": "select count(*), sum(requests), sum(total_cost_usd) from cost_per_model",
    "cache-hit ratio": "select sum(cached_prompt_tokens), sum(input_tokens) "
    "from usage where input_tokens is not null",
    "saving": "select count(*), sum(saving_low_usd), sum(saving_high_usd) from priced_usage",
}


def make(folder: Path, workspaces: int) -> None:
    from langdock_usage.sql import read_sql
    from langdock_usage.store.connection import open_for_writing
    from langdock_usage.store.model_prices import price_new_models
    from langdock_usage.store.schema import count_exports
    from langdock_usage.store.writing.store import Store
    from langdock_usage.writers.lake.write import write_lake

    folder.mkdir(parents=True, exist_ok=True)
    database, unfinished = folder / "usage.duckdb", folder / "unfinished.duckdb"
    if not database.exists():
        unfinished.unlink(missing_ok=True)
        with Store(unfinished):
            pass  # with a price book
        with open_for_writing(unfinished) as connection:
            for number in range(workspaces):
                org_id = f"org-{number:04}"
                values = {"org_id": org_id, "keys": KEYS, "models": list(MODELS)}
                connection.execute(EXPORTS, values | {"days": DAYS})
                connection.execute(ROWS, values)
                ids = {"export_ids": [f"{org_id}-{day}" for day in range(DAYS)]}
                connection.execute(read_sql("store/write/insert_export_models"), ids)
                connection.execute(read_sql("store/write/insert_export_sums"), ids)
            count_exports(connection)
            price_new_models(connection)
        unfinished.rename(database)
    if not (folder / "lake" / "lake.json").exists():
        write_lake(folder / "lake", [database], lambda *_: None)


Ask = Callable[[str], Iterator[Any]]


@contextmanager
def duckdb_over(path: Path) -> Iterator[Ask]:
    from langdock_usage.store.connection import open_for_reading

    with open_for_reading(path) as connection:
        yield lambda query: iter(connection.execute(query).fetchone() or ())


@contextmanager
def spark_over(lake: Path) -> Iterator[Ask]:
    from pyspark.sql import SparkSession

    import langdock_usage as lu

    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "12g",
        "spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1)),
    }
    session = SparkSession.builder.master("local[*]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    lu.spark.views(session, lake)
    yield lambda query: iter(session.sql(query).first() or ())
    session.stop()


ENGINES = {
    "DuckDB file": (duckdb_over, "usage.duckdb"),
    "DuckDB over the lake": (duckdb_over, "lake"),
    "Spark local": (spark_over, "lake"),
}


def measure(engine: str, folder: Path) -> None:
    """Seconds to open, and for each question: the first time, and the median of the next."""
    opening, name_of_data = ENGINES[engine]
    started = time.perf_counter()
    with opening(folder / name_of_data) as ask:
        found: dict[str, Any] = {"opening": time.perf_counter() - started}
        for name, query in QUESTIONS.items():
            seconds = []
            for _ in range(ROUNDS + 1):
                started = time.perf_counter()
                answer = [_plain(value) for value in ask(query)]
                seconds.append(time.perf_counter() - started)
            first, *others = seconds
            found[name] = {"first": first, "then": statistics.median(others), "answer": answer}
    sys.stdout.write(f"\n{json.dumps(found)}\n")


def _plain(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def in_its_own_process(engine: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "measure", engine, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(
    engine: str, rows: int, found: dict[str, Any], before: dict[tuple[str, str], Any]
) -> None:
    """One line a question; from the second size on, how it grows."""
    sys.stdout.write(f"{engine}: opening {found.pop('opening'):.1f} s\n")
    for name, one in found.items():
        line = f"  {name}: {one['then']:.2f} s (the first time {one['first']:.2f} s)"
        if (engine, name) in before:
            fewer, seconds = before[engine, name]
            power = math.log(one["then"] / seconds) / math.log(rows / fewer)
            line += f", grows as rows^{power:.2f}"
        sys.stdout.write(line + "\n")
        before[engine, name] = rows, one["then"]


def main(folder: Path, sizes: tuple[int, ...]) -> None:
    before: dict[tuple[str, str], Any] = {}
    for size in sizes:
        workspaces = max(1, round(size / ROWS_OF_WORKSPACE))
        home = folder / str(size)
        make(home, workspaces)
        file = (home / "usage.duckdb").stat().st_size / 1e9
        lake = sum(one.stat().st_size for one in (home / "lake").rglob("*.parquet")) / 1e9
        rows = workspaces * ROWS_OF_WORKSPACE
        sys.stdout.write(f"\n{rows:,} rows: file {file:.2f} GB, lake {lake:.2f} GB\n")
        answers: dict[str, Any] = {}
        for engine in ENGINES:
            found = in_its_own_process(engine, home)
            report(engine, rows, dict(found), before)
            answers[engine] = [found[name]["answer"] for name in QUESTIONS]
        if len({str(one) for one in answers.values()}) > 1:
            raise SystemExit(f"The answers differ: {answers}")


if __name__ == "__main__":
    if sys.argv[1] == "measure":
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(Path(sys.argv[1]), tuple(map(int, sys.argv[2:])) or SIZES)
