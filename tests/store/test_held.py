"""A database that is held open: opening it again, and looking up again, takes no time."""

from pathlib import Path

import pytest

import langdock_usage as lu
from langdock_usage.errors import NoData
from langdock_usage.store.connection import hold_open, open_for_reading
from langdock_usage.store.held import look_up
from tests.support.data.databases import DatabaseBuilder, days


def test_what_is_looked_up_is_known_as_long_as_the_database_is_held(tmp_path: Path) -> None:
    database = tmp_path / "usage.duckdb"
    with DatabaseBuilder(database) as made:
        made.add(days("2026-10-01"), {})
    usage = lu.open(database)
    with hold_open(database) as first:
        found = look_up(first, "store/lookup/workspaces")
        assert found == [("org_a", "UTC")]
        with hold_open(database), open_for_reading(database) as second:
            assert look_up(second, "store/lookup/workspaces") is found
            assert second.execute("select current_setting('TimeZone')").fetchall() == [("UTC",)]
        with open_for_reading(database) as third:  # the inner block let nothing go
            assert look_up(third, "store/lookup/workspaces") is found
        assert usage.months() == ["2026-10"]
        with pytest.raises(NoData, match="2026-10-02"):
            usage.cost_per_key("2026-10-02")
    with DatabaseBuilder(database) as made:
        made.add(days("2026-10-02"), {})
    assert usage.months() == ["2026-10"]
    with hold_open(database) as again:
        assert look_up(again, "store/lookup/workspaces") is not found
        assert len(usage.cost_per_key("2026-10-02")) == 1
