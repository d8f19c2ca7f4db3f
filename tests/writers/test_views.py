"""Views as files: every number exact, every type kept, and nothing that a spreadsheet would run."""

import csv
import zipfile
from codecs import BOM_UTF8
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

import langdock_usage as lu
from langdock_usage.errors import InvalidRequest, NoData
from langdock_usage.metrics.usage import Usage
from langdock_usage.sql import VIEWS
from langdock_usage.writers import views, xlsx
from tests.support.data.databases import DatabaseBuilder, days

# what no float holds, and what a float shows with noise
COSTS = ("0.1", "0.3", "4157.4", "9.1e-5", "0.000000000000000000000001", "123456789.000000001")
NAMES = ('=HYPERLINK("http://x")', "+49 30", "-1+1", "@SUM(A1)", "\tTab", 'Bü;ro, "x"\nzwei')


@pytest.fixture
def usage(tmp_path: Path) -> Usage:
    database = tmp_path / "data" / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        rows = [
            {"api_key_id": f"key_{n}", "api_key_name": name, "total_cost_usd": cost}
            for n, (cost, name) in enumerate(zip(COSTS, NAMES, strict=True))
        ]
        builder.add(days("2026-10-05"), *rows)
    return lu.open(database)


def test_csv(usage: Usage, tmp_path: Path) -> None:
    path = usage.export("daily_cost", tmp_path / "out.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    by_key = {row["api_key_id"]: row for row in rows}
    for n, (cost, name) in enumerate(zip(COSTS, NAMES, strict=True)):
        row = by_key[f"key_{n}"]
        assert row["total_cost_usd"] == f"{Decimal(cost):f}"
        assert row["api_key_name"] == (name if n == 5 else f"'{name}")
        assert row["day"] == "2026-10-05"
        assert row["sum_prompt_tokens"] == "100"


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_unknown_is_empty_in_a_csv(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-05"), {"no_cache_tokens": ""})
    path = lu.open(database).export("cost_per_key", tmp_path / "out.csv", "2026-10")
    assert path.read_text().splitlines()[1] == "2026-10-01,org_a,key_1,Search,10,1.5,,20,0.15,,"


def test_parquet_keeps_types_and_values(usage: Usage, tmp_path: Path) -> None:
    path = usage.export("daily_cost", tmp_path / "out.parquet")
    relation = duckdb.read_parquet(str(path))
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    assert types["day"] == "DATE"
    assert types["requests"] == "BIGINT"
    assert types["total_cost_usd"] == "DECIMAL(38,24)"
    rows = relation.order("api_key_id").fetchall()
    named = [dict(zip(relation.columns, row, strict=True)) for row in rows]
    assert [row["total_cost_usd"] for row in named] == [Decimal(cost) for cost in COSTS]
    assert [row["api_key_name"] for row in named] == list(NAMES)


def sheet_of(path: Path) -> list[dict[str, Any]]:
    rows = openpyxl.load_workbook(path).active.iter_rows()  # type: ignore[union-attr]
    names = [str(cell.value) for cell in next(rows)]
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_xlsx_keeps_types_and_runs_nothing(usage: Usage, tmp_path: Path) -> None:
    path = usage.export("daily_cost", tmp_path / "out.xlsx")
    by_key = {row["api_key_id"].value: row for row in sheet_of(path)}
    for n, (cost, name) in enumerate(zip(COSTS, NAMES, strict=True)):
        row = by_key[f"key_{n}"]
        assert row["api_key_name"].value == name
        assert row["total_cost_usd"].value == float(cost)
        assert row["api_key_name"].data_type == "s"
        assert row["api_key_name"].quotePrefix
        assert row["total_cost_usd"].data_type == "n"
        assert row["day"].value == datetime(2026, 10, 5)  # noqa: DTZ001
        assert row["requests"].value == 10
    with zipfile.ZipFile(path) as content:
        xml = content.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>0.000000000000000000000001</v>" in xml
    assert "<v>123456789.000000001</v>" in xml
    assert "<f>" not in xml


def test_xlsx_holds_no_more_rows_than_excel(
    usage: Usage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "MAX_XLSX_ROWS", 3)
    with pytest.raises(InvalidRequest, match=r"more rows than a sheet.*take Parquet"):
        usage.export("daily_cost", tmp_path / "out.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_xlsx_replaces_signs_that_it_cannot_hold(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-05"), {"api_key_name": "a\x1b[2Jb"})
    path = lu.open(database).export("usage", tmp_path / "out.xlsx")
    assert sheet_of(path)[0]["api_key_name"].value == "a\ufffd[2Jb"


@pytest.fixture(scope="module")
def tiny(tiny_database: Path) -> Usage:
    return lu.open(tiny_database)


@pytest.mark.parametrize("view", sorted(views.GRAINS))
def test_every_view_goes_into_every_format(tiny: Usage, view: str, tmp_path: Path) -> None:
    period = None if views.GRAINS[view] == "whole" else "2026-10"
    counts = set()
    for kind in views.FORMATS:
        path = tiny.export(view, tmp_path / f"out.{kind}", period)
        if kind == "xlsx":
            counts.add(len(sheet_of(path)))
        else:
            read = duckdb.read_csv if kind == "csv" else duckdb.read_parquet
            counts.add(read(str(path)).shape[0])
    assert len(counts) == 1


def test_every_view_can_be_taken_along() -> None:
    inner = {"monthly_usage", "exclusive_models", "usage_sums"}
    assert set(views.GRAINS) == (set(VIEWS) | {"exports", "counted_exports"}) - inner


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_period_and_workspace_are_cut_out(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-09-30"), {"requests": "1"})
        builder.add(days("2026-10-01"), {"requests": "2"})
        builder.add(days("2026-10-01"), {"requests": "4", "org_id": "org_b"})
        builder.add(days("2026-10-02"), {"requests": "8"})
    usage = lu.open(database)

    def requests(view: str, *period: Any, **options: Any) -> int:
        path = usage.export(view, tmp_path / "out.parquet", *period, overwrite=True, **options)
        return int(duckdb.read_parquet(str(path)).sum("requests").fetchall()[0][0])

    assert requests("usage") == 15
    assert requests("usage", "2026-10") == 14
    assert requests("usage", "2026-10", org="org_a") == 10
    assert requests("daily_cost", (date(2026, 9, 30), "2026-10-01")) == 7
    assert requests("cost_per_key", ("2026-09", "2026-10")) == 15
    with pytest.raises(InvalidRequest, match="cost_per_key goes by month; ask for whole months"):
        requests("cost_per_key", ("2026-10-01", "2026-10-15"))
    with pytest.raises(NoData, match="months available: 2026-09 to 2026-10"):
        requests("usage", "2025-01")


@pytest.mark.parametrize(
    ("view", "name", "period", "reason"),
    [
        ("cost_per_kye", "out.csv", None, "view='cost_per_kye': did you mean 'cost_per_key'"),
        ("usage; drop table exports", "out.csv", None, "view="),
        ("usage", "out.xls", None, "out.xls does not end in .csv, .parquet or .xlsx"),
        ("usage", "data/test.duckdb", None, "does not end in"),
        ("key_owners", "out.csv", "2026-10", "key_owners has no period; leave it out"),
        ("usage", "data/../data/raw/test/x.csv", None, "lies among the raw exports"),
    ],
)
def test_mistakes(
    usage: Usage, tmp_path: Path, view: str, name: str, period: str | None, reason: str
) -> None:
    with pytest.raises(InvalidRequest, match=reason):
        usage.export(view, tmp_path / name, period)


def test_what_was_known_at_a_moment_can_be_taken_along(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-05"), {"requests": "1"})
        then = builder.moment
        builder.add(days("2026-10-05"), {"requests": "2"})
    usage = lu.open(database).as_of(then)
    for kind in views.FORMATS:
        usage.export("daily_cost", tmp_path / f"out.{kind}")
    assert sheet_of(tmp_path / "out.xlsx")[0]["requests"].value == 1
    assert duckdb.read_parquet(str(tmp_path / "out.parquet")).fetchall()[0][5] == 1


def test_a_file_is_not_replaced_unless_asked_for(usage: Usage, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("mine")
    with pytest.raises(InvalidRequest, match="is there already"):
        usage.export("usage", path)
    assert path.read_text() == "mine"
    usage.export("usage", path, overwrite=True)
    assert path.read_bytes().startswith(BOM_UTF8 + b"org_id,")


@pytest.fixture
def two_months(tmp_path: Path) -> Usage:
    """Three keys in two months; in both the second is the costliest, and the first the least."""
    database = tmp_path / "data" / "months.duckdb"
    with DatabaseBuilder(database) as builder:
        for month, costs in (
            ("2026-09", ("1", "30.5", "2")),
            ("2026-10", ("9", "1234567.5", "10")),
        ):
            rows = [
                {"api_key_id": f"key_{n}", "api_key_name": "K" * 10**n, "total_cost_usd": cost}
                for n, cost in enumerate(costs)
            ]
            builder.add(days(f"{month}-05"), *rows)
    return lu.open(database)


def test_rows_go_by_month_and_of_each_the_costliest_first(two_months: Usage) -> None:
    expected = [
        *(("2026-09", key) for key in ("key_1", "key_2", "key_0")),
        *(("2026-10", key) for key in ("key_1", "key_2", "key_0")),
    ]
    for view in ("cost_per_key", "daily_cost", "usage"):
        path = two_months.export(view, two_months.path.with_name(f"{view}.csv"))
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        day = next(name for name in ("month", "day", "window_start") if name in rows[0])
        assert [(row[day][:7], row["api_key_id"]) for row in rows] == expected, view


def test_xlsx_is_fit_to_be_read(two_months: Usage) -> None:
    path = two_months.export("cost_per_key", two_months.path.with_name("out.xlsx"))
    sheet: Any = openpyxl.load_workbook(path).active
    heads = [cell.value for cell in sheet[1]]
    assert all(cell.font.bold for cell in sheet[1])
    assert not any(cell.font.bold for cell in sheet[2])
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:K7")
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == [
        *("key_1", "key_2", "key_0"),
        *("key_1", "key_2", "key_0"),
    ]
    formats = {head: cell.number_format for head, cell in zip(heads, sheet[2], strict=True)}
    assert formats == {
        "month": "yyyy-mm",
        "org_id": "General",
        "api_key_id": "General",
        "api_key_name": "General",
        "requests": "#,##0",
        "total_cost_usd": "#,##0.00####",
        "input_tokens": "#,##0",
        "sum_completion_tokens": "#,##0",
        "cost_per_request_usd": "#,##0.00####",
        "cache_hit_ratio": "0.0%",
        "cost_per_million_tokens_usd": "#,##0.00####",
    }
    widths = {head: sheet.column_dimensions[f"{chr(65 + n)}"].width for n, head in enumerate(heads)}
    # a head and its button, the longest value, and no more than can be read
    assert len("requests") < widths["requests"] <= len("requests") + 4
    assert widths["total_cost_usd"] > len("1,234,567.50")
    assert widths["api_key_name"] == 60


def test_xlsx_replaces_what_xml_cannot_hold(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-05"), {"api_key_name": "a\uffff\x00b"})
    path = lu.open(database).export("usage", tmp_path / "out.xlsx")
    assert sheet_of(path)[0]["api_key_name"].value == "a\ufffd\ufffdb"
