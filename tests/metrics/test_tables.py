"""How a frame is shown: as people read it; and what the package shows of itself."""

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage.store.writing.store import Store

HOSTILE = "<img src=x onerror=alert(1)>"

FRAME = pd.DataFrame(
    {
        "org_id": ["org_a", "org_a", "org_a"],
        "api_key_id": ["key_1", "key_2", "key_3"],
        "api_key_name": ["Search", "Search", HOSTILE],
        "month": pd.to_datetime(["2026-10-01"] * 3),
        "first_day": pd.to_datetime(["2026-10-31"] * 3),
        "requests": pd.array([1234567, 0, None], dtype="Int64"),
        "total_cost_usd": [1234.5, 0.001, float("nan")],
        "change_usd": [Decimal("-20000"), Decimal("1.005"), None],
        "input_usd_per_mtok": [Decimal("2.5"), Decimal("15"), None],
        "cost_per_request_usd": [0.01234, 0.00001, None],
        "cache_hit_ratio": [0.1234, 1, None],
        "cache_hit_ratio_before": [0.5, 0, None],
        "former_names": [["a", HOSTILE], [], []],
        "share": [1234.567, 2, 3],
    }
)


def rows(html: str) -> list[list[str]]:
    """The text of each cell, row by row, headings first."""
    found = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in _lines(html)]
    return [[cell.replace("<wbr>", "") for cell in row] for row in found if row]


def _lines(html: str) -> list[str]:
    return [row.replace("\n", "") for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL)]


def test_numbers_read_as_what_they_are() -> None:
    head, first, second, third = rows(lu.table(FRAME).to_html())
    shown = [dict(zip(head, row, strict=True)) for row in (first, second, third)]
    escaped = "&lt;img src=x onerror=alert(1)&gt;"
    assert shown == [
        {
            "api_key_name": "Search (key_1)",
            "month": "2026-10",
            "first_day": "2026-10-31",
            "requests": "1,234,567",
            "total_cost_usd": "$1,234.50",
            "change_usd": "-$20,000.00",
            "input_usd_per_mtok": "$2.50",
            "cost_per_request_usd": "$0.0123",
            "cache_hit_ratio": "12.3%",
            "cache_hit_ratio_before": "50.0%",
            "former_names": f"a, {escaped}",
            "share": "1,234.57",
        },
        {
            "api_key_name": "Search (key_2)",
            "month": "2026-10",
            "first_day": "2026-10-31",
            "requests": "0",
            "total_cost_usd": "&lt;$0.01",
            "change_usd": "$1.00",
            "input_usd_per_mtok": "$15.00",
            "cost_per_request_usd": "&lt;$0.0001",
            "cache_hit_ratio": "100.0%",
            "cache_hit_ratio_before": "0.0%",
            "former_names": "",
            "share": "2.00",
        },
        {
            "api_key_name": escaped,
            "month": "2026-10",
            "first_day": "2026-10-31",
            **dict.fromkeys(("requests", "total_cost_usd", "change_usd"), "n/a"),
            **dict.fromkeys(("input_usd_per_mtok", "cost_per_request_usd"), "n/a"),
            **dict.fromkeys(("cache_hit_ratio", "cache_hit_ratio_before"), "n/a"),
            "former_names": "",
            "share": "3.00",
        },
    ]


def test_ids_stand_where_somebody_needs_them() -> None:
    assert rows(lu.table(FRAME.iloc[[0, 2]]).to_html())[1][0] == "Search"
    several = FRAME.assign(org_id=["org_a", "org_b", "org_b"])
    assert "org_id" in rows(lu.table(several).to_html())[0]
    assert "api_key_id" in rows(lu.table(FRAME[["api_key_id", "requests"]]).to_html())[0]
    assert list(FRAME.columns[:2]) == ["org_id", "api_key_id"], "the frame stays as it is"


def test_any_frame_is_shown_and_no_text_of_it_runs() -> None:
    long = "x" * 300
    hostile = pd.DataFrame({HOSTILE: [long]}, index=[HOSTILE])
    html = lu.table(hostile).to_html()
    assert "<img" not in html and long in html
    twice = pd.DataFrame([[1, 2]], columns=["a_usd", "a_usd"])
    assert rows(lu.table(twice).to_html()) == [["a_usd", "a_usd"], ["1", "2"]]
    assert len(rows(lu.table(FRAME.head(0)).to_html())) == 1
    assert lu.table(pd.DataFrame()).to_html()
    many = pd.concat([FRAME] * 500, ignore_index=True)
    html = lu.table(many).to_html()
    assert len(rows(html)) == 1 + 100 and "100 of 1,500 rows" in html


def test_comments_are_not_cut(tiny_database: Path) -> None:
    described = lu.open(tiny_database).describe("usage")
    html = lu.table(described).to_html()
    assert described["comment"].str.len().max() > 50
    for comment in described["comment"]:
        assert comment.replace("'", "&#39;") in html


def test_package_offers_what_is_public_and_changes_nothing() -> None:
    """In a process of its own: here, everything is imported already."""
    code = (
        "import sys, langdock_usage as lu\n"
        "print(sorted(dir(lu)), sorted({'altair', 'pandas'} & set(sys.modules)))\n"
        "print(lu.charts.cost_per_key.__module__.partition('.')[0])\n"
        "lu.nothing"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    names = "['Usage', '__version__', 'charts', 'errors', 'open', 'spark', 'table']"
    assert done.stdout.splitlines() == [f"{names} []", "langdock_usage"]
    assert "module 'langdock_usage' has no attribute 'nothing'" in done.stderr


def test_closed_usage_holds_nothing_and_still_answers(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    Store(database).__exit__(None, None, None)
    with lu.open(database) as usage:
        usage.close()
        usage.close()
        with Store(database):
            pass
    assert usage.months() == []


@pytest.mark.parametrize("name", ["Usage", "errors", "open", "table", "charts"])
def test_public_names_are_documented(name: str) -> None:
    assert getattr(lu, name).__doc__
