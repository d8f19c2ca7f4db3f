"""Exports downloaded by hand: every shape they come in, and what loading them changes."""

import gzip
import hashlib
from datetime import date
from pathlib import Path

import pytest

from langdock_usage.ingest.rebuild import rebuild
from langdock_usage.raw.exports import COLUMNS
from langdock_usage.windows import Period
from tests.support.data.databases import csv_of, days
from tests.support.loading import OCTOBER, errors, file_of, load_into
from tests.support.queries import rows


def test_ungrouped_plain_gzip_bom_crlf_and_any_order(database: Path, tmp_path: Path) -> None:
    columns = [c for c in reversed(COLUMNS) if c != "model"]
    content = csv_of([{}], days("2026-09-01", "2026-09-30"), columns=[*columns, "region"])
    crlf = b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")
    files = [
        file_of(tmp_path, gzip.compress(crlf), "september.csv.gz"),
        file_of(tmp_path, gzip.compress(csv_of([{}], OCTOBER)), "no-suffix"),
    ]
    loaded = load_into(database, *files)
    assert errors(loaded) == []
    assert loaded[0].added
    assert loaded[0].added.unknown_columns == ("region",)
    assert rows(database, "select window_start, model from usage order by 1") == [
        (date(2026, 9, 1), None),
        (date(2026, 10, 1), "gpt-5"),
    ]


def test_same_file_twice_changes_nothing(database: Path, tmp_path: Path) -> None:
    file = file_of(tmp_path, csv_of([{}], OCTOBER))
    packed = file_of(tmp_path, gzip.compress(file.read_bytes()), "october.csv.gz")
    load_into(database, file)
    before = rows(database, "from exports")
    again = load_into(database, file, packed)
    assert [one.already for one in again] == [before[0][0]] * 2
    assert rows(database, "from exports") == before


def test_corrected_file_supersedes_the_first(database: Path, tmp_path: Path) -> None:
    load_into(database, file_of(tmp_path, csv_of([{"requests": "1"}], OCTOBER)))
    load_into(database, file_of(tmp_path, csv_of([{"requests": "2"}], OCTOBER)))
    assert rows(database, "select requests from usage") == [(2,)]
    assert rows(database, "select requests_before, requests_after from restatements") == [(1, 2)]


def test_bad_files_are_named_and_good_ones_taken_in(database: Path, tmp_path: Path) -> None:
    files = [
        file_of(tmp_path, csv_of([{"requests": "x"}], OCTOBER), "bad.csv"),
        file_of(tmp_path, csv_of([{}], OCTOBER), "good.csv"),
        tmp_path / "missing.csv",
        file_of(tmp_path, csv_of([{}], days("2026-10-20", "2026-11-05")), "overlap.csv"),
        file_of(tmp_path, csv_of([], OCTOBER), "header.csv"),
        file_of(tmp_path, gzip.compress(csv_of([{}], OCTOBER))[:-20], "cut.csv.gz"),
    ]
    loaded = load_into(database, *files)
    assert [one.error is None for one in loaded] == [False, True, False, False, False, False]
    told = errors(loaded)
    for file, reason, line in zip(
        [f for f in files if f.name != "good.csv"],
        ["line 2: requests is 'x'", "No such file", "overlaps", "no rows", "not a CSV"],
        told,
        strict=True,
    ):
        assert str(file) in line
        assert reason in line
    assert rows(database, "select count(*) from exports") == [(1,)]
    kept = [path for path in (tmp_path / "raw" / "test").iterdir() if path.is_file()]
    assert len(kept) == 2


def test_raw_copy_is_the_file_and_rebuild_uses_it(database: Path, tmp_path: Path) -> None:
    file = file_of(tmp_path, csv_of([{}], OCTOBER))
    content = file.read_bytes()
    load_into(database, file)
    before = [rows(database, f"from {table}") for table in ("exports", "export_rows")]
    file.unlink()
    [copy] = (tmp_path / "raw" / "test").glob("*.csv*")
    assert copy.suffix == ".gz"
    assert gzip.decompress(copy.read_bytes()) == content
    [(sha256,)] = rows(database, "select sha256 from exports")
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert rebuild(database, lambda *_: None).export_count == 1
    assert [rows(database, f"from {table}") for table in ("exports", "export_rows")] == before


