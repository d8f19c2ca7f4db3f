"""Whose API keys are, loaded from a file."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from langdock_usage.ingest.reference_files import LoadedFile, load_file
from langdock_usage.raw.csv_file import read_csv_file
from langdock_usage.raw.reference.kinds.keys import KEYS, KeyOwner
from langdock_usage.raw.reference.reading import read_lines
from tests.support.data.databases import DatabaseBuilder, days

HEADER = "api_key_id,team,cost_center,owner,valid_from,successor_of\n"


def read_keys(file: Path) -> dict[int, KeyOwner]:
    return read_lines(KEYS, read_csv_file(file))


def load(database: Path, lines: str, header: str = HEADER) -> LoadedFile:
    file = database.with_name("keys.csv")
    file.write_text(header + lines, encoding="utf-8")
    return load_file(KEYS, database, file)


def six_days(database: Path) -> dict[tuple[date, str], Decimal]:
    """Two keys on 28 September to 3 October; what each cost on each day."""
    costs: dict[tuple[date, str], Decimal] = {}
    with DatabaseBuilder(database) as builder:
        for place, day in enumerate(days("2026-09-28", "2026-10-03").days()):
            of_day = {"key_1": f"{place + 1}.01", "key_2": f"0.{place + 1}"}
            rows = [{"api_key_id": key, "total_cost_usd": cost} for key, cost in of_day.items()]
            builder.keep(days(str(day)), *rows)
            costs |= {(day, key): Decimal(cost) for key, cost in of_day.items()}
    return costs
