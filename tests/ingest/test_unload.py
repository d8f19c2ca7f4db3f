"""Taking back what was loaded by mistake: the database is as if it had never been loaded."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from langdock_usage.errors import DatabaseMissing, InvalidRequest, StoreError
from langdock_usage.ingest.load import load
from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.ingest.unload import unload
from langdock_usage.raw.archive import UNLOADED, Archive
from langdock_usage.store.writing.store import Store
from langdock_usage.windows import Period
from tests.support.command import assert_refused, call
from tests.support.data.databases import DatabaseBuilder, csv_of, days
from tests.support.queries import rows

API = "https://api.example.com"
OCTOBER_5 = days("2026-10-05")


@dataclass(frozen=True)
class Step:
    """An export that comes in; without requests, a day without usage."""

    window: Period
    requests: int | None
    source: str
    group_by: str | None = "model"
    org_id: str | None = "org_a"


def play(database: Path, steps: Iterable[tuple[int, Step]]) -> list[str]:
    """Take the numbered steps in, each at its minute; the ids of their exports."""
    ids = []
    with DatabaseBuilder(database) as builder:
        for minute, step in steps:
            found = builder.store._connection.execute(
                "select export_id from exports where superseded_by is null and record_count > 0 "
                "and window_start = ? and window_end = ? and group_by = 'model'",
                [step.window.first, step.window.last],
            ).fetchone()
            empty = step.requests is None
            added = builder.add(
                step.window,
                *([] if empty else [{"requests": str(step.requests)}]),
                group_by=step.group_by,
                received=datetime(2026, 11, 1, 12, minute, tzinfo=UTC),
                source=step.source,
                org_id=step.org_id,
                # a settled day is not erased by an empty answer
                yields_to=found[0] if found and empty else None,
            )
            ids.append(added.export_id)
    return ids


def tables(database: Path) -> list[list[tuple[Any, ...]]]:
    return [rows(database, f"from {table} order by all") for table in ("exports", "export_rows")]


def any_steps(seed: int) -> list[Step]:
    chance = random.Random(seed)
    windows = [days("2026-10-01"), days("2026-10-02"), days("2026-10-01", "2026-10-02")]
    steps = [Step(days("2026-09-30"), None, API, org_id=None)]
    for number in range(9):
        window = chance.choice(windows)
        source = chance.choice([API, f"file {number}.csv", f"https:{number}"])
        empty = source == API and chance.random() < 0.4
        group_by = None if len(window) > 1 and not empty else "model"
        steps.append(Step(window, None if empty else number, source, group_by))
    return steps


@pytest.mark.parametrize("seed", range(2))
def test_database_is_as_if_it_had_never_been_loaded(tmp_path: Path, seed: int) -> None:
    """Several supersessions in a row, days without usage, a workspace that the file named."""
    database = tmp_path / "all.duckdb"
    steps = list(enumerate(any_steps(seed)))
    ids = play(database, steps)
    one_by_one = tables(database)
    rebuild(database, lambda *_: None)  # all at once
    assert tables(database) == one_by_one
    loaded = [n for n, step in steps if step.source != API]
    for place, n in enumerate(loaded):
        unload(database, ids[n])
        if place in (0, 1, len(loaded) - 1):
            never = tmp_path / f"without {place}.duckdb"
            play(never, [(m, step) for m, step in steps if m not in loaded[: place + 1]])
            assert tables(database) == tables(never)
    rebuild(database, lambda *_: None)
    assert tables(database) == tables(never)


def test_what_the_file_superseded_counts_again(tmp_path: Path) -> None:
    database = tmp_path / "data" / "test.duckdb"
    good, mistake, later = play(
        database,
        enumerate(Step(OCTOBER_5, n, source) for n, source in ((1, API), (2, "a.csv"), (3, API))),
    )
    done = call(tmp_path, "unload", mistake, "--db", "data/test.duckdb")
    assert (done.returncode, done.stderr) == (0, "")
    kept = Path("data") / "raw" / "test" / UNLOADED / f"{mistake}.csv.gz"
    assert done.stdout == (
        f"Took back a.csv, the export {mistake}; it is kept as {kept}. "
        "What counts in 2026-10-05 is as before.\n"
    )
    assert (tmp_path / kept).exists()
    assert rows(database, "select export_id, superseded_by from exports order by 1") == [
        (good, later),
        (later, None),
    ]


def test_only_what_was_loaded_can_be_taken_back(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    with pytest.raises(DatabaseMissing):
        unload(database, "x")
    assert not database.exists()
    fetched, mine = play(
        database, enumerate([Step(OCTOBER_5, 1, API), Step(days("2026-10-06"), 2, "mine.csv")])
    )
    before = tables(database)
    assert_refused(
        call(tmp_path, "unload", fetched, "--db", "test.duckdb"),
        2,
        f"{fetched} was fetched from {API}; only what was loaded by hand",
    )
    with pytest.raises(InvalidRequest, match=rf"no loaded export '{mine}x'; did you mean '{mine}'"):
        unload(database, mine + "x")
    (Archive(database).folder / f"{fetched}.json").unlink()
    with pytest.raises(StoreError, match=f"1 exports of .* have no raw file .*{fetched}"):
        unload(database, mine)
    assert tables(database) == before


@pytest.mark.parametrize("last_words", ["json", "csv"])
def test_process_that_dies_on_the_way_leaves_one_of_two_states(
    tmp_path: Path, last_words: str
) -> None:
    """It died after it had moved the JSON, or the CSV as well; the next run goes on from there."""
    database, never = tmp_path / "test.duckdb", tmp_path / "never.duckdb"
    steps = [Step(OCTOBER_5, 1, API), Step(OCTOBER_5, 2, "a.csv")]
    _, mistake = play(database, enumerate(steps))
    play(never, [(0, steps[0])])
    archive = Archive(database)
    (archive.folder / UNLOADED).mkdir()
    for name in [f"{mistake}.json", f"{mistake}.csv.gz"][: 1 if last_words == "json" else 2]:
        (archive.folder / name).rename(archive.folder / UNLOADED / name)
    with Store(database) as store:
        assert list(load(store, [])) == []
    assert tables(database) == tables(never)
    assert len(list((archive.folder / UNLOADED).iterdir())) == 2
    assert len(list(archive.folder.glob("20*.*"))) == 2
    with pytest.raises(InvalidRequest, match="was taken back already"):
        unload(database, mistake)


def test_file_can_be_loaded_again_into_another_zone(tmp_path: Path) -> None:
    """The only file of a workspace took its zone with it."""
    database = tmp_path / "test.duckdb"
    file = tmp_path / "october.csv"
    october = days("2026-10-01", "2026-10-31")
    file.write_bytes(csv_of([{"total_cost_usd": "5"}], october, timezone="Europe/Berlin"))
    with Store(database) as store:
        [loaded] = load(store, [file])
    assert loaded.added
    assert loaded.added.export_id in str(loaded)
    assert str(unload(database, loaded.added.export_id)).endswith(
        "cost 5 USD before, 0 now; had 10 requests before, 0 now; covered 32 days before, 0 now."
    )
    with Store(database) as store:
        [loaded] = load(store, [file], timezone="Europe/Berlin")
    assert loaded.window == october
