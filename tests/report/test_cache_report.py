"""What reports say of caching and prices, in the notebook of its own and in the monthly report."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import langdock_usage as lu
from langdock_usage.report.previous_report import price_book_of, summary_of_report
from tests.support.data.databases import ROW
from tests.support.data.priced import build, exclusive, inclusive
from tests.support.pages.quick import NOTEBOOK, quick_report
from tests.support.pages.report_html import tables_of, visible_text

CACHE_REPORT = NOTEBOOK.with_name("cache_report.ipynb")
MILLION = 1_000_000
D = Decimal


def haiku(name: str, uncached: int, reads: int, writes: int, cost: str) -> dict[str, str]:
    """Millions of tokens at 1, read at 0.1, written at 1.25 or for an hour at 2, output at 5."""
    counts = (uncached * MILLION, reads * MILLION, writes * MILLION, MILLION)
    row = exclusive(*counts, model="claude-haiku-4-5", total_cost_usd=cost)
    return {**row, "api_key_id": name, "api_key_name": f"<b>{name}</b>", "requests": "10000"}


def embeddings(name: str, cost: str) -> dict[str, str]:
    """The costliest key, of a model that cannot cache."""
    row = inclusive(MILLION, 0, 0, 0, model="text-embedding-3-small", total_cost_usd=cost)
    return {**row, "api_key_id": name, "api_key_name": name}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("caching")
    yield build(
        folder,
        # as listed: writes add 200 * 0.25 = 50, and nothing is read
        haiku("Writer", 10, 0, 200, "265"),
        # as listed: 60 million tokens read save 0.9 each
        haiku("Best", 40, 60, 0, "51"),
        # 60 % of 155 are 93: 53 million more, at 0.9
        haiku("Little", 115, 40, 0, "124"),
        embeddings("Vectors", "0.02"),
        {**embeddings("Costly vectors", "700"), "model": "text-embedding-3-large"},
        {**inclusive(MILLION, 0, 0, 0, total_cost_usd="7"), "model": "ours"},
    ).path


def test_the_monthly_report_begins_its_caching_with_what_to_do(
    database: Path, tmp_path: Path
) -> None:
    html = quick_report(database, "2026-10", tmp_path / "report.html").read_text()
    text = visible_text(html).replace("|", "")
    for said in (
        "<b>Writer</b> writes 200 M tokens on claude-haiku-4-5 into the cache and reads none",
        "it pays $50.00 a month for nothing",
        "Certain: the reported cost agrees with the price book. Check it in: What caching saved",
        "<b>Little</b> reads 25.8% of its input",
        "similar keys 60.0%: with as much it would save up to $47.70 a month",
        # 60 + 40 million read save 0.9 each, writes add 200 * 0.25 or 200 * 1
        "between a loss of $110.00 and a saving of $40.00",
        "Wasted: $50.00,",
        # Writer would read more, too, but what it loses is counted as wasted already
        "Not realised: up to $47.70,",
        "a part that stands for 99.4% of the cost",
    ):
        assert said in " ".join(text.replace("&lt;", "<").replace("&gt;", ">").split()), said
    assert "<b>Writer" not in html
    saved = tables_of(html)["cache-savings"]
    assert D("-50") in saved.column("Saved by caching, at most")
    unrealised = tables_of(html)["unrealised-savings"].column("Would save up to")
    assert unrealised == [D("47.7")]
    # of the embeddings, which cost more, nobody says that caching would pay
    assert re.search(r"a ratio below one half is \S*Writer", html)


def test_the_cache_report_shows_savings_checks_and_prices(database: Path, tmp_path: Path) -> None:
    html = quick_report(
        database, "2026-10", tmp_path / "report.html", "de", CACHE_REPORT
    ).read_text()
    text = visible_text(html).replace("|", "")
    assert "Caching und Preise im Oktober 2026" in text
    assert "mit claude-haiku-4-5 200 Mio. Token in den Cache und liest keines davon" in text
    tables = tables_of(html)
    keys = tables["cache-savings-keys"]
    assert len(keys.rows) == 6
    # 60 * 0.9, 40 * 0.9; writes add 50 to 200
    assert {D(54), D(36), D(-50)} <= set(keys.column("Durch Caching gespart, höchstens"))
    checked = tables["price-check"]
    place = checked.heads.index("Befund")
    # the kind of writes follows from 265, the least that 10 + 200 * 1.25 + 5 can be
    inferred = tables["cache-writes-inferred"]
    assert inferred.column("Anteil einstündiger Schreibvorgänge") == [0]
    assert inferred.column("Durch Caching gespart, erschlossen") == [D(-50)]
    # text-embedding-3-large costs 0.13 a million, its small sibling 0.02
    moved = r"mit text-embedding-3-small statt text-embedding-3-large 0,11\s\$ weniger gekostet"
    assert re.search(moved, text)
    [row] = tables["what-if"].rows
    assert row[-2:] == ["-0.11", "-0.11"]
    # the most money in question first: 700 for 0.13 by the list
    assert [row[place] for row in checked.rows][:2] == ["darüber", "kein Preis"]
    [unknown] = tables["unknown-prices"].rows
    assert unknown == ["ours", "7"]
    prices = tables["prices"]
    [of_haiku] = [row for row in prices.rows if row[0] == "claude-haiku-4-5"]
    assert of_haiku[1:6] == ["1", "5", "0.1", "1.25", "2"]
    [book] = tables["price-book"].rows
    assert len(book[-1]) == 64


@pytest.mark.parametrize("notebook", [NOTEBOOK, CACHE_REPORT])
def test_a_report_says_which_price_book_it_used_and_that_the_one_before_used_another(
    database: Path, tmp_path: Path, notebook: Path
) -> None:
    html = quick_report(database, "2026-10", tmp_path / "one.html", notebook_file=notebook)
    text = visible_text(html.read_text())
    assert "Amounts by the price book rest on book 1: " in text
    assert "rested on another price book" not in text
    used = lu.open(database).prices(org="org_a").attrs["price_book"]
    older = {"book": 7, "list_version": "0.0.1", "sha256": "of the older one"}
    for before, is_other in ((used, False), (older, True)):
        again = quick_report(
            database,
            "2026-10",
            tmp_path / "again.html",
            notebook_file=notebook,
            earlier_price_book=before,
        )
        text = visible_text(again.read_text())
        said = "rested on another price book: book 7 (genai-prices 0.0.1), this one on book 1."
        assert (said in text) == is_other


def test_what_an_earlier_report_says_of_its_price_book_is_read_only_if_it_says_so(
    database: Path, tmp_path: Path
) -> None:
    html = quick_report(database, "2026-10", tmp_path / "report.html")
    used = lu.open(database).prices(org="org_a").attrs["price_book"]
    assert price_book_of(summary_of_report(html), "org_a") == used
    assert price_book_of(summary_of_report(html), "org_b") is None
    assert price_book_of(summary_of_report(tmp_path / "none.html"), "org_a") is None
    for book in ("null", "[]", '{"book": "1"}', '{"book": 1, "list_version": "1"}'):
        summary = f'{{"org_id": "org_a", "price_book": {book}}}'
        html.write_text(f'<script type="application/json" id="report-summary">{summary}</script>')
        assert price_book_of(summary_of_report(html), "org_a") is None


def test_without_token_columns_it_says_what_is_missing_and_why(tmp_path: Path) -> None:
    row = {**ROW, "sum_prompt_tokens": "", "model": "gemini-2.5-pro"}
    html = quick_report(
        build(tmp_path, row).path,
        "2026-10",
        tmp_path / "report.html",
        notebook_file=CACHE_REPORT,
        workspace_name="Example <Ltd>",
    ).read_text()
    text = visible_text(html)
    assert "only for workspaces with their own provider keys (BYOK)" in text
    assert "Worth doing" not in text
    assert "NaN" not in text
    # $1.25 and $10 a million tokens; $2.50 and $15 for requests of more than 200,000
    tables = tables_of(html)
    assert tables["prices"].rows[0][:3] == ["gemini-2.5-pro", "1.25", "10"]
    assert tables["price-tiers"].rows[0][:4] == ["gemini-2.5-pro", "200000", "2.5", "15"]
    # the workspace by its name
    assert "Example &lt;Ltd&gt;" in html[html.index('class="facts"') : html.index('class="status"')]
