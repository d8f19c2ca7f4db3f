"""The database in the DuckDB that other tools on people's machines bring: version 1.4."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.budgets import BUDGETS
from langdock_usage.raw.reference.kinds.expected import EXPECTED
from langdock_usage.raw.reference.kinds.invoices import INVOICES
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.raw.reference.kinds.prices import PRICES
from langdock_usage.raw.reference.kinds.rates import RATES
from langdock_usage.raw.reference.kinds.rates_used import RATES_USED
from langdock_usage.raw.reference.kinds.workspaces import WORKSPACES
from langdock_usage.raw.reference.reference_file import ReferenceFile
from langdock_usage.sql import VIEWS
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.data.example_data import HELPDESK, SEARCH, build_tiny

TABLES = (
    *("exports", "export_rows", "reference_loads"),
    *("loaded_key_owners", "loaded_workspace_names"),
)
STATED: dict[ReferenceFile[Any], str] = {
    BUDGETS: "scope,name,amount_usd\nteam,Product,10\n",
    EXPECTED: "first_day,last_day\n2026-10-01,2026-10-02\n",
    RATES: "day,currency,usd_per_unit\n2026-10-01,EUR,1.25\n",
    RATES_USED: "day,currency,usd,units,rate_day,source\n2026-10-01,EUR,1.25,1,2026-10-01,ECB\n",
    INVOICES: "period_start,period_end,amount,currency,number\n"
    "2026-10-01,2026-10-03,10.25,USD,R-1\n",
}
ASK = """
import sys, duckdb
database, read_only, *views = sys.argv[1:]
with duckdb.connect(database, read_only=read_only == "True") as connection:
    connection.execute("set TimeZone = 'UTC'")
    print(duckdb.__version__)
    for view in views:
        print([[str(value) for value in row] for row in
               connection.execute(f"from {view} order by all").fetchall()])
    print(connection.execute("select count(comment) from duckdb_columns()").fetchone())
"""
# takes an export in and dies before DuckDB has written its log into the file
KILLED = """
import os, sys
from pathlib import Path
from tests.support.data.databases import DatabaseBuilder, days
with DatabaseBuilder(Path(sys.argv[1])) as builder:
    builder.add(days("2026-11-03"), {"requests": "77"})
    os._exit(9)
"""


@pytest.fixture(scope="module")
def old_duckdb() -> Path:
    """The folder of a DuckDB 1.4, as `.ci/run` installs it."""
    folder = os.environ.get("OLD_DUCKDB")
    if not folder:
        pytest.skip(
            "no old DuckDB: pip install --target FOLDER 'duckdb==1.4.*', and OLD_DUCKDB=FOLDER"
        )
    return Path(folder)


def ask(database: Path, *, read_only: bool, folder: Path | None = None) -> list[str]:
    """The version of a DuckDB, all rows of all views, one view a line, and how many comments."""
    path = {} if folder is None else {"PYTHONPATH": str(folder)}
    asked = subprocess.run(
        [sys.executable, "-c", ASK, str(database), str(read_only), *TABLES, *VIEWS],
        env=os.environ | path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    return asked.stdout.splitlines()


def fill(database: Path) -> None:
    """A month with its days, a restated day, a rotated key: no view is empty."""
    build_tiny(database)
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-01", "2026-10-31"), SEARCH, HELPDESK, group_by=None)
        builder.moment = builder.moment.replace(month=12)
        builder.add(days("2026-10-02"), SEARCH, {**HELPDESK, "requests": "13"})
    keys = database.with_name("keys.csv")
    keys.write_text("api_key_id,team,successor_of\nkey_1,Product,\nkey_2,,key_1\n")
    load_file(KEYS, database, keys)
    for kind, text in STATED.items():
        file = database.with_name(f"{kind.name}.csv")
        file.write_text(text, encoding="utf-8")
        load_file(kind, database, file)
    workspaces = database.with_name("workspaces.csv")
    workspaces.write_text("org_id,name\norg_a,Example Ltd\n")
    load_file(WORKSPACES, database, workspaces)
    prices = database.with_name("prices.csv")
    prices.write_text("model,input_usd_per_mtok,output_usd_per_mtok\ngpt-5,1.5,12\n")
    load_file(PRICES, database, prices)


def test_every_view_answers_the_same_in_an_old_duckdb(old_duckdb: Path, tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    fill(database)
    version, *ours = ask(database, read_only=True)
    assert version == duckdb.__version__
    assert "[]" not in ours
    for read_only in (True, False):
        version, *theirs = ask(database, read_only=read_only, folder=old_duckdb)
        assert version.startswith("1.4.")
        assert theirs == ours
    # what the old one wrote is still ours, and what a killed writer leaves is still theirs
    killed = subprocess.run([sys.executable, "-c", KILLED, str(database)], check=False)
    assert killed.returncode == 9
    assert database.with_name("test.duckdb.wal").exists()
    _, *theirs = ask(database, read_only=True, folder=old_duckdb)
    assert "'77'" in theirs[1]
    assert theirs == ask(database, read_only=True)[1:]


def test_file_in_a_newer_format_stays_of_use_until_it_is_made_anew(
    old_duckdb: Path, tmp_path: Path
) -> None:
    """An earlier version made files that only DuckDB 2.0 opens."""
    database = tmp_path / "test.duckdb"
    duckdb.connect(database, config={"storage_compatibility_version": "latest"}).close()
    fill(database)
    with pytest.raises(AssertionError, match="Trying to read a database file with version"):
        ask(database, read_only=True, folder=old_duckdb)
    before = ask(database, read_only=True)[1:]
    rebuild(database, lambda *_: None)
    assert ask(database, read_only=True, folder=old_duckdb)[1:] == before
