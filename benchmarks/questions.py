"""Views of a large database against queries written by hand; and the report of a month of it.

python benchmarks/questions.py [FOLDER]

500 API keys, 40 models, 365 days: 7.3 million rows, made once in FOLDER (else a temporary one).
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from langdock_usage.raw.archive import RawExport
from langdock_usage.store.writing.store import Store
from langdock_usage.windows import Period

KEYS, MODELS, DAYS = 500, 40, 365
FIRST = date(2025, 11, 1)
MONTH = "2026-10"
ROUNDS = 5

ROWS_OF_A_DAY = f"""
    copy (
        select
            '{{day}}' as period_start,
            '{{day}}' as period_end,
            'org-1' as org_id,
            'key-' || lpad(key::varchar, 4, '0') as api_key_id,
            'Team ' || key as api_key_name,
            'vendor/model-' || model as model,
            10 + key % 7 as requests,
            ((1 + key) * (1 + model) * (1 + {{number}}))::decimal(15, 0) * 0.00001
                as total_cost_usd,
            1000 * (1 + key % 5) as sum_prompt_tokens,
            100 as sum_completion_tokens,
            1000 * (key % 5) as cached_prompt_tokens,
            0 as cache_creation_tokens,
            1000 as no_cache_tokens
        from range({KEYS}) as keys(key), range({MODELS}) as models(model)
    ) to '{{csv}}' (format csv, header, compression gzip)
"""

BY_HAND = """
    select
        exports.org_id,
        api_key_id,
        arg_max(api_key_name, exports.window_end) as api_key_name,
        sum(requests) as requests,
        sum(total_cost_usd) as total_cost_usd,
        sum(input_tokens) as input_tokens,
        sum(sum_completion_tokens) as sum_completion_tokens,
        sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
        sum(cached_prompt_tokens) / nullif(sum(input_tokens), 0) as cache_hit_ratio,
        1e6 * sum(total_cost_usd) / nullif(sum(input_tokens + sum_completion_tokens), 0)
            as cost_per_million_tokens_usd
    from export_rows
    join exports using (export_id)
    where superseded_by is null and exports.window_start between '2026-10-01' and '2026-10-31'
    group by exports.org_id, api_key_id
"""
SUM_BY_HAND = """
    select sum(total_cost_usd)
    from export_rows
    join exports using (export_id)
    where superseded_by is null
"""

QUESTIONS = {
    "sum of the cost of all usage": ("select sum(total_cost_usd) from usage", SUM_BY_HAND),
    "cost per key of a month": (f"from cost_per_key where month = '{MONTH}-01'", BY_HAND),
}


def make(database: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, DAYS, 31):
            with Store(database) as store:
                store.add_exports(
                    [_export(Path(folder), n) for n in range(start, min(start + 31, DAYS))]
                )


def _export(folder: Path, number: int) -> tuple[RawExport, Path, str]:
    day = FIRST + timedelta(days=number)
    csv = folder / f"{day}.csv.gz"
    duckdb.execute(ROWS_OF_A_DAY.format(day=day, number=number, csv=csv))
    raw = RawExport(
        export_id=f"export-{day}",
        window=Period(day, day),
        timezone="UTC",
        group_by="model",
        fetched_at=datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=5),
        source="benchmark",
        org_id="org-1",
        file=csv.name,
        sha256=f"{number:064x}",
    )
    return raw, csv, csv.name


def seconds(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    started = time.perf_counter()
    connection.execute(query).fetchall()
    return time.perf_counter() - started


def main(folder: Path) -> None:
    database = folder / "year.duckdb"
    if not database.exists():
        make(database)
    with duckdb.connect(database, read_only=True) as connection:
        for name, (view, by_hand) in QUESTIONS.items():
            rounds = [
                (seconds(connection, view), seconds(connection, by_hand)) for _ in range(ROUNDS)
            ]
            ours, theirs = (statistics.median(side) for side in zip(*rounds, strict=True))
            ratio = statistics.median(one / other for one, other in rounds)
            times = f"view {ours * 1000:.0f} ms, by hand {theirs * 1000:.0f} ms"
            sys.stdout.write(f"{name}: {times}, ratio {ratio:.2f}\n")
    started = time.perf_counter()
    command = [sys.executable, "-m", "langdock_usage", "report", "--month", MONTH, "-q"]
    subprocess.run(
        [*command, "--db", str(database), "--output", str(folder / "reports")],
        check=True,
        capture_output=True,
    )
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    sys.stdout.write(f"report of {MONTH}: {took:.1f} s, the largest process {peak:.2f} GB\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
