"""The statements of a hundred teams: a month of thirteen, three keys and three models each.

python benchmarks/statements.py [FOLDER]

356,400 rows, made once in FOLDER (else a temporary one).
"""

import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.archive import RawExport
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.store.writing.store import Store
from langdock_usage.windows import Period

TEAMS, KEYS_OF_TEAM, MODELS, DAYS = 100, 3, 3, 396
FIRST = date(2025, 10, 1)
MONTH = "2026-10"

ROWS_OF_A_DAY = f"""
    copy (
        select
            '{{day}}' as period_start,
            '{{day}}' as period_end,
            'org-1' as org_id,
            'key-' || lpad(key::varchar, 4, '0') as api_key_id,
            'Key ' || key as api_key_name,
            ['gpt-5', 'claude-sonnet-4-5', 'gemini-2.5-flash'][model + 1] as model,
            10 + key % 7 as requests,
            ((1 + key) * (1 + model) * (1 + {{number}} % 50))::decimal(15, 0) * 0.0001
                as total_cost_usd,
            1000 * (1 + key % 5) as sum_prompt_tokens,
            100 as sum_completion_tokens,
            1000 * (key % 5) as cached_prompt_tokens,
            0 as cache_creation_tokens,
            1000 as no_cache_tokens
        from range({TEAMS * KEYS_OF_TEAM}) as keys(key), range({MODELS}) as models(model)
    ) to '{{csv}}' (format csv, header, compression gzip)
"""


def make(database: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, Store(database) as store:
        store.add_exports([_export(Path(folder), number) for number in range(DAYS)])
    owners = [
        f"key-{key:04},Team {key // KEYS_OF_TEAM:03},,,,\n" for key in range(TEAMS * KEYS_OF_TEAM)
    ]
    file = database.with_name("keys.csv")
    file.write_text("api_key_id,team,cost_center,owner,valid_from,successor_of\n" + "".join(owners))
    load_file(KEYS, database, file)


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


def main(folder: Path) -> None:
    database = folder / "teams.duckdb"
    if not database.exists():
        make(database)
    started = time.perf_counter()
    command = [sys.executable, "-m", "langdock_usage", "statements", "--month", MONTH]
    subprocess.run(
        [*command, "--per", "team", "--db", str(database), "--output", str(folder / "reports")],
        check=True,
        capture_output=True,
    )
    took = time.perf_counter() - started
    sys.stdout.write(f"{TEAMS} statements: {took:.0f} s\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
