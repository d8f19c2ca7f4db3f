"""A rebuild that meets damaged raw files: all are named, and left out only on request."""

from pathlib import Path
from typing import Any

import pytest

from langdock_usage.errors import NoData
from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.raw.archive import Archive
from langdock_usage.windows import Period
from tests.support.command import assert_refused, call
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.queries import rows


def add(database: Path, *exports: tuple[Period, str]) -> list[str]:
    """Exports with so many requests; their ids."""
    with DatabaseBuilder(database) as builder:
        return [
            builder.add(window, {"requests": requests}).export_id for window, requests in exports
        ]


def listing(folder: Path) -> list[tuple[str, bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return sorted((path.name, path.read_bytes()) for path in files)


def test_damaged_files_are_all_named_and_set_aside_on_request(
    database: Path, tmp_path: Path
) -> None:
    """A changed CSV, a lost one, one cut short, a JSON that is none; two others are whole."""
    one, two, three, four = (days(f"2026-10-0{n}") for n in (1, 2, 3, 4))
    both = days("2026-10-01", "2026-10-02")
    older, changed, lost, whole, cut, unknown = add(
        database, (one, "1"), (one, "10"), (two, "2"), (three, "3"), (both, "5"), (four, "4")
    )
    folder = Archive(database).folder
    (folder / f"{changed}.csv.gz").write_bytes(b"not what was received")
    (folder / f"{lost}.csv.gz").unlink()
    packed = (folder / f"{cut}.csv.gz").read_bytes()
    (folder / f"{cut}.csv.gz").write_bytes(packed[:-20])
    (folder / f"{unknown}.json").write_text("{}")
    before = listing(tmp_path)

    refused = call(tmp_path, "rebuild", "--db", "test.duckdb")
    assert_refused(refused, 1, "4 raw files are damaged, and nothing was changed.*--skip-damaged")
    for damaged in (changed, lost, cut, unknown):
        assert damaged in refused.stderr
    assert older not in refused.stderr and whole not in refused.stderr
    assert listing(tmp_path) == before

    done = call(tmp_path, "rebuild", "--skip-damaged", "--db", "test.duckdb")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Rebuilt test.duckdb from 2 raw exports.\n"
    told = [line for line in done.stderr.splitlines() if line.startswith("Warning: ")]
    for damaged, what_follows in {
        changed: f"of 2026-10-01, the older export {older} counts again.",
        lost: "2026-10-02 is missing now; load it again.",
        cut: "2026-10-02 is missing now; load it again.",
        unknown: "what it said is not known any more.",
    }.items():
        [line] = [line for line in told if damaged in line]
        assert line.endswith(what_follows)
        assert "refused" in line
    assert rows(database, "select requests from usage order by all") == [(1,), (3,)]
    names = {path.name for path in (folder / "refused").iterdir()}
    assert names == {
        *(f"{damaged}.json" for damaged in (changed, lost, cut, unknown)),
        *(f"{damaged}.csv.gz" for damaged in (changed, cut, unknown)),
    }
    # what is left is whole
    assert rebuild(database, lambda *_: None).export_count == 2


def test_other_exports_may_cover_what_was_damaged(database: Path) -> None:
    both = days("2026-10-01", "2026-10-02")
    [total, *_] = add(database, (both, "9"), (days("2026-10-01"), "4"), (days("2026-10-02"), "5"))
    before: list[Any] = rows(database, "from usage order by all")
    folder = Archive(database).folder
    (folder / f"{total}.csv.gz").write_bytes(b"")
    [told] = rebuild(database, lambda *_: None, skip_damaged=True).left_out
    assert told.endswith("other exports cover it.")
    assert rows(database, "from usage order by all") == before


def test_nothing_is_made_of_damaged_files_alone(database: Path) -> None:
    [only] = add(database, (days("2026-10-01"), "9"))
    path = Archive(database).folder / f"{only}.csv.gz"
    path.write_bytes(b"")
    with pytest.raises(NoData, match="no intact raw exports"):
        rebuild(database, lambda *_: None, skip_damaged=True)
    assert path.exists()
    assert rows(database, "select requests from usage") == [(9,)]


def test_empty_answer_outlives_the_export_that_it_did_not_erase(database: Path) -> None:
    """The day is without usage, then, as the service says; not unknown."""
    [usage] = add(database, (days("2026-10-01"), "9"))
    archive = Archive(database)
    [raw] = archive
    archive.keep(
        None,
        window=raw.window,
        timezone=raw.timezone,
        group_by=raw.group_by,
        fetched_at=raw.fetched_at.replace(hour=20),
        source=raw.source,
        org_id="org_a",
        yields_to=usage,
    )
    (archive.folder / f"{usage}.csv.gz").write_bytes(b"")
    rebuild(database, lambda *_: None, skip_damaged=True)
    assert rows(database, "select count(*) from stored_days") == [(1,)]
    assert rows(database, "from usage") == []
