"""A CSV of 1,000,000 rows: `load` (checked, hashed, raw copy kept) against a bare typed read_csv.

Each side runs in a process of its own, in turn, so that time and peak memory are its own.
"""

import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROWS = 1_000_000
ROUNDS = 5
COLUMNS = {
    "period_start": "DATE",
    "period_end": "DATE",
    "org_id": "VARCHAR",
    "api_key_id": "VARCHAR",
    "api_key_name": "VARCHAR",
    "model": "VARCHAR",
    "requests": "BIGINT",
    "total_cost_usd": "DECIMAL(38, 24)",
    "sum_prompt_tokens": "BIGINT",
    "sum_completion_tokens": "BIGINT",
    "cached_prompt_tokens": "BIGINT",
    "cache_creation_tokens": "BIGINT",
    "no_cache_tokens": "BIGINT",
}


def write_csv(path: Path) -> None:
    chance = random.Random(1)
    with path.open("w") as file:
        file.write(",".join(COLUMNS) + "\n")
        for row in range(ROWS):
            fresh, cached, written = (chance.randrange(10**n) for n in (6, 5, 4))
            file.write(
                f"2026-10-01,2026-10-31,org_1,key_{row // 40},Name {row // 40},model-{row % 40},"
                f"{chance.randrange(1000)},{chance.random():.12f},{fresh + cached + written},"
                f"{written},{cached},{written},{fresh}\n"
            )


def bare(csv: Path, database: Path) -> None:
    import duckdb

    with duckdb.connect(database) as connection:
        connection.execute(
            "create table usage as from read_csv($csv, columns = $columns, header = true, "
            "auto_detect = false, delim = ',', quote = '\"', escape = '\"')",
            {"csv": str(csv), "columns": COLUMNS},
        )


def ours(csv: Path, database: Path) -> None:
    from langdock_usage.ingest.load import load
    from langdock_usage.store.writing.store import Store

    with Store(database) as store:
        [loaded] = load(store, [csv])
        if loaded.added is None:
            raise SystemExit(str(loaded))


def measure(side: str, csv: Path) -> tuple[float, float]:
    """Seconds, and peak memory in MiB, of one side in a fresh process; imports not counted."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, side, str(csv), f"{folder}/b.duckdb"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, mib = done.stdout.split()
    return float(seconds), float(mib)


def one(side: Callable[[Path, Path], None], csv: Path, database: Path) -> None:
    import duckdb

    duckdb.connect().close()
    import langdock_usage.ingest.load
    import langdock_usage.store.writing.store  # noqa: F401

    started = time.perf_counter()
    side(csv, database)
    seconds = time.perf_counter() - started
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{seconds} {mib}\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        csv = Path(folder) / "big.csv"
        write_csv(csv)
        rounds = [(measure("ours", csv), measure("bare", csv)) for _ in range(ROUNDS)]
    for what, index, unit in (("time", 0, "s"), ("peak memory", 1, "MiB")):
        ours_, bare_ = ([side[index] for side in pair] for pair in zip(*rounds, strict=True))
        ratio = statistics.median(a / b for a, b in zip(ours_, bare_, strict=True))
        sys.stdout.write(
            f"{what}: load {statistics.median(ours_):.2f} {unit}, "
            f"bare read_csv {statistics.median(bare_):.2f} {unit}, ratio {ratio:.2f}\n"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one({"ours": ours, "bare": bare}[sys.argv[1]], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
