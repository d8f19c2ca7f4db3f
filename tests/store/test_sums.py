"""What is found out when exports and files come in is up to date, whatever happened since."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pandas.testing import assert_frame_equal

import langdock_usage as lu
from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.metrics.filters import Filters
from langdock_usage.raw.archive import Archive
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.sql import AS_TABLES, VIEWS, read_sql
from langdock_usage.store.connection import open_for_reading
from langdock_usage.store.own_usage import own_usage
from langdock_usage.store.writing.store import Store
from langdock_usage.windows import parse_month
from tests.support.data.awkward import ORGS, build_awkward
from tests.support.queries import rows

pytestmark = pytest.mark.filterwarnings(
    "ignore::langdock_usage.errors.IncompletePeriod", "ignore::langdock_usage.errors.LeftOut"
)

OF_KEYS = "org_id, api_key_id, api_key_name, chain_id, team, cost_center, owner"
# what is added up of any rows: all of them, and those whose tokens are known
MEASURES = """
    sum(requests), sum(total_cost_usd), sum(sum_prompt_tokens), sum(sum_completion_tokens),
    sum(cached_prompt_tokens), sum(cache_creation_tokens), sum(no_cache_tokens), sum(input_tokens),
    sum(cached_prompt_tokens) filter (where input_tokens is not null),
    sum(input_tokens + sum_completion_tokens),
    sum(total_cost_usd) filter (where input_tokens + sum_completion_tokens is not null)
"""


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("awkward") / "usage.duckdb"
    build_awkward(database)
    return database


def assert_sums_and_tables_are_up_to_date(database: Path) -> None:
    for groups, are_keys in ((OF_KEYS, "not null"), ("org_id, model", "null")):
        query = f"select export_id, window_start, window_end, month, {groups}, {MEASURES} from "
        of_rows = rows(database, f"{query} owned_usage group by all order by all")
        sums = f"(from usage_sums where api_key_id is {are_keys}) group by all order by all"
        assert rows(database, query + sums) == of_rows
        assert of_rows
    for table in AS_TABLES:
        now = rows(database, f"{read_sql(VIEWS[table])} order by all")
        assert rows(database, f"from {table} order by all") == now, table


def take_back(database: Path) -> None:
    with Store(database) as store:
        [(export_id,)] = rows_of(store, "where superseded_by is null and record_count > 9 limit 1")
        store.remove_export(export_id, list(Archive(database)))


def rows_of(store: Store, which: str) -> list[tuple[Any, ...]]:
    query = f"select export_id from (from exports order by export_id) {which}"
    return store._connection.execute(query).fetchall()


def make_old(database: Path) -> None:
    """As a version made it that did not add up, and had no tables that follow from others."""
    with duckdb.connect(database) as connection:
        connection.execute("drop table export_sums")
        for table in AS_TABLES:
            connection.execute(f"drop table {table}")
            connection.execute(f"create view {table} as {read_sql(VIEWS[table])}")
        connection.execute("update schema_version set sha256 = 'another'")
    Store(database).__exit__(None, None, None)


def give_away(database: Path) -> None:
    keys = database.with_name("keys.csv")
    keys.write_text("api_key_id,team,successor_of\nkey_2,Sales,\nkey_3,,key_2\n", encoding="utf-8")
    load_file(KEYS, database, keys)


@pytest.mark.parametrize(
    "change",
    [lambda _: None, take_back, make_old, give_away, lambda file: rebuild(file, lambda *_: None)],
)
def test_sums_are_those_of_the_rows(
    awkward: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    database = Path(shutil.copytree(awkward.parent, tmp_path / "data")) / awkward.name
    change(database)
    assert_sums_and_tables_are_up_to_date(database)


def test_sums_of_a_moment_and_of_a_team_are_those_of_their_rows(
    awkward: Path, tmp_path: Path
) -> None:
    received = rows(awkward, "select quantile_disc(fetched_at, 0.5), max(fetched_at) from exports")
    then, now = map(lu.open(awkward).as_of, received[0])
    sums = "select sum(total_cost_usd) as cost from usage_sums where api_key_id is"
    costs = [
        usage.sql("select sum(total_cost_usd) as cost from usage", exact=True)["cost"].item()
        for usage in (then, now)
    ]
    assert 0 < costs[0] < costs[1]
    for which in ("null", "not null"):
        assert then.sql(f"{sums} {which}", exact=True)["cost"].item() == costs[0]
    with own_usage(awkward, "team", ORGS[0], parse_month("2026-10")) as own:
        own.write("Product", tmp_path / "own.duckdb")
    assert_sums_and_tables_are_up_to_date(tmp_path / "own.duckdb")


@pytest.mark.parametrize("asked", [{"team": ["Product", "unassigned"]}, {"model": "*clusive"}])
def test_questions_answer_the_same_from_sums_and_from_rows(
    awkward: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]
) -> None:
    usage = lu.open(awkward)
    months = "2026-09", "2026-10"
    grouped: Any = (
        (usage.compare, months, (None, "key", "model")),
        (usage.monthly_cost, (), (None, "chain", "model", "team")),
        (usage.cost_per_period, months[1:], (None, "model")),
        (usage.cache_efficiency, (months,), ("key", "model")),
        (usage.forecast, months[1:], (None,)),
    )

    def answers() -> dict[str, Any]:
        found = {
            f"{ask.__name__} by {by}": ask(*about, by=by, exact=True, **asked)
            for ask, about, groups in grouped
            for by in groups
        }
        views = usage.cost_per_key, usage.cost_per_model, usage.cost_per_cost_center
        for ask in (*views, usage.cost_per_key_and_model, usage.keys, usage.anomalies):
            found[ask.__name__] = ask("2026-10", exact=True, **asked)
        return found

    with open_for_reading(awkward):  # all the while: each question is answered sooner
        from_sums = answers()
        monkeypatch.setattr(Filters, "sums", lambda *_: "")
        for name, frame in answers().items():
            assert_frame_equal(from_sums[name], frame, check_exact=True, obj=name)
