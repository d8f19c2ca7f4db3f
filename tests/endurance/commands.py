"""Commands that write, the folder that they begin in, and what they leave in it."""

import re
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from langdock_usage.sandbox.service.server import Sandbox
from langdock_usage.windows import Period
from tests.endurance.forks import Forks
from tests.support.command import YESTERDAY
from tests.support.data.databases import csv_of, days
from tests.support.pages.notebooks import write_notebook

DATABASE = Path("data", "langdock.duckdb")
FIRST = YESTERDAY - timedelta(days=4)
CORRECTED = FIRST + timedelta(days=1)
TIMEZONE = "Europe/Berlin"
LOADED_BY_MISTAKE = "{loaded by mistake}"


@dataclass(frozen=True)
class Command:
    """A command line that writes; `again` is its exit status where it was done already."""

    arguments: tuple[str, ...]
    again: int = 0
    is_first: bool = False  # there is no database yet


COMMANDS = {
    "first load": Command(("load", "corrected.csv", "others.csv"), is_first=True),
    "load": Command(("load", "others.csv", "corrected_again.csv")),
    "fetch": Command(("fetch", "--refresh-days", "0")),
    "unload": Command(("unload", LOADED_BY_MISTAKE), again=2),
    "rebuild": Command(("rebuild",)),
    "keys load": Command(("keys", "load", "keys.csv")),
    "prices load": Command(("prices", "load", "prices.csv")),
    "keys template": Command(("keys", "template"), again=2),
    "lake": Command(("lake", "lake")),
    "export": Command(("export", "cost_per_key", "-o", "costs.xlsx"), again=2),
    "report": Command(("report", "small", "--month", f"{FIRST:%Y-%m}")),
}


@dataclass(frozen=True)
class Begin:
    """The folders that commands begin in: without a database, and with one of three days."""

    new: Path
    three_days: Path
    sandbox: Sandbox

    def copy(self, command: Command, folder: Path) -> tuple[str, ...]:
        """Make a folder to run the command in; its arguments."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.new if command.is_first else self.three_days, folder)
        by_mistake = {LOADED_BY_MISTAKE: loaded_export(self.three_days)}
        return tuple(by_mistake.get(argument, argument) for argument in command.arguments)


def make_begin(folder: Path, forks: Forks, sandbox: Sandbox) -> Begin:
    """Files to load; and three days, one of which was loaded once more by hand."""
    new, three_days = folder / "new", folder / "three_days"
    new.mkdir()
    org_id = sandbox.workspace.org_id
    windows = {"corrected": CORRECTED, "corrected_again": CORRECTED, "others": FIRST}
    for number, (name, day) in enumerate(windows.items(), start=1):
        row = {"org_id": "another" if name == "others" else org_id}
        rows = [row | {"api_key_id": f"k{n}", "requests": str(n * number)} for n in range(1, 200)]
        csv = csv_of(rows, days(f"{day}"), timezone=TIMEZONE)
        (new / f"{name}.csv").write_bytes(csv)
    (new / "keys.csv").write_text("api_key_id,team\nk1,Search\nk2,Support\n")
    (new / "prices.csv").write_text(
        "model,input_usd_per_mtok,output_usd_per_mtok\ngpt-5,1.5,11\nclaude-*,2,9\n"
    )
    asks = "import langdock_usage as lu\nlu.open(database).cost_per_key(month)"
    write_notebook(new / "notebooks", "small", "database = ''\nmonth = ''", asks)
    shutil.copytree(new, three_days)
    period = Period(FIRST, FIRST + timedelta(days=2))
    for arguments in (
        ("fetch", "--from", f"{period.first}", "--to", f"{period.last}"),
        ("load", "corrected.csv"),
    ):
        done = forks.run(three_days, *arguments, sandbox=sandbox)
        assert done.status == 0, done.stderr
    return Begin(new, three_days, sandbox)


def loaded_export(folder: Path) -> str:
    """The export that was loaded by hand."""
    with duckdb.connect(folder / DATABASE, read_only=True) as connection:
        query = "select export_id from exports where source = 'corrected.csv'"
        [(export_id,)] = connection.execute(query).fetchall()
    return str(export_id)


def tables_of(folder: Path) -> Mapping[str, Mapping[Any, int]]:
    """The rows of every table of the database, and of the usage, without what depends on the run:
    moments, and from which day on it had to ask. In the place of an export's id stands its hash.
    """
    with duckdb.connect(folder / DATABASE, read_only=True) as connection:
        hashes = dict(connection.execute("select export_id, sha256 from exports").fetchall())
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
        found: dict[str, Mapping[Any, int]] = {}
        for name in ("usage", *(table for (table,) in tables)):
            table = connection.table(name)
            kept = [
                column
                for column, kind in zip(table.columns, table.types, strict=True)
                if kind != duckdb.sqltypes.TIMESTAMP_TZ and column != "asked_from"
            ]
            rows = table.select(*kept).fetchall()
            found[name] = Counter(tuple(hashes.get(cell, cell) for cell in row) for row in rows)
    return found


def files_in(folder: Path) -> Mapping[str, int]:
    """Every file, moments in their names left out."""
    return Counter(
        re.sub(r"\d{8}T\d{6}\.\d{6}Z", "MOMENT", str(path.relative_to(folder)))
        for path in folder.rglob("*")
        if path.is_file() or path.parent.name == "tmp"
    )