def test_raw_copies_are_compressed_and_the_same_file_makes_the_same_copy(tmp_path: Path) -> None:
    content = csv_of([{"api_key_id": f"key_{n}"} for n in range(20_000)], OCTOBER)
    packed = gzip.compress(content, compresslevel=2)
    copies = {}
    for name, given in (("a.csv", content), ("b.csv", content), ("c.csv.gz", packed)):
        database = tmp_path / f"{name}.duckdb"
        load_into(database, file_of(tmp_path, given, name))
        [copy] = (tmp_path / "raw" / name).glob("*.csv*")
        copies[name] = copy.read_bytes()
    assert copies["a.csv"] == copies["b.csv"]
    assert len(copies["a.csv"]) < len(content) / 5
    assert gzip.decompress(copies["a.csv"]) == content
    assert copies["c.csv.gz"] == packed


def test_file_in_the_raw_folder_itself_is_not_swept_away(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "raw" / "test"
    folder.mkdir(parents=True)
    file = file_of(folder, csv_of([{}], OCTOBER), "october-from-admin.csv")
    assert errors(load_into(database, file)) == []
    assert file.exists()


def test_folder_names_are_not_columns(tmp_path: Path) -> None:
    """DuckDB reads `model=prod/` in a path as a column."""
    database = tmp_path / "model=prod" / "requests=7" / "test.duckdb"
    load_into(database, file_of(tmp_path, csv_of([{}], OCTOBER)))
    assert rows(database, "select model, requests from usage") == [("gpt-5", 10)]


def test_damaged_files_and_dates_at_the_end_of_time_stop_nothing(
    database: Path, tmp_path: Path
) -> None:
    packed = bytearray(gzip.compress(csv_of([{}], OCTOBER)))
    packed[40] ^= 255
    late = csv_of([{}], OCTOBER).replace(b"2026-10-31", b"9999-12-31")
    files = [
        file_of(tmp_path, bytes(packed), "damaged.csv.gz"),
        file_of(tmp_path, late, "late.csv"),
        file_of(tmp_path, csv_of([{}], OCTOBER), "good.csv"),
    ]
    loaded = load_into(database, *files)
    assert [one.error is None for one in loaded] == [False, False, True]
    assert [file.name in line for file, line in zip(files, errors(loaded), strict=False)] == [
        True,
        True,
    ]


def test_kept_export_that_is_damaged_is_set_aside_and_told(database: Path, tmp_path: Path) -> None:
    load_into(database, file_of(tmp_path, csv_of([{}], OCTOBER)))
    [copy] = (tmp_path / "raw" / "test").glob("*.csv.gz")
    copy.write_bytes(b"not what was received")
    database.unlink()
    other = file_of(tmp_path, csv_of([{}], days("2026-09-01", "2026-09-30")), "september.csv")
    told, good = load_into(database, other)
    assert "not as it was received" in str(told)
    assert good.added
    assert (tmp_path / "raw" / "test" / "refused" / copy.name).exists()


def test_rebuild_mends_a_damaged_file(database: Path, tmp_path: Path) -> None:
    load_into(database, file_of(tmp_path, csv_of([{}], OCTOBER)))
    before = rows(database, "from usage")
    rebuild(database, lambda *_: None)
    assert rows(database, "from usage") == before
    database.write_bytes(b"no database any more")
    rebuild(database, lambda *_: None)
    assert rows(database, "from usage") == before
    assert not list(tmp_path.glob("*.damaged"))  # the new one holds all that is known


def test_longer_file_gives_way_to_the_days_that_cover_it(database: Path, tmp_path: Path) -> None:
    window = days("2026-10-01", "2026-10-03")
    load_into(database, file_of(tmp_path, csv_of([{"requests": "30"}], window)))
    for day in window.days():
        one = Period(day, day)
        assert rows(database, "select sum(requests) from usage") == [(30,)]
        load_into(database, file_of(tmp_path, csv_of([{"requests": "9"}], one), f"{day}.csv"))
    assert rows(database, "select sum(requests) from usage") == [(27,)]


def test_what_a_load_changes_is_a_warning(database: Path, tmp_path: Path) -> None:
    october = file_of(tmp_path, csv_of([{"total_cost_usd": "5"}], OCTOBER))
    stale = file_of(tmp_path, csv_of([{"total_cost_usd": "1.25"}], OCTOBER), "stale.csv")
    [loaded] = load_into(database, october, timezone="UTC")
    assert loaded.warnings == ()
    [loaded] = load_into(database, stale, timezone="UTC")
    assert loaded.warnings == (
        f"{stale}: what counts in 2026-10-01 to 2026-10-31 cost 5 USD before, 1.25 now.",
    )
    same_cost = csv_of([{"total_cost_usd": "1.25", "requests": "11"}], OCTOBER)
    [loaded] = load_into(database, file_of(tmp_path, same_cost, "same.csv"), timezone="UTC")
    assert [text.partition(" 2026-10-31 ")[2] for text in loaded.warnings] == [
        "had 10 requests before, 11 now."
    ]


def test_file_that_was_superseded_is_said_not_to_count(database: Path, tmp_path: Path) -> None:
    first = file_of(tmp_path, csv_of([{"total_cost_usd": "5"}], OCTOBER))
    newer = file_of(tmp_path, csv_of([{"total_cost_usd": "6"}], OCTOBER), "newer.csv")
    loaded = load_into(database, first, newer, newer, first, timezone="UTC")
    assert [one.already is not None for one in loaded] == [False, False, True, True]
    assert loaded[2].warnings == ()
    assert loaded[3].warnings == (
        f"{first}: another export of 2026-10-01 to 2026-10-31 counts, a newer or a finer one.",
    )
    assert rows(database, "select sum(total_cost_usd) from usage") == [(6,)]


def test_a_load_says_what_it_changes_and_when_it_does_not_count(
    database: Path, tmp_path: Path
) -> None:
    some_days = [Period(day, day) for day in OCTOBER.days()][:20]
    for window in some_days:
        csv = csv_of([{"total_cost_usd": "1"}], window)
        load_into(database, file_of(tmp_path, csv, f"{window}.csv"), timezone="UTC")
    month = file_of(tmp_path, csv_of([{"total_cost_usd": "5"}], OCTOBER), "month.csv")
    [loaded] = load_into(database, month, timezone="UTC")  # 20 days of 31 do not cover it
    assert [text.split(": ")[1] for text in loaded.warnings] == [
        "what counts in 2026-10-01 to 2026-10-31 cost 20 USD before, 5 now; "
        "had 200 requests before, 10 now; covered 20 days before, 31 now."
    ]
    ungrouped = [column for column in COLUMNS if column != "model"]
    total = csv_of([{"total_cost_usd": "50"}], OCTOBER, columns=ungrouped)
    [loaded] = load_into(database, file_of(tmp_path, total, "total.csv"), timezone="UTC")
    assert ["count in its place" in text for text in loaded.warnings] == [True]
    assert rows(database, "select sum(total_cost_usd) from usage") == [(5,)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (csv_of([{}], OCTOBER).replace(b",", b";"), "separated by semicolons, as Excel writes"),
        (b"PK\x03\x04xl/workbook.xml", "an Excel workbook or a ZIP archive"),
    ],
)
def test_files_of_an_office_are_refused_by_name(
    content: bytes, reason: str, database: Path, tmp_path: Path
) -> None:
    [error] = errors(load_into(database, file_of(tmp_path, content)))
    assert reason in error
    assert "as it was downloaded" in error
