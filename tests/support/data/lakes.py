"""Lakes, and the databases that they are made of."""

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds import STATED
from langdock_usage.writers.lake.write import WrittenLake, write_lake
from tests.support.data.databases import DatabaseBuilder, days, edited

STATEMENTS: Mapping[str, str] = {
    "workspaces": "org_id,name\norg_a,Alpha\n",
    "prices": (
        "model,valid_from,input_usd_per_mtok,output_usd_per_mtok,cache_read_usd_per_mtok,org_id\n"
        "in*,,1.25,10,0.125,\nexclusive,2026-09-15,3,15,,org_b\n"
    ),
    "budgets": (
        "scope,name,amount_usd,valid_from\nworkspace,,100,\nteam,Sales,20,2026-10\n"
        "key,key_3,7.5,\nmodel,exclusive,9,\n"
    ),
    "expected": "first_day,last_day,api_key_id,model,note\n2026-10-05,2026-10-06,key_1,,tests\n",
    "rates": "day,currency,usd_per_unit\n2026-10-01,EUR,1.1\n2026-10-02,EUR,1.2\n",
    "invoices": (
        "number,period_start,period_end,amount,currency,org_id\n"
        "R1,2026-10-01,2026-10-09,400,USD,org_a\n"
    ),
}
"""What people state of the workspaces of `build_awkward`, beside the owners of keys."""


def state(database: Path, statements: Mapping[str, str] = STATEMENTS) -> None:
    """Load these reference files."""
    kinds: dict[str, Any] = {kind.name: kind for kind in STATED}
    for name, text in statements.items():
        file = database.with_name(f"{name}.csv")
        file.write_text(text, encoding="utf-8")
        load_file(kinds[name], database, file)


def database_of(workspace: str, whole: Path, database: Path) -> Path:
    """A database with one of the workspaces of another, as if no other had ever been in it."""
    shutil.copyfile(whole, database)
    with edited(database) as connection:
        for table in ("export_rows", "exports", "model_prices"):
            connection.execute(f"delete from {table} where org_id <> ?", [workspace])
        connection.execute(
            "delete from export_models where export_id not in (select export_id from exports)"
        )
    return database


def restate(database: Path, cost: str = "3.5") -> None:
    """The second of October of `build_tiny`, again: key_1 has cost something else."""
    row = {"requests": "7", "total_cost_usd": cost}
    with DatabaseBuilder(database) as builder:
        builder.keep(days("2026-10-02"), row, received=datetime(2026, 11, 5, tzinfo=UTC))


def make_lake(folder: Path, *databases: Path, wait_seconds: float = 0) -> WrittenLake:
    """Write the lake of these databases."""
    return write_lake(folder, databases, lambda *_: None, wait_seconds=wait_seconds)


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Every Parquet file by its path, with what is another when it is written anew."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.glob("[!.]*/**/*.parquet")  # not what is being written
    }
